// Trying a passphrase takes two seconds: the button says so, and is not pressed twice.

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button:not([type=button])");
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-busy", "true");
    setTimeout(() => { button.disabled = true; });
  });
  addEventListener("pageshow", () => { form.querySelector("button:not([type=button])").disabled = false; });
}
