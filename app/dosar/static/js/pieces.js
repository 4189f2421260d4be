// A file of any size is sent in pieces: no request is large, and what was sent need not be sent again.

const form = document.querySelector("form[data-pieces]");
const file = form.querySelector("input[type=file]");
const button = form.querySelector("button:not([type=button])");
const told = document.getElementById("sending");
let whole = false;

async function sendPiece(chosen, at) {
  const boxes = new FormData();
  for (const name of ["csrf_token", "code", "upload"]) boxes.append(name, form.elements[name]?.value ?? "");
  boxes.append("at", at);
  boxes.append("name", chosen.name);
  boxes.append("piece", chosen.slice(at, at + Number(form.dataset.pieceBytes)), "piece");
  const answer = await fetch(form.dataset.pieces, { method: "POST", body: boxes, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const { upload, at: next } = await answer.json();
  form.elements.upload.value = upload;
  return next;
}

async function alreadyThere(chosen) {
  if (form.elements.upload_name.value !== chosen.name) return 0;
  try {
    return await sendPiece(new File([], chosen.name), 0);
  } catch (error) {
    if (error.message !== "422") throw error;
    return 0; // it was no good and is gone: the file of this name was copied once more
  }
}

async function sendAll(chosen) {
  button.disabled = true;
  try {
    let at = await alreadyThere(chosen);
    if (at === 0) form.elements.upload.value = "";
    form.elements.upload_name.value = chosen.name;
    do { // an empty file is sent, too: it is told why it is no good
      told.textContent = form.dataset.sending.replace("__done__", `${Math.floor(at / (chosen.size || 1) * 100)} %`);
      at = await sendPiece(chosen, at);
    } while (at < chosen.size);
    whole = true;
    file.disabled = true;
    button.disabled = false;
    form.requestSubmit();
  } catch {
    told.textContent = form.dataset.stopped;
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  const chosen = file.files[0];
  if (whole || !chosen) return;
  event.preventDefault();
  sendAll(chosen);
});
