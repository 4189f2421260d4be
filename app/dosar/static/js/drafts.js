// Keeps what is typed on the server, 0.8 s after the typing stops and before the page goes.

const form = document.querySelector("[data-draft]");
const status = document.getElementById("draft-status");
const openTwiceNotice = document.getElementById("twice");
const { draft: address, place, kept, lost, lock } = form.dataset;
const SAVE_DELAY = 800;
const RETRY_DELAY = 5000;
const SESSION_ENDED_CODES = [400, 401];
let timer;
let changed = false;
let touched = false;
let leaving = false;
let pending = null;

/** What stands in the boxes. A file is not kept, only that one was chosen: so it can be asked for again. */
function draftBoxes() {
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

async function saveDraft() {
  changed = false;
  const boxes = pending = draftBoxes();
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(boxes), headers: { Accept: "application/json" } });
    if (SESSION_ENDED_CODES.includes(answer.status)) { changed = true; (await import(lock)).lock(saveDraft); return; }
    if (!answer.ok) throw new Error(answer.status);
    status.textContent = kept.replace("__time__", (await answer.json()).saved);
    window.dispatchEvent(new Event("dosar:kept"));
  } catch {
    retryLater();
  } finally {
    if (pending === boxes) pending = null;
  }
}

/** Also what is on its way: the browser may break that off when the page goes. */
const isUnkept = () => (changed || pending) && !leaving;

function retryLater() {
  changed = true;
  status.textContent = lost;
  scheduleSave(RETRY_DELAY);
}

function scheduleSave(time) {
  clearTimeout(timer);
  timer = setTimeout(saveDraft, time);
}

function onChange() {
  changed = touched = true;
  scheduleSave(SAVE_DELAY);
}

function saveOnLeave() {
  if (isUnkept()) navigator.sendBeacon(address, draftBoxes());
  changed = false;
  pending = null;
}

/** A page sent into the void would be gone. */
function onSubmit(event) {
  if (navigator.onLine) {
    leaving = true;
    clearTimeout(timer);
  } else {
    event.preventDefault();
    retryLater();
  }
}

form.addEventListener("input", onChange);
form.addEventListener("change", onChange);
form.addEventListener("submit", onSubmit);
// sent in the moment before it is kept: the server keeps it, should the sheet come back
form.addEventListener("formdata", ({ formData }) => { if (leaving && touched) formData.set("_typed", "1"); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") saveOnLeave(); });
window.addEventListener("online", () => { if (changed) saveDraft(); });
window.addEventListener("dosar:hide", (event) => {
  if (!isUnkept() || !event.cancelable) return saveOnLeave();
  const last = draftBoxes();
  last.set("_lock", "1");
  if (navigator.sendBeacon(address, last)) event.preventDefault();
  changed = false;
  pending = null;
});

// A sheet that came back is not sent once more by Back or reload: they ask for its page, and find the draft.
history.replaceState(history.state, "", location.href);

// The same sheet open in two tabs: each would overwrite the other's draft.
const tabs = new BroadcastChannel("dosar-sheets");
const others = new Set();
const tabId = Math.random();

function tellTabs(news) {
  tabs.postMessage({ place, tabId, news });
}

tabs.addEventListener("message", ({ data }) => {
  if (data.place !== place) return;
  if (data.news === "gone") others.delete(data.tabId); else others.add(data.tabId);
  if (data.news === "opened") tellTabs("here");
  openTwiceNotice.hidden = others.size === 0;
});
tellTabs("opened");
window.addEventListener("pagehide", () => { tellTabs("gone"); saveOnLeave(); });
