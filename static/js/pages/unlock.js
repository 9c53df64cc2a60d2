/** /unlock: the passphrase opens the key that lies in this browser. */

import { drawAvatar } from "../ui/avatar.js";
import { ask } from "../ui/dialogs.js";
import { buttonPart, find, part } from "../ui/dom.js";
import { passwordField } from "../ui/password_field.js";
import { progressOf } from "../ui/progress.js";
import { sentence } from "../ui/sentences.js";
import { publishOwed } from "../ui/unfinished.js";
import { storedIdentity, unlock } from "../vault/identity.js";

/** @typedef {import("../ui/app_state.js").App} App */

export const title = "Unlock";

/** @param {HTMLElement} root @param {App} app */
export async function mount(root, app) {
  if (app.identity) {
    app.go(app.wanted(), { replace: true });
    return () => {};
  }
  const here = await storedIdentity();
  if (!here) {
    app.go("/join", { replace: true });
    return () => {};
  }
  const name = app.shown(here.handle);
  drawAvatar(part(root, "avatar"), { name, primary: here.primary });
  part(root, "name").textContent = name;
  find(root, '[data-part="username"]', HTMLInputElement).value = name;
  const field = passwordField({ label: "Passphrase", autocomplete: "current-password" });
  field.input.autofocus = true;
  part(root, "passphrase").replaceChildren(field.element);

  find(root, '[data-form="unlock"]', HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    open(root, app, field);
  });
  buttonPart(root, "forgot").addEventListener("click", () => forgot(app, name));
  buttonPart(root, "other").addEventListener("click", () => another(app, name));
  if (root.isConnected) {
    field.input.focus({ preventScroll: true });
  }
  return () => {
    field.input.value = "";
  };
}

/** @param {HTMLElement} root @param {App} app @param {import("../ui/password_field.js").PasswordField} field */
async function open(root, app, field) {
  const working = part(root, "working");
  const submit = buttonPart(root, "submit");
  const wanted = app.wanted();
  submit.hidden = true;
  working.hidden = false;
  field.input.readOnly = true;
  try {
    await app.signIn(await unlock(field.input.value, { onProgress: progressOf(root) }));
  } catch (error) {
    submit.hidden = false;
    working.hidden = true;
    field.input.readOnly = false;
    field.input.select();
    field.fail(sentence(error));
    return;
  }
  publishOwed(app.session).catch((error) => console.warn("The endpoints could not be published yet:", error));
  app.go(wanted, { replace: true });
}

/** @param {App} app @param {string} name */
async function forgot(app, name) {
  const sure = await ask({
    title: "Forgot the passphrase?",
    text: [
      "Nobody can look it up or reset it.",
      `With the 24 words of ${name} you choose a new one; the history in this browser stays.`,
      "Without the words there is no way back to the handle.",
    ],
    confirm: "I have the 24 words",
  });
  if (sure) {
    app.go("/restore");
  }
}

/** @param {App} app @param {string} name */
async function another(app, name) {
  const sure = await ask({
    title: `Remove ${name} from this browser?`,
    text: [
      "A browser holds one handle at a time. Its key and its history are deleted here, for good.",
      `Only the 24 words bring ${name} back, and the messages that the server still holds.`,
    ],
    confirm: "Delete and go on",
    danger: true,
    typed: name,
  });
  if (sure) {
    await app.wipe();
    app.go("/join", { replace: true });
  }
}
