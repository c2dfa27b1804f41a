/* Passkeys (WebAuthn) where a form asks for one. What was typed stays in the form: the browser's question comes
   between the press of the button and the sending.

   <form …><input type="hidden" name="credential" data-passkey="get" data-options="address of the challenge">
   "create" makes a new passkey, "get" uses one. data-otherwise names a field that stands in its place where filled.
   <p data-passkey-problem hidden> is shown where no passkey came; [data-passkey-shown] where the browser knows
   passkeys, [data-passkey-missing] where it does not. */

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function challenge(field, form) {
  const answer = await fetch(field.dataset.options, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  return (await answer.json()).publicKey;
}

async function use(options) {
  const got = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
  const said = got.response;
  return {
    ...frame(got),
    response: {
      clientDataJSON: text(said.clientDataJSON),
      authenticatorData: text(said.authenticatorData),
      signature: text(said.signature),
      userHandle: said.userHandle ? text(said.userHandle) : null,
    },
  };
}

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
  return {
    ...frame(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

const frame = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment ?? null,
  clientExtensionResults: credential.getClientExtensionResults(),
});

let asking = false;

async function ask(field, form, button) {
  const problem = form.querySelector("[data-passkey-problem]");
  if (problem) problem.hidden = true;
  asking = true;
  try {
    const options = await challenge(field, form);
    const answer = field.dataset.passkey === "create" ? await make(options) : await use(options);
    field.value = JSON.stringify(answer);
  } catch {
    // Whatever went wrong, the person can press again; the sentence stands in the page, translated by the server.
    if (problem) {
      problem.hidden = false;
      problem.scrollIntoView({ block: "nearest" });
    }
    return;
  } finally {
    asking = false;
  }
  form.requestSubmit(button);
}

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey-shown][hidden]")) place.hidden = false;
  // Before everybody else who listens: the button must not be disabled while the browser asks.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const field = form.querySelector("input[data-passkey]");
      if (!field || field.value) return;
      const other = field.dataset.otherwise && form.elements[field.dataset.otherwise];
      if (other && other.value.trim()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!asking) ask(field, form, event.submitter);
    },
    true,
  );
  // A passkey's answer is good once: who comes back with the browser's button is asked again.
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("input[data-passkey]")) field.value = "";
  });
} else {
  for (const place of document.querySelectorAll("[data-passkey-missing][hidden]")) place.hidden = false;
}
