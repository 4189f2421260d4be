// Shows what stands in the box of a password, a passphrase or a card once its button is pressed. It is masked
// again before it is sent, and when the page is hidden or left.

const BUTTONS = "[data-shows]";

function turn(button, isShown) {
  const box = document.getElementById(button.dataset.shows);
  if ((box.type === "text") === isShown) return;
  // a browser may send what it checks the spelling of to its maker
  box.spellcheck = false;
  box.autocapitalize = "none";
  box.type = isShown ? "text" : "password";
  [button.textContent, button.dataset.otherWord] = [button.dataset.otherWord, button.textContent];
}

function maskAll() {
  for (const button of document.querySelectorAll(BUTTONS)) turn(button, false);
}

// asked of the whole page, since the dialog of a sheet that was locked comes later
document.addEventListener("click", ({ target }) => {
  const button = target.closest(BUTTONS);
  if (button) turn(button, document.getElementById(button.dataset.shows).type === "password");
});
document.addEventListener("submit", maskAll, true);
document.addEventListener("visibilitychange", () => { if (document.hidden) maskAll(); });
for (const sign of ["dosar:hide", "pagehide"]) window.addEventListener(sign, maskAll);
for (const button of document.querySelectorAll(BUTTONS)) button.hidden = false;
