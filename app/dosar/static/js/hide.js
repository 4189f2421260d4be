// Hides the page at once from somebody who comes near: the button, or Shift three times.
// Warns before the session ends, and leaves when it has. All tabs of the browser go together.

const button = document.querySelector("[data-hide]");
const PRESSES_TO_HIDE = 3;
const PRESS_WINDOW = 5000;
const MINUTE = 60000;
const SIGNED_OUT_CHECK = 1000;
const { idle, idleText, idleStay, here } = button.dataset;
const tabs = new BroadcastChannel("dosar-desk");

function coverPage() {
  const sheet = document.createElement("div");
  sheet.className = "cover";
  document.documentElement.append(sheet);
  document.body.hidden = true;
  document.title = "Dosar";
}

function leavePage() {
  window.dispatchEvent(new Event("dosar:hide"));
  coverPage();
  location.replace(button.dataset.neutral);
}

function hide() {
  coverPage();
  const token = new FormData();
  token.set("csrf_token", document.querySelector("[name=csrf_token]")?.value ?? "");
  // a sheet with something new on it locks with its draft, so that the draft is not too late
  const isUnlocked = window.dispatchEvent(new Event("dosar:hide", { cancelable: true }));
  if (isUnlocked) navigator.sendBeacon(button.dataset.hide, token);
  tabs.postMessage("hide");
  location.replace(button.dataset.neutral);
}

/** The session is over: the page goes, and comes back after signing in. */
function endSession() {
  window.dispatchEvent(new Event("dosar:hide"));
  location.replace(`/sign-in?over=1&next=${encodeURIComponent(location.pathname + location.search)}`);
}

let pressed = [];

function countPresses(event) {
  if (event.key !== "Shift") {
    pressed = [];
  } else if (!event.repeat) {
    pressed = [...pressed.filter((time) => event.timeStamp - time < PRESS_WINDOW), event.timeStamp];
    if (pressed.length >= PRESSES_TO_HIDE) hide();
  }
}

button.addEventListener("click", hide);
document.addEventListener("keyup", countPresses);

let heard = Date.now();
let active = false;
const warning = document.createElement("div");
warning.className = "notice notice-warning idle-warning";
warning.setAttribute("role", "alert");

/** The server has heard of this worker just now, from this tab or another. */
function noteActivity() {
  heard = Date.now();
  active = false;
  warning.remove();
}

function tellTabs() {
  noteActivity();
  tabs.postMessage("known");
}

async function extendSession() {
  if (await isKnown()) tellTabs();
}

function showWarning() {
  if (warning.isConnected) return;
  const stayButton = document.createElement("button");
  stayButton.className = "btn btn-primary";
  stayButton.textContent = idleStay;
  stayButton.addEventListener("click", extendSession);
  const text = document.createElement("p");
  text.textContent = idleText;
  warning.replaceChildren(text, stayButton);
  document.getElementById("main").prepend(warning);
}

function checkIdleTime() {
  const silent = (Date.now() - heard) / MINUTE;
  if (silent >= idle) endSession();
  else if (active && silent >= idle / 3) extendSession();
  else if (silent >= idle - 2) showWarning();
}

const isKnown = async () => (await fetch(here, { headers: { Accept: "application/json" } }).catch(() => null))?.ok;

/** She signs out in another tab: the page goes as soon as that is done. */
async function onSignedOut() {
  coverPage();
  if (await isKnown()) setTimeout(onSignedOut, SIGNED_OUT_CHECK); else endSession();
}

const tabMessages = { known: noteActivity, hide: leavePage, out: onSignedOut };
tabs.addEventListener("message", ({ data }) => tabMessages[data]());
tabs.postMessage("known");
document.querySelector("form.worker").addEventListener("submit", () => tabs.postMessage("out"));

for (const sign of ["keydown", "pointerdown"]) document.addEventListener(sign, () => { active = true; });
window.addEventListener("dosar:kept", tellTabs);
// A page the browser put aside whole must not come back by itself: the session may be over.
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
setInterval(checkIdleTime, MINUTE / 4);
