/**
 * "New conversation": a handle is looked up and its key pinned.
 */

import { buttonPart, el, find } from "../../ui/dom.js";
import { openDialog } from "../../ui/dialogs.js";
import { sentence } from "../../ui/sentences.js";

/** @typedef {import("../../chat/types.js").Contact} Contact */

/** @type {Record<string, string>} */
const HERE = {
  handle_unknown: "Nobody has this handle. Check how it is written.",
  not_found: "Nobody has this handle. Check how it is written.",
  self_message: "That is you. Who else would you like to write to?",
};

/**
 * Ask for a handle until somebody is found or the dialog is closed.
 *
 * @param {{server: string, title?: string, given?: string, meet: (handle: string) => Promise<Contact>}} options
 * @returns {Promise<Contact|null>}
 */
export async function askForHandle({ server, title = "New conversation", given = "", meet }) {
  /** @type {Contact|null} */
  let found = null;
  const { closed } = openDialog({
    title,
    fill: (dialog) => {
      const form = formOf(server);
      dialog.append(form);
      const input = find(form, "input", HTMLInputElement);
      const error = find(form, ".error", HTMLElement);
      input.value = given;
      input.autofocus = true;
      buttonPart(form, "cancel").addEventListener("click", () => dialog.close(""));
      input.addEventListener("input", () => {
        error.textContent = "";
        input.removeAttribute("aria-invalid");
      });
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const look = buttonPart(form, "look");
        if (look.getAttribute("aria-disabled") === "true") {
          return;
        }
        look.setAttribute("aria-disabled", "true");
        look.textContent = "Looking…";
        try {
          found = await meet(input.value.trim());
          dialog.close("found");
        } catch (problem) {
          error.textContent = sentence(problem, HERE);
          input.setAttribute("aria-invalid", "true");
          input.focus();
        } finally {
          look.removeAttribute("aria-disabled");
          look.textContent = "Look up";
        }
      });
    },
  });
  await closed;
  return found;
}

/** @param {string} server */
function formOf(server) {
  return el(
    "form",
    { attrs: { novalidate: "" } },
    el(
      "div",
      { class: "field" },
      el("label", { text: "Their handle", attrs: { for: "start-handle" } }),
      el(
        "div",
        { class: "input-frame" },
        el("span", { class: "before", text: "@", attrs: { "aria-hidden": "true" } }),
        el("input", {
          class: "input",
          attrs: {
            id: "start-handle", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "300",
            "aria-describedby": "start-hint start-error",
          },
        }),
      ),
      el("p", {
        class: "hint",
        text: `For instance bob. Everybody here is on ${server}.`,
        attrs: { id: "start-hint" },
      }),
      el("p", { class: "error", attrs: { id: "start-error", role: "alert" } }),
    ),
    el(
      "div",
      { class: "actions" },
      el("button", { class: "button", text: "Cancel", attrs: { type: "button", "data-part": "cancel" } }),
      el("button", { class: "button primary", text: "Look up", attrs: { type: "submit", "data-part": "look" } }),
    ),
  );
}
