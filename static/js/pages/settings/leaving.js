/** Log out: the key and the history leave this browser. */

import { ask } from "../../ui/dialogs.js";
import { buttonPart } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";

/** @typedef {import("../../ui/app_state.js").App} App */

/** @param {HTMLElement} section @param {App} app */
export function mountLeaving(section, app) {
  buttonPart(section, "leave").addEventListener("click", async () => {
    const name = app.identity ? app.shown(app.identity.handle) : "";
    const waiting = app.session?.waiting ? ["Some messages or files still wait to be sent; they are lost."] : [];
    const sure = await ask({
      title: "Log out and wipe?",
      text: [
        "Your key, your contacts and all messages are deleted from this browser, for good.",
        ...waiting,
        `Only the 24 words bring ${name} back; messages come back only from an exported file.`,
        "Have you tested your copy of the words?",
      ],
      confirm: "Wipe everything",
      danger: true,
      typed: name,
    });
    if (!sure) {
      return;
    }
    try {
      await app.wipe();
    } catch (error) {
      app.toast(sentence(error), { kind: "danger" });
      return;
    }
    location.assign("/");
  });
}
