// Keeps what is typed on the server, 0.8 s after the typing stops and before the page goes.

const form = document.querySelector("[data-draft]");
const status = document.getElementById("draft-status");
const { draft: address, place, kept, lost, ended, twice } = form.dataset;
const STILL = 800;
const AGAIN = 5000;
let timer;
let changed = false;
let leaving = false;

function boxes() {
  const posted = new FormData(form);
  for (const [name, value] of [...posted]) if (value instanceof File) posted.delete(name);
  posted.set("_place", place);
  return posted;
}

async function keep() {
  changed = false;
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(boxes()), headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected) { status.textContent = ended; return; }
    if (!answer.ok) throw new Error(answer.status);
    status.textContent = kept.replace("__time__", (await answer.json()).saved);
    window.dispatchEvent(new Event("dosar:kept"));
  } catch {
    changed = true;
    status.textContent = lost;
    wait(AGAIN);
  }
}

function wait(time) {
  clearTimeout(timer);
  timer = setTimeout(keep, time);
}

function change() {
  changed = true;
  wait(STILL);
}

function leave() {
  if (changed && !leaving) navigator.sendBeacon(address, boxes());
  changed = false;
}

form.addEventListener("input", change);
form.addEventListener("change", change);
form.addEventListener("dosar:rows", change);
form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
window.addEventListener("dosar:hide", (event) => {
  if (!changed || leaving || !event.cancelable) return leave();
  const last = boxes();
  last.set("_lock", "1");
  if (navigator.sendBeacon(address, last)) event.preventDefault();
  changed = false;
});
window.addEventListener("pagehide", leave);

// The same sheet open in two tabs: each would overwrite the other's draft.
const tabs = new BroadcastChannel("dosar-sheets");
tabs.addEventListener("message", ({ data }) => {
  if (data.place !== place) return;
  status.textContent = twice;
  if (!data.answer) tabs.postMessage({ place, answer: true });
});
tabs.postMessage({ place, answer: false });
