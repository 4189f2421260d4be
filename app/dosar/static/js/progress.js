// How far a long piece of work is: looked at again and again, also while the program that does it starts anew.

const work = document.getElementById("work");
const longAway = 180_000;
let heard = Date.now();

function show(page) {
  const found = page.getElementById("work");
  if (!found) return false;
  for (const part of work.querySelectorAll("[data-told]")) {
    const told = found.querySelector(`[data-told=${part.dataset.told}]`).textContent;
    if (part.textContent !== told) part.textContent = told;
  }
  work.querySelector("progress").value = found.querySelector("progress").value;
  return true;
}

async function look() {
  try {
    const answer = await fetch(work.dataset.here, { redirect: "manual", cache: "no-store" });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    heard = Date.now();
    if (!page || !show(page)) {
      location.replace(work.dataset.here);
      return;
    }
  } catch {
    const told = Date.now() - heard > longAway ? work.dataset.lost : work.dataset.away;
    if (told) work.querySelector("[data-told=said]").textContent = told;
  }
  setTimeout(look, Number(work.dataset.seconds) * 1000);
}

setTimeout(look, Number(work.dataset.seconds) * 1000);
