// Covers a sheet whose session is over until its worker has typed her password; nothing on the sheet is lost.

const workerId = document.querySelector("[data-worker]").dataset.worker;

async function fetchPage(address, body) {
  const answer = await fetch(address, body && { method: "POST", body: new URLSearchParams(body) });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const tokenOf = (page) => page.querySelector("[name=csrf_token]")?.value;
const workerOf = (page) => page.querySelector("[data-worker]")?.dataset.worker;

/** Signs in with what was typed; says why not, or nothing. */
async function signIn(form) {
  const page = await fetchPage("/sign-in?next=/help");
  const credentials = { user_name: form.elements.user_name.value, password: form.elements.password.value };
  const after = workerOf(page) ? page : await fetchPage("/sign-in", { ...credentials, next: "/help", csrf_token: tokenOf(page) });
  if (workerOf(after) === workerId) return resumeSheet(after);
  return workerOf(after) ? form.dataset.other : after.querySelector(".notice-danger")?.textContent.trim();
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
    if (why) return form.elements.password.select();
    dialog.remove();
    return again();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

/** Whoever signed in again in another tab is not asked. */
export async function lock(again) {
  if (document.querySelector("dialog.locked")) return;
  const page = await fetchPage("/sign-in?next=/help");
  if (workerOf(page) !== workerId) return askPassword(again);
  resumeSheet(page);
  again();
}
