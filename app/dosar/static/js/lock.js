// Covers a sheet whose session is over until its worker has typed her password, and the code of her telephone where
// she is asked for it; nothing on the sheet is lost.

const workerId = document.querySelector("[data-worker]").dataset.worker;
const CODE_PAGE = "/sign-in/code";

async function fetchPage(address, body) {
  const answer = await fetch(address, body && { method: "POST", body: new URLSearchParams(body) });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const tokenOf = (page) => page.querySelector("[name=csrf_token]")?.value;
const workerOf = (page) => page.querySelector("[data-worker]")?.dataset.worker;
const asksForCode = (page) => Boolean(page.querySelector(`form[action="${CODE_PAGE}"]`));

/** Sends the code; the password must have been given within the last minutes, else its page comes back. */
async function sendCode(code) {
  const page = await fetchPage(CODE_PAGE);
  return asksForCode(page) ? fetchPage(CODE_PAGE, { code, csrf_token: tokenOf(page) }) : page;
}

function sendStep({ elements }, page) {
  if (!elements["step-code"].disabled) return sendCode(elements.code.value);
  const credentials = { user_name: elements.user_name.value, password: elements.password.value };
  return fetchPage("/sign-in", { ...credentials, next: "/help", csrf_token: tokenOf(page) });
}

function showStep({ elements }, isCode) {
  for (const [name, isShown] of [["step-password", !isCode], ["step-code", isCode]]) {
    elements[name].hidden = elements[name].disabled = !isShown;
  }
  elements[isCode ? "code" : "password"].select();
}

/** Signs in with what was typed; says what is still to be done, or nothing once she is in. */
async function signIn(form) {
  const page = await fetchPage("/sign-in?next=/help");
  const after = workerOf(page) ? page : await sendStep(form, page);
  if (workerOf(after)) return workerOf(after) === workerId ? resumeSheet(after) : form.dataset.other;
  const wasCode = form.elements["step-password"].disabled;
  showStep(form, asksForCode(after));
  const isNextStep = asksForCode(after) && !wasCode;
  return after.querySelector(".notice-danger")?.textContent.trim() ?? (isNextStep ? "" : form.dataset.elsewhere);
}

/** The sheet belongs to the new session from now on. */
function resumeSheet(page) {
  document.querySelectorAll("[name=csrf_token]").forEach((box) => { box.value = tokenOf(page); });
}

function askPassword(again) {
  const dialog = document.getElementById("locked").content.firstElementChild.cloneNode(true);
  const form = dialog.querySelector("form");
  const message = dialog.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = await signIn(form).catch(() => form.dataset.lost);
    message.textContent = why ?? "";
    if (why !== undefined) return;
    dialog.remove();
    return again();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  import(dialog.dataset.show);
}

/** Whoever signed in again in another tab is not asked. */
export async function lock(again) {
  if (document.querySelector("dialog.locked")) return;
  const page = await fetchPage("/sign-in?next=/help");
  if (workerOf(page) !== workerId) return askPassword(again);
  resumeSheet(page);
  again();
}
