// What a sheet does while it is filled in: conditions, computed values, echoes, counters.
// The server decides everything again; this only spares the eyes.

const form = document.querySelector("[data-sheet]");
const sheet = form.dataset;
const [{ value: evaluate, evaluate: evaluateWithCurrency }, { age, date, folded, money, readers, spoken }] = await Promise.all([
  import(sheet.expressions), import(sheet.reading),
]);

const PAPER_LINE = 85;
const BOXES = "input:not([type=hidden]), select, textarea";
const rules = new WeakMap();
const computed = new WeakMap();

/** What a rule of an element, kept as JSON in the page, says about these answers. */
function evaluateRule(element, name, answers) {
  if (!rules.has(element)) rules.set(element, {});
  const read = rules.get(element);
  read[name] ??= JSON.parse(element.dataset[name]);
  return evaluate(read[name], answers, sheet.today);
}

/** What is looked for in a place that never changes, looked for once. */
const memoized = (find) => {
  const found = new WeakMap();
  return (container) => found.get(container) ?? found.set(container, find(container)).get(container);
};

const inputs = (container) => container.querySelectorAll("input, select, textarea");
const inputsOf = memoized((question) => [...inputs(question)]);
const rowOf = (element) => element.closest("tr[data-row]");
const tablesOf = memoized((question) => [...question.querySelectorAll("table[data-rows]")]);
const rowsOf = (question) => tablesOf(question).flatMap((table) => [...table.tBodies[0].rows]).filter((row) => !row.hidden);
const columnName = (question) => question.dataset.question.split(".").at(-1);
const holdsRows = (question) => "table" in question.dataset;

/** The questions of the sheet, or of one row; not those of the rows within. */
const questionsOf = memoized((container) => {
  const row = container.closest("[data-row]");
  return [...container.querySelectorAll("[data-question]")].filter((question) => question.closest("[data-row]") === row);
});

function texts(question) {
  return inputsOf(question)
    .filter((input) => (["radio", "checkbox"].includes(input.type) ? input.checked : !("words" in input.dataset)))
    .map((input) => input.value);
}

const blankOf = memoized((question) => answersOf(question.querySelector("template").content.querySelector("tr")));
const isKept = memoized((row) => Boolean(row.querySelector("input[type=hidden][name$='.id']")?.value));

/** A new row counts once something is answered in it that did not come with the row, as on the server. */
function isFilled(row, question) {
  const blank = blankOf(question);
  return isKept(row) || Object.entries(answersOf(row)).some(([name, value]) => String(value ?? "") !== String(blank[name] ?? ""));
}

function answerOf(question) {
  if (question.closest("[hidden]")) return null;
  if (holdsRows(question)) return rowsOf(question).filter((row) => isFilled(row, question)).map(answersOf);
  if (question.dataset.value) return computed.get(question) ?? null;
  const typed = texts(question);
  if (typed.some((text) => text.startsWith("~"))) return null;
  return (readers[question.dataset.valueType] ?? readers.text)(typed, sheet, question.dataset);
}

/** The answers of rows, kept until something in the row changes: a long table is read once, not with every key. */
const known = new WeakMap();

function answersOf(container) {
  const answers = known.get(container) ?? Object.fromEntries(questionsOf(container).map((question) => [columnName(question), answerOf(question)]));
  if (container !== form) known.set(container, answers);
  return answers;
}

/** Something changed here: in a row, or in what holds rows. */
function clearCache(element) {
  const row = rowOf(element);
  for (const changed of row ? [row] : element.querySelectorAll("tr[data-row]")) known.delete(changed);
}

/** Hidden inputs are disabled: they are not posted. True when the element changed. */
function show(element, shown) {
  const marked = "hidden" in element.dataset;
  delete element.dataset.hidden;
  if (element.hidden === !shown && !marked) return false;
  element.hidden = !shown;
  clearCache(element);
  for (const input of inputs(element)) input.disabled = input.closest("[hidden]") !== null;
  return true;
}

function formatValue(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return value.toLocaleString(sheet.language, { maximumFractionDigits: 6 });
  if (typeof value === "boolean") return value ? sheet.yes : sheet.no;
  return /^\d{4}-\d\d-\d\d/.test(value) ? spoken(value, sheet.language) : String(value);
}

function compute(question, answers) {
  const value = evaluateRule(question, "value", answers);
  if (computed.has(question) && computed.get(question) === value) return false;
  computed.set(question, value);
  question.querySelector("output").textContent = formatValue(value);
  answers[columnName(question)] = value;
  clearCache(question);
  return true;
}

/** What changes about one question under these answers; true when something did. */
function updateQuestion(question, answers) {
  const { showIf, requiredIf, value } = question.dataset;
  let changed = false;
  if (showIf) changed = show(question, evaluateRule(question, "showIf", answers) === true);
  if (value) changed = compute(question, answers) || changed;
  const mark = requiredIf && question.querySelector(".optional");
  if (mark) mark.hidden = evaluateRule(question, "requiredIf", answers) === true;
  return (holdsRows(question) && updateRows(question, answers)) || changed;
}

