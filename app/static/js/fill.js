// A CNP fills in what follows from it, where nothing stands yet.

const form = document.querySelector("[data-sheet]");

const controls = (question) => [...question.querySelectorAll("input:not([type=hidden]), select, textarea")];
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
const isEmpty = (question) => controls(question).every((one) => (isChoice(one) ? !one.checked : !one.value));

function put(question, texts) {
  for (const control of controls(question)) {
    if (isChoice(control)) control.checked = texts.includes(control.value);
    else if (!("words" in control.dataset)) [control.value] = texts;
  }
  question.dispatchEvent(new Event("input", { bubbles: true }));
  controls(question)[0]?.dispatchEvent(new Event("change", { bubbles: true }));
}

async function fillFrom(target) {
  const question = target.closest("[data-fills]");
  if (!question || !target.value) return;
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, [target.name]: target.value });
  const answer = await fetch(question.dataset.fills, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  for (const [name, texts] of Object.entries(await answer.json())) {
    const other = form.querySelector(`[data-question="${name}"]`);
    if (other && isEmpty(other)) put(other, texts);
  }
}

form.addEventListener("change", ({ target }) => fillFrom(target));
// somebody may have pasted a number before this script came
for (const box of form.querySelectorAll("[data-fills] input")) if (box.value !== box.defaultValue) fillFrom(box);
