// The code that the program's own start wrote behind the address (#…, which no server is told) goes into its box.

function fill() {
  const code = decodeURIComponent(location.hash.slice(1));
  const box = document.getElementById("code");
  if (code && !box.value) {
    box.value = code;
    history.replaceState(null, "", location.pathname);
  }
}

for (const link of document.querySelectorAll("a[data-code]")) {
  link.addEventListener("click", () => { link.hash = document.getElementById("code").value; });
}

addEventListener("hashchange", fill);
fill();