/** What the rules in a table ask of the sheet around it. */
const dependsOnOutside = memoized((question) => {
  const own = new Set(Object.keys(blankOf(question)));
  const found = [];
  const collect = (tree) => {
    if (!Array.isArray(tree)) return;
    if (tree[0] === "column" || (tree[0] === "name" && !own.has(tree[1]))) found.push(tree);
    else tree.forEach(collect);
  };
  for (const cell of questionsOf(question.querySelector("template").content.querySelector("tr"))) {
    const { showIf, requiredIf, value } = cell.dataset;
    [showIf, requiredIf, value].filter(Boolean).forEach((rule) => collect(JSON.parse(rule)));
  }
  return found;
});

const updatedWith = new WeakMap();

/** Rows in which nothing changed, and around which nothing they ask for changed, stay as they are. */
function updateRows(question, answers) {
  const outside = JSON.stringify(dependsOnOutside(question).map((tree) => evaluateWithCurrency(tree, answers, sheet.today)));
  return rowsOf(question).reduce((changed, row) => {
    const before = updatedWith.get(row);
    if (before?.outside === outside && before.answers === known.get(row)) return changed;
    const moved = updateWithin(row, answers);
    updatedWith.set(row, { outside, answers: answersOf(row) });
    return moved || changed;
  }, false);
}

function updateWithin(container, outer) {
  const answers = { ...outer, ...answersOf(container) };
  return questionsOf(container).reduce((changed, question) => updateQuestion(question, answers) || changed, false);
}

/** A section goes with its own condition, and when none of its questions is left. */
function updateSections() {
  const answers = answersOf(form);
  return [...form.querySelectorAll("section.sheet-section")].reduce((changed, section) => {
    const wanted = !section.dataset.showIf || evaluateRule(section, "showIf", answers) === true;
    const left = questionsOf(section).some((question) => !question.hidden);
    const line = document.querySelector(`nav.steps a[href="#${section.id}"]`)?.parentElement;
    if (line) show(line, wanted && left);
    return show(section, wanted && left) || changed;
  }, false);
}

/** Conditions may hang on answers that other conditions hide: go round until all is still. */
function updateSheet() {
  const longestChain = questionsOf(form).length;
  for (let round = 0; round <= longestChain; round += 1) {
    const sections = updateSections();
    if (!updateWithin(form, {}) && !sections) return;
  }
}

let waiting = false;
function scheduleUpdate() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; updateSheet(); });
}

const LARGE = 1000;

/** How an answer was understood: slips in dates and thousands are seen at once. */
const echoes = {
  date(typed, question) {
    const person = "person" in question.dataset;
    const day = date(typed, sheet.today, person, "past" in question.dataset);
    if (!day) return "";
    const born = person && day.length === 10 && day <= sheet.today;
    return born ? `${spoken(day, sheet.language)}, ${age(day, sheet)}` : spoken(day, sheet.language);
  },
  number(typed, question) {
    const read = readers.number([typed], sheet, question.dataset);
    const value = read?.amount ?? read;
    return value !== null && Math.abs(value) >= LARGE ? formatValue(value) : "";
  },
};

function echo(question, input) {
  const output = question.querySelector("output.echo");
  if (output && input.tagName === "INPUT" && input.type === "text") {
    output.textContent = echoes[question.dataset.valueType]?.(input.value, question) ?? "";
  }
}

function countLines(area) {
  const used = area.value.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / PAPER_LINE)), 0);
  const counter = area.parentElement.querySelector("[data-counter]");
  counter.textContent = area.value.trim() ? counter.dataset.counter.replace("__used__", used) : "";
}

/** The currency typed beside an amount is chosen: "20 €". */
function chooseCurrency(question, input) {
  const currencies = "money" in question.dataset && input.tagName === "INPUT" && question.querySelector("select");
  if (!currencies) return;
  const { meant } = money(input.value, sheet.language);
  if (meant.includes(currencies.value)) return;
  const option = [...currencies.options].find(({ value }) => meant.includes(value));
  if (option) option.selected = true;
}

/** Words beside "other" choose it. */
function chooseOther(question, input) {
  if (!("words" in input.dataset) || !input.value.trim()) return;
  const other = question.querySelector("input[data-other]");
  if (other) other.checked = true;
}

/** The box for words of one's own stands there once they are asked for. */
function offerWords(question) {
  const words = question.querySelector(":scope .words");
  if (!words || holdsRows(question)) return;
  const other = question.querySelector("input[data-other]:checked, option[data-other]:checked");
  words.hidden = !other && !words.querySelector("input").value.trim();
}

