// Rows of a table: add (button or Ctrl + Enter), duplicate, delete and undo.

const notifyChange = (table) => table.dispatchEvent(new Event("input", { bubbles: true }));
const visibleRows = (table) => [...table.tBodies[0].rows].filter((row) => !row.hidden);
const tableFrame = (table) => table.parentElement;
const controls = (row) => row.querySelectorAll("input, select, textarea");

/** What a copy of the row takes along: a file stays where it was attached. */
function controlsToCopy(row) {
  const files = new Set([...row.querySelectorAll("input[type=file]")].map((input) => input.name));
  return [...controls(row)].filter((control) => !files.has(control.name));
}

function renumberRows(table) {
  const first = Number(table.dataset.after || 0) + 1;
  visibleRows(table).forEach((row, index) => {
    const shown = row.querySelector(".row-number");
    if (shown.textContent !== String(first + index)) shown.textContent = first + index;
  });
  const full = Boolean(table.dataset.most) && visibleRows(table).length >= Number(table.dataset.most);
  tableFrame(table).querySelector("[data-add]").disabled = full;
  announce(table, full ? "full" : "");
  notifyChange(table);
}

function announce(table, text) {
  const status = tableFrame(table).querySelector("[data-row-status]");
  status.textContent = text ? status.dataset[text] : "";
}

function nextIndex(table) {
  // A paper may have the rows in several tables: they are counted together.
  const all = document.querySelectorAll(`[data-rows="${table.dataset.rows}"] > tbody > tr`);
  const taken = [...all].map((row) => Number(row.dataset.row));
  return Math.max(-1, ...taken) + 1;
}

function addRow(table, after = null) {
  const template = tableFrame(table).querySelector("template");
  if (!template || tableFrame(table).querySelector("[data-add]").disabled) return null;
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll("__row__", nextIndex(table));
  const row = made.content.querySelector("tr");
  if (after) after.after(row); else table.tBodies[0].append(row);
  renumberRows(table);
  row.querySelector("td + td")?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return row;
}

function duplicateRow(table, from) {
  const row = addRow(table, from);
  if (!row) return;
  const to = controlsToCopy(row);
  controlsToCopy(from).forEach((control, index) => {
    const name = control.name.split(".").slice(2).join(".");
    if (name === "id" || !to[index]) return;
    if (control.type === "radio" || control.type === "checkbox") to[index].checked = control.checked;
    else to[index].value = control.value;
  });
  renumberRows(table);
}

function removeRow(table, row) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.hidden = true;
  // Disabled controls are not posted, so the server sees the row gone.
  controls(row).forEach((control) => { control.disabled = true; });
  (table.deleted ??= []).push(row);
  renumberRows(table);
  announce(table, "deleted");
  const undo = tableFrame(table).querySelector("[data-undo]");
  undo.hidden = false;
  (neighbour && !neighbour.hidden ? neighbour.querySelector("[data-delete]") : undo).focus();
}

function restoreRow(table) {
  const row = table.deleted.pop();
  row.hidden = false;
  controls(row).forEach((control) => { control.disabled = false; });
  tableFrame(table).querySelector("[data-undo]").hidden = table.deleted.length === 0;
  renumberRows(table);
  row.querySelector("[data-delete]").focus();
}

const acts = {
  "[data-add]": (table) => addRow(table),
  "[data-copy]": (table, button) => duplicateRow(table, button.closest("tr")),
  "[data-delete]": (table, button) => removeRow(table, button.closest("tr")),
  "[data-undo]": (table) => restoreRow(table),
};

for (const table of document.querySelectorAll("[data-rows]")) {
  tableFrame(table).addEventListener("click", (event) => {
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
      addRow(table);
    }
  });
}
