// Hides the page at once from somebody who comes near: the button, or Shift three times.

const button = document.querySelector("[data-hide]");
const TIMES = 3;
const WITHIN = 5000;

function hide() {
  const cover = document.createElement("div");
  cover.className = "cover";
  document.documentElement.append(cover);
  document.body.hidden = true;
  document.title = "Dosar";
  const token = new FormData();
  token.set("csrf_token", document.querySelector("[name=csrf_token]")?.value ?? "");
  navigator.sendBeacon(button.dataset.hide, token);
  window.dispatchEvent(new Event("dosar:hide"));
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
