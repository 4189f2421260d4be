// Whoever made something of a line of what is due goes on at the next one: it has the focus, and with it the notice is
// read that says what came of the one before.

const PLACE = "#due-";

const line = location.hash.startsWith(PLACE) && document.getElementById(location.hash.slice(1));
const next = line && line.querySelector("a, button");
const notice = document.querySelector("main > .notice");

function goOn() {
  notice.id = "what-came-of-it";
  next.setAttribute("aria-describedby", notice.id);
  next.addEventListener("blur", () => next.removeAttribute("aria-describedby"), { once: true });
  next.focus({ preventScroll: true });
}

// a browser takes the focus away once more when it has scrolled to the line
if (next && notice) window.addEventListener("load", () => setTimeout(goOn));
