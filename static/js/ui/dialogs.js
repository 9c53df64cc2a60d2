/** Questions over the page, as <dialog>: the browser keeps the focus in, gives it back, and closes on Escape. */

import { el, freshId } from "./dom.js";

/**
 * Open a dialog with content of one's own.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.class] further classes, e.g. "wide"
 * @param {(dialog: HTMLDialogElement) => void} options.fill appends the content below the title
 * @returns {{dialog: HTMLDialogElement, closed: Promise<string>}} `closed` resolves with the dialog's returnValue;
 *   "" when it was dismissed. It is removed from the page then.
 */
export function openDialog({ title, fill, class: extra = "" }) {
  const id = freshId("dialog-title");
  const dialog = el("dialog", { class: `dialog ${extra}`.trim(), attrs: { "aria-labelledby": id } });
  dialog.append(el("h2", { text: title, attrs: { id } }));
  fill(dialog);
  /** @type {Promise<string>} */
  const closed = new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, closed };
}

/**
 * Ask before something that can't be taken back. The focus begins on the harmless button.
 *
 * @param {object} options
 * @param {string} options.title a question
 * @param {string|string[]} options.text what happens then, one paragraph each
 * @param {string} options.confirm the verb on the button, never "OK"
 * @param {string} [options.cancel]
 * @param {boolean} [options.danger]
 * @param {string} [options.typed] this has to be typed before the button works
 * @returns {Promise<boolean>}
 */
export async function ask({ title, text, confirm, cancel = "Cancel", danger = false, typed }) {
  const { closed } = openDialog({
    title,
    fill: (dialog) => {
      const paragraphs = (Array.isArray(text) ? text : [text]).map((each) => el("p", { text: each }));
      const no = el("button", { class: "button", text: cancel, attrs: { type: "button" } });
      no.addEventListener("click", () => dialog.close(""));
      const looks = danger ? "button danger primary" : "button primary";
      const yes = el("button", { class: looks, text: confirm, attrs: { type: "submit" } });
      const form = el("form", { attrs: { method: "dialog" } }, ...paragraphs);
      if (typed !== undefined) {
        form.append(typedField(typed, yes));
      }
      form.append(el("div", { class: "actions" }, no, yes));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!yes.disabled) {
          dialog.close("yes");
        }
      });
      if (typed === undefined) {
        no.autofocus = true;
      }
      dialog.append(form);
    },
  });
  return (await closed) === "yes";
}

/** @param {string} wanted @param {HTMLButtonElement} button */
function typedField(wanted, button) {
  const id = freshId("typed");
  const input = el("input", {
    class: "input",
    attrs: { id, type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" },
  });
  input.autofocus = true;
  button.disabled = true;
  input.addEventListener("input", () => {
    button.disabled = input.value.trim().toLowerCase() !== wanted.toLowerCase();
  });
  const label = el("label", { attrs: { for: id } }, "To go on, type ", el("code", { text: wanted }));
  return el("div", { class: "field" }, label, input);
}
