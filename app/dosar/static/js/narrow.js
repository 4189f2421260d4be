// A search box above a long choice: what does not fit the words is not offered. Without it the whole list is there.

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

for (const box of document.querySelectorAll("input[data-narrows]")) {
  const select = document.getElementById(box.dataset.narrows);
  const options = [...select.options];
  box.hidden = false;
  box.addEventListener("input", () => {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    const fits = (option) => words.every((word) => folded(option.text).includes(word));
    select.replaceChildren(...options.filter((option) => !option.value || option.selected || fits(option)));
  });
}
