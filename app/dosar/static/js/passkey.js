// Asks the browser for a passkey and sends what it says with the form. The question stands in the page (data-passkey);
// bytes come and go as base64url, which is what the library on the server reads.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(offer);

function offer(part) {
  const button = part.querySelector("[data-passkey-ask]");
  const failed = part.querySelector("[data-passkey-failed]");
  part.querySelector("[data-passkey-off]").hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      const answer = await ask(JSON.parse(part.dataset.passkey));
      part.querySelector("input").value = JSON.stringify(answer);
      part.closest("form").requestSubmit();
    } catch {
      // cancelled, too late, or no passkey here: which of them the browser keeps to itself
      failed.hidden = false;
      button.disabled = false;
    }
  });
}

async function ask(question) {
  question.challenge = bytes(question.challenge);
  if (!question.user) return said(await navigator.credentials.get({ publicKey: question }));
  question.user.id = bytes(question.user.id);
  question.excludeCredentials = (question.excludeCredentials ?? []).map((known) => ({ ...known, id: bytes(known.id) }));
  return said(await navigator.credentials.create({ publicKey: question }));
}

function said({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return { id, rawId: text(rawId), type, response: Object.fromEntries(given) };
}
