// Hides the page at once from somebody who comes near: the button, or Shift three times.
// Warns before the session ends, and leaves when it has.

const button = document.querySelector("[data-hide]");
const TIMES = 3;
const WITHIN = 5000;
const MINUTE = 60000;
const { idle, idleText, idleStay, here } = button.dataset;

function hide() {
  const cover = document.createElement("div");
  cover.className = "cover";
  document.documentElement.append(cover);
  document.body.hidden = true;
  document.title = "Dosar";
  const token = new FormData();
  token.set("csrf_token", document.querySelector("[name=csrf_token]")?.value ?? "");
  // a sheet with something new on it locks with its draft, so that the draft is not too late
  const free = window.dispatchEvent(new Event("dosar:hide", { cancelable: true }));
  if (free) navigator.sendBeacon(button.dataset.hide, token);
  location.replace(button.dataset.neutral);
}

let pressed = [];

function count(event) {
  if (event.key !== "Shift") {
    pressed = [];
  } else if (!event.repeat) {
    pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (pressed.length >= TIMES) hide();
  }
}

button.addEventListener("click", hide);
document.addEventListener("keyup", count);

let heard = Date.now();
let active = false;
const warning = document.createElement("div");
warning.className = "notice notice-warning idle-warning";
warning.setAttribute("role", "alert");

/** The server has heard of this worker just now. */
function known() {
  heard = Date.now();
  active = false;
  warning.remove();
}

async function stay() {
  const answer = await fetch(here, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) known();
}

function warn() {
  if (warning.isConnected) return;
  const stayButton = document.createElement("button");
  stayButton.className = "btn btn-primary";
  stayButton.textContent = idleStay;
  stayButton.addEventListener("click", stay);
  const text = document.createElement("p");
  text.textContent = idleText;
  warning.replaceChildren(text, stayButton);
  document.getElementById("main").prepend(warning);
}

function look() {
  const silent = (Date.now() - heard) / MINUTE;
  if (silent >= idle) {
    window.dispatchEvent(new Event("dosar:hide"));
    location.replace("/sign-in");
  } else if (active && silent >= idle / 3) stay();
  else if (silent >= idle - 2) warn();
}

for (const sign of ["keydown", "pointerdown"]) document.addEventListener(sign, () => { active = true; });
window.addEventListener("dosar:kept", known);
setInterval(look, MINUTE / 4);
