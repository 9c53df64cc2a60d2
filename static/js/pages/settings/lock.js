/** When this browser locks, and with which passphrase. */

import { openDialog } from "../../ui/dialogs.js";
import { buttonPart, el, find } from "../../ui/dom.js";
import { newPassphrase } from "../../ui/new_passphrase.js";
import { derivationBar } from "../../ui/passphrase_dialog.js";
import { passwordField } from "../../ui/password_field.js";
import { progressOf } from "../../ui/progress.js";
import { sentence } from "../../ui/sentences.js";
import { changePassphrase } from "../../vault/identity.js";

/** @typedef {import("../../ui/app_state.js").App} App */

/** @param {HTMLElement} section @param {App} app */
export function mountLock(section, app) {
  const minutes = find(section, '[data-part="minutes"]', HTMLSelectElement);
  minutes.value = String(app.session?.settings.autoLockMinutes ?? 15);
  minutes.addEventListener("change", () => app.session?.setSetting("autoLockMinutes", Number(minutes.value)));
  buttonPart(section, "lock").addEventListener("click", () => app.lock());
  buttonPart(section, "change").addEventListener("click", () => change(app));
}

/** @param {App} app */
async function change(app) {
  const { closed } = openDialog({
    title: "Change the passphrase",
    fill: (dialog) => {
      const old = passwordField({ label: "Passphrase now", autocomplete: "current-password" });
      const place = el("div");
      const handle = app.identity ? app.shown(app.identity.handle) : "";
      const fresh = newPassphrase(place, { handle });
      const bar = derivationBar();
      const cancel = el("button", { class: "button", text: "Cancel", attrs: { type: "button" } });
      cancel.addEventListener("click", () => dialog.close(""));
      const submit = el("button", { class: "button primary", text: "Change it", attrs: { type: "submit" } });
      const form = el("form", {}, old.element, place, bar, el("div", { class: "actions" }, cancel, submit));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const passphrase = fresh.read();
        if (passphrase === null) {
          return;
        }
        submit.disabled = true;
        bar.classList.remove("resting");
        try {
          await changePassphrase(old.input.value, passphrase, { onProgress: progressOf(form) });
          dialog.close("done");
        } catch (error) {
          bar.classList.add("resting");
          submit.disabled = false;
          old.fail(sentence(error));
        }
      });
      old.input.autofocus = true;
      dialog.append(form);
    },
  });
  if ((await closed) === "done") {
    app.toast("The passphrase is changed.", { kind: "ok" });
  }
}
