// A press copies what stands in a box. Without a clipboard (plain http, or forbidden) the old way is tried; if that
// is forbidden too, the text is marked and the button says which keys copy it.

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await isCopied(box);
    button.textContent = copied ? button.dataset.copied : button.dataset.marked;
  });
}

async function isCopied(box) {
  try {
    await navigator.clipboard.writeText(box.value);
    return true;
  } catch {
    box.select();
    return document.execCommand("copy");
  }
}