/** "I do not know" and an answer exclude each other; the last one counts. */
function clearUnknown(question, input) {
  if (input.type === "hidden" || !question.querySelector("[data-unknown]")) return;
  const unknown = "unknown" in input.dataset;
  if (unknown && !input.checked) return;
  for (const other of inputs(question)) {
    const ticked = other.type === "radio" || other.type === "checkbox";
    if (other === input || ("unknown" in other.dataset ? false : !unknown)) continue;
    if (ticked) other.checked = false;
    else if (other.tagName !== "SELECT" && other.type !== "hidden") other.value = "";
  }
}

function offerClearing(question) {
  const clear = question.querySelector("[data-clear]");
  if (clear) clear.hidden = !question.querySelector("input[type=radio]:checked");
}

form.addEventListener("input", ({ target }) => {
  const question = target.closest("[data-question]");
  if (question) clearCache(target === question ? question : target);
  if (target.dataset.lines) countLines(target);
  if (question && target !== question) chooseOther(question, target);
  if (question && target !== question) clearUnknown(question, target);
  if (question) offerClearing(question);
  if (question) offerWords(question);
  scheduleUpdate();
});

form.addEventListener("change", ({ target }) => {
  const question = target.closest("[data-question]");
  if (question) chooseCurrency(question, target);
  if (question) echo(question, target);
});

function clear(question) {
  const radios = question.querySelectorAll("input[type=radio]");
  radios.forEach((radio) => { radio.checked = false; });
  radios[0].focus();
  radios[0].dispatchEvent(new Event("input", { bubbles: true }));
}

form.addEventListener("click", ({ target }) => {
  if (target.closest("[data-clear]")) clear(target.closest("[data-question]"));
});

/** As in a list: a letter chooses the next answer that begins with it. */
function chooseByLetter(radio, letter) {
  const radios = [...radio.closest(".ticks").querySelectorAll("input[type=radio]")];
  const from = radios.findIndex((choice) => choice.checked) + 1;
  const next = [...radios.slice(from), ...radios.slice(0, from)].find((choice) => (
    folded(choice.parentElement.textContent).startsWith(folded(letter))
  ));
  next?.focus();
  next?.click();
}

const PAUSE = 1000;
const searched = { select: null, letters: "", at: -PAUSE };
const continuesSearch = (select, at) => searched.select === select && at - searched.at < PAUSE;

/** In a long list too, and by several letters. The browser's own way takes ș for no s: "Iasi" chose Ialomița. */
function chooseByLetters(select, letter, at) {
  const letters = continuesSearch(select, at) ? searched.letters + letter : letter;
  Object.assign(searched, { select, letters, at });
  const words = folded(letters);
  const goesRound = new Set(words).size === 1;
  const options = [...select.options].filter((option) => option.value && !option.disabled);
  const fitting = options.filter((option) => folded(option.text).startsWith(goesRound ? words[0] : words));
  const after = options.slice(options.findIndex((option) => option.selected) + 1);
  const next = fitting.find((option) => (goesRound ? after.includes(option) : option.selected)) ?? fitting[0];
  if (!next || next.selected) return;
  next.selected = true;
  for (const news of ["input", "change"]) select.dispatchEvent(new Event(news, { bubbles: true }));
}

form.addEventListener("keydown", (event) => {
  const { target, key, timeStamp } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (target.tagName === "SELECT" && (/^[\p{L}\p{N}-]$/u.test(key) || (key === " " && continuesSearch(target, timeStamp)))) {
    event.preventDefault();
    chooseByLetters(target, key, timeStamp);
  }
  if (target.type !== "radio") return;
  const question = target.closest("[data-question]");
  if (/^(Delete|Backspace)$/.test(key) && question.querySelector("[data-clear]")) clear(question);
  else if (/^[\p{L}\p{N}]$/u.test(key)) chooseByLetter(target, key);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".save-acts .btn-primary"));
});

// Few sheets ask for a CNP: the script that reads it comes when somebody goes to its box.
form.addEventListener("focusin", ({ target }) => {
  if (target.closest("[data-fills]")) import(sheet.fill);
});

const isOpen = (question) => !question.closest("[hidden]") && !holdsRows(question) && question.querySelector(BOXES)
  && texts(question).every((text) => text === "");

/** Where the page wants to be looked at; a new sheet, where hands are at the keys, at its first open question. */
function focusStart() {
  const wanted = document.querySelector(".notice[autofocus]") ?? document.getElementById(sheet.beginAt);
  if (wanted) return wanted.focus();
  if (!form.elements._once || location.hash || !matchMedia("(pointer: fine)").matches) return undefined;
  // what the page has to say stays in sight
  const notice = document.querySelector("main .notice:not([hidden])");
  return questionsOf(form).find(isOpen)?.querySelector(BOXES).focus({ preventScroll: notice !== null });
}

updateSheet();
form.querySelectorAll("[data-lines]").forEach(countLines);
form.querySelectorAll(".words").forEach((words) => offerWords(words.closest("[data-question]")));
form.querySelectorAll("[data-clear]").forEach((clear) => offerClearing(clear.closest("[data-question]")));
focusStart();
sheet.ready = "";
