// What stands in the boxes of a page waits for its worker when the page is hidden, or left because the session is
// over. Sheets do it with their drafts.

const isTyped = (box) => box.name && box.type !== "hidden" && "defaultValue" in box && box.value !== box.defaultValue;

window.addEventListener("dosar:hide", () => {
  for (const form of document.querySelectorAll("form[data-waits]")) {
    if (![...form.elements].some(isTyped)) continue;
    const boxes = new FormData(form);
    boxes.set("_wait", "1");
    navigator.sendBeacon(form.action, boxes);
  }
});
