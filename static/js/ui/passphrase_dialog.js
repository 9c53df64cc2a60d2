/** The passphrase asked once more, before something that an unattended screen must not give away. */

import { unlock } from "../vault/identity.js";
import { openDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { passwordField } from "./password_field.js";
import { progressOf } from "./progress.js";
import { sentence } from "./sentences.js";

/** @typedef {import("../vault/identity.js").UnlockedIdentity} UnlockedIdentity */

/** A bar for the key derivation; it keeps its height while hidden, so the dialog does not jump. */
export function derivationBar() {
  return el("progress", {
    class: "progress resting",
    attrs: { max: "1", value: "0", "data-part": "bar", "aria-label": "Checking the passphrase" },
  });
}

/**
 * @param {{title: string, text: string, confirm: string}} options
 * @returns {Promise<UnlockedIdentity|null>} null when it was dismissed
 */
export async function askPassphrase({ title, text, confirm }) {
  /** @type {UnlockedIdentity|null} */
  let opened = null;
  const { closed } = openDialog({
    title,
    fill: (dialog) => {
      const field = passwordField({ label: "Passphrase", autocomplete: "current-password" });
      const bar = derivationBar();
      const cancel = el("button", { class: "button", text: "Cancel", attrs: { type: "button" } });
      const go = el("button", { class: "button primary", text: confirm, attrs: { type: "submit" } });
      const form = el("form", {}, el("p", { text }), field.element, bar, el("div", { class: "actions" }, cancel, go));
      cancel.addEventListener("click", () => dialog.close(""));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        go.disabled = true;
        bar.classList.remove("resting");
        try {
          const found = await unlock(field.input.value, { onProgress: progressOf(form) });
          if (dialog.open) {
            opened = found;
            dialog.close("yes");
          }
        } catch (error) {
          bar.classList.add("resting");
          go.disabled = false;
          field.fail(sentence(error));
        }
      });
      field.input.autofocus = true;
      dialog.append(form);
    },
  });
  await closed;
  return opened;
}
