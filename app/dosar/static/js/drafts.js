// Keeps what is typed on the server, 0.8 s after the typing stops and before the page goes.

const form = document.querySelector("[data-draft]");
const status = document.getElementById("draft-status");
const twice = document.getElementById("twice");
const { draft: address, place, kept, lost, lock } = form.dataset;
const STILL = 800;
const AGAIN = 5000;
const ENDED = [400, 401];
let timer;
let changed = false;
let touched = false;
let leaving = false;

/** What stands in the boxes. A file is not kept, only that one was chosen: so it can be asked for again. */
function boxes() {
  const posted = new FormData(form);
  const files = [...posted].filter(([, value]) => value instanceof File);
  for (const [name] of files) {
    const texts = posted.getAll(name).filter((value) => typeof value === "string");
    posted.delete(name);
    texts.forEach((text) => posted.append(name, text));
  }
  for (const box of form.querySelectorAll("input[type=file]:enabled")) {
    if (box.files.length > 0 || "again" in box.dataset) posted.append(box.name, "~not-kept-");
  }
  return posted;
}

async function keep() {
  changed = false;
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(boxes()), headers: { Accept: "application/json" } });
    if (ENDED.includes(answer.status)) { changed = true; (await import(lock)).lock(keep); return; }
    if (!answer.ok) throw new Error(answer.status);
    status.textContent = kept.replace("__time__", (await answer.json()).saved);
    window.dispatchEvent(new Event("dosar:kept"));
  } catch {
    tryAgain();
  }
}

function tryAgain() {
  changed = true;
  status.textContent = lost;
  wait(AGAIN);
}

function wait(time) {
  clearTimeout(timer);
  timer = setTimeout(keep, time);
}

function change() {
  changed = touched = true;
  wait(STILL);
}

function leave() {
  if (changed && !leaving) navigator.sendBeacon(address, boxes());
  changed = false;
}

/** A page sent into the void would be gone. */
function send(event) {
  if (navigator.onLine) {
    leaving = true;
    clearTimeout(timer);
  } else {
    event.preventDefault();
    tryAgain();
  }
}

form.addEventListener("input", change);
form.addEventListener("change", change);
form.addEventListener("submit", send);
// sent in the moment before it is kept: the server keeps it, should the sheet come back
form.addEventListener("formdata", ({ formData }) => { if (leaving && touched) formData.set("_typed", "1"); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
window.addEventListener("online", () => { if (changed) keep(); });
window.addEventListener("dosar:hide", (event) => {
  if (!changed || leaving || !event.cancelable) return leave();
  const last = boxes();
  last.set("_lock", "1");
  if (navigator.sendBeacon(address, last)) event.preventDefault();
  changed = false;
});

// A sheet that came back is not sent once more by Back or reload: they ask for its page, and find the draft.
history.replaceState(history.state, "", location.href);

// The same sheet open in two tabs: each would overwrite the other's draft.
const tabs = new BroadcastChannel("dosar-sheets");
const others = new Set();
const me = Math.random();

function tell(news) {
  tabs.postMessage({ place, me, news });
}

tabs.addEventListener("message", ({ data }) => {
  if (data.place !== place) return;
  if (data.news === "gone") others.delete(data.me); else others.add(data.me);
  if (data.news === "opened") tell("here");
  twice.hidden = others.size === 0;
});
tell("opened");
window.addEventListener("pagehide", () => { tell("gone"); leave(); });
