// A CNP fills in what follows from it, where nothing stands yet, and offers what it only suggests.

const form = document.querySelector("[data-sheet]");

const controls = (question) => [...question.querySelectorAll("input:not([type=hidden]), select, textarea")];
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
const isEmpty = (question) => controls(question).every((control) => (isChoice(control) ? !control.checked : !control.value));

function fillQuestion(question, texts) {
  for (const control of controls(question)) {
    if (isChoice(control)) control.checked = texts.includes(control.value);
    else if (!("words" in control.dataset)) [control.value] = texts;
  }
  question.dispatchEvent(new Event("input", { bubbles: true }));
  controls(question)[0]?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The same button that the server draws: pressed, the page comes back with the answer in its box. */
function offerAnswer(question, { press, label }) {
  const button = question.querySelector("button[name=_offered]") ?? document.createElement("button");
  Object.assign(button, { name: "_offered", value: press, className: "btn btn-quiet", textContent: label });
  if (button.isConnected) return;
  const line = document.createElement("p");
  line.className = "form-text";
  line.append(button);
  question.append(line);
}

async function fillFrom(target) {
  const question = target.closest("[data-fills]");
  if (!question || !target.value) return;
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, [target.name]: target.value });
  const answer = await fetch(question.dataset.fills, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { filled, offered } = await answer.json();
  const applyTo = (answers, apply) => Object.entries(answers).forEach(([name, value]) => {
    const other = form.querySelector(`[data-question="${name}"]`);
    if (other && isEmpty(other)) apply(other, value);
  });
  applyTo(filled, fillQuestion);
  applyTo(offered, offerAnswer);
}

form.addEventListener("change", ({ target }) => fillFrom(target));
// somebody may have pasted a number before this script came
for (const box of form.querySelectorAll("[data-fills] input")) if (box.value !== box.defaultValue) fillFrom(box);
