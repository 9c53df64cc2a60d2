/** Who may see a file of the own list, changed; or nobody any more. */

import { openDialog } from "../../ui/dialogs.js";
import { el } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { oneLine } from "../chat/clean_text.js";
import { readersField } from "./readers_field.js";

/** @typedef {import("../../chat/lists/views.js").EntryView} EntryView */
/** @typedef {import("./readers_field.js").Person} Person */

const STAYS =
  "Who has seen the list before may have kept the key to the file, and can fetch it as long as the server keeps it.";

/**
 * Resolves with whether something was changed.
 *
 * @param {EntryView} entry
 * @param {{people: Person[], set: (peers: string[]) => Promise<void>}} options
 * @returns {Promise<boolean>}
 */
export async function readersDialog(entry, { people, set }) {
  const { closed } = openDialog({
    title: oneLine(entry.name, 120),
    fill: (dialog) => {
      const field = readersField(people, (entry.readers ?? []).map(({ peer }) => peer));
      const error = el("p", { class: "error", attrs: { role: "alert" } });
      const cancel = el("button", { class: "button", text: "Cancel", attrs: { type: "button" } });
      const off = el("button", { class: "button danger", text: "Take it off", attrs: { type: "button" } });
      const save = el("button", { class: "button primary", text: "Save", attrs: { type: "submit" } });
      const change = async (/** @type {string[]} */ peers) => {
        error.textContent = "";
        field.element.disabled = off.disabled = save.disabled = true;
        try {
          await set(peers);
          dialog.close("changed");
        } catch (problem) {
          error.textContent = sentence(problem);
          field.element.disabled = off.disabled = save.disabled = false;
        }
      };
      const form = el(
        "form",
        { class: "publish" },
        field.element,
        el("p", { class: "hint", text: STAYS }),
        error,
        el("div", { class: "actions" }, off, cancel, save),
      );
      cancel.addEventListener("click", () => dialog.close(""));
      off.addEventListener("click", () => change([]));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        change(field.chosen());
      });
      dialog.append(form);
    },
  });
  return (await closed) === "changed";
}
