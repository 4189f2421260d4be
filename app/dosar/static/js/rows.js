// Rows of a table: add (button or Ctrl + Enter), duplicate, delete and undo.

const changed = (table) => table.dispatchEvent(new Event("input", { bubbles: true }));
const live = (table) => [...table.tBodies[0].rows].filter((row) => !row.hidden);
const around = (table) => table.parentElement;
const controls = (row) => row.querySelectorAll("input, select, textarea");

/** What a copy of the row takes along: a file stays where it was attached. */
function copied(row) {
  const files = new Set([...row.querySelectorAll("input[type=file]")].map((input) => input.name));
  return [...controls(row)].filter((control) => !files.has(control.name));
}

function number(table) {
  const first = Number(table.dataset.after || 0) + 1;
  live(table).forEach((row, at) => {
    const shown = row.querySelector(".row-number");
    if (shown.textContent !== String(first + at)) shown.textContent = first + at;
  });
  const full = Boolean(table.dataset.most) && live(table).length >= Number(table.dataset.most);
  around(table).querySelector("[data-add]").disabled = full;
  say(table, full ? "full" : "");
  changed(table);
}

function say(table, text) {
  const status = around(table).querySelector("[data-row-status]");
  status.textContent = text ? status.dataset[text] : "";
}

function nextIndex(table) {
  // A paper may have the rows in several tables: they are counted together.
  const all = document.querySelectorAll(`[data-rows="${table.dataset.rows}"] > tbody > tr`);
  const taken = [...all].map((row) => Number(row.dataset.row));
  return Math.max(-1, ...taken) + 1;
}

function add(table, after = null) {
  const template = around(table).querySelector("template");
  if (!template || around(table).querySelector("[data-add]").disabled) return null;
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll("__row__", nextIndex(table));
  const row = made.content.querySelector("tr");
  if (after) after.after(row); else table.tBodies[0].append(row);
  number(table);
  row.querySelector("td + td")?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return row;
}

function duplicate(table, from) {
  const row = add(table, from);
  if (!row) return;
  const to = copied(row);
  copied(from).forEach((control, at) => {
    const name = control.name.split(".").slice(2).join(".");
    if (name === "id" || !to[at]) return;
    if (control.type === "radio" || control.type === "checkbox") to[at].checked = control.checked;
    else to[at].value = control.value;
  });
  number(table);
}

function remove(table, row) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.hidden = true;
  // Disabled controls are not posted, so the server sees the row gone.
  controls(row).forEach((control) => { control.disabled = true; });
  (table.deleted ??= []).push(row);
  number(table);
  say(table, "deleted");
  const undo = around(table).querySelector("[data-undo]");
  undo.hidden = false;
  (neighbour && !neighbour.hidden ? neighbour.querySelector("[data-delete]") : undo).focus();
}

function restore(table) {
  const row = table.deleted.pop();
  row.hidden = false;
  controls(row).forEach((control) => { control.disabled = false; });
  around(table).querySelector("[data-undo]").hidden = table.deleted.length === 0;
  number(table);
  row.querySelector("[data-delete]").focus();
}

const acts = {
  "[data-add]": (table) => add(table),
  "[data-copy]": (table, button) => duplicate(table, button.closest("tr")),
  "[data-delete]": (table, button) => remove(table, button.closest("tr")),
  "[data-undo]": (table) => restore(table),
};

for (const table of document.querySelectorAll("[data-rows]")) {
  around(table).addEventListener("click", (event) => {
    for (const [mark, act] of Object.entries(acts)) {
      const button = event.target.closest(mark);
      if (button) {
        event.preventDefault();
        act(table, button);
      }
    }
  });
  table.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      add(table);
    }
  });
}
