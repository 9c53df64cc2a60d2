/** A passphrase typed by a person: hidden, with a button that shows it. */

import { el, freshId } from "./dom.js";
import { changeIcon, icon } from "./icons.js";

/**
 * @typedef {object} PasswordField
 * @property {HTMLElement} element put it into a form
 * @property {HTMLInputElement} input
 * @property {HTMLElement} hint
 * @property {(text: string) => void} fail say what is wrong and put the focus there; "" clears it
 */

/**
 * @param {object} options
 * @param {string} options.label
 * @param {"current-password"|"new-password"} options.autocomplete
 * @param {string} [options.hint]
 * @returns {PasswordField}
 */
export function passwordField({ label, autocomplete, hint = "" }) {
  const id = freshId("passphrase");
  const input = el("input", {
    class: "input",
    attrs: {
      id,
      type: "password",
      autocomplete,
      autocapitalize: "none",
      spellcheck: "false",
      "aria-describedby": `${id}-hint ${id}-error`,
    },
  });
  const eye = icon("eye");
  const show = el("button", { class: "icon-button", attrs: { type: "button", "aria-pressed": "false" } }, eye);
  show.setAttribute("aria-label", `Show ${label.toLowerCase()}`);
  show.addEventListener("click", () => reveal(input.type === "password"));
  const hintLine = el("p", { class: "hint", text: hint, attrs: { id: `${id}-hint` } });
  hintLine.hidden = hint === "";
  const error = el("p", { class: "error steady", attrs: { id: `${id}-error`, role: "alert" } });

  /** @param {boolean} shown */
  function reveal(shown) {
    input.type = shown ? "text" : "password";
    show.setAttribute("aria-pressed", String(shown));
    changeIcon(eye, shown ? "eye-off" : "eye");
  }

  /** @param {string} text */
  function fail(text) {
    error.textContent = text;
    input.setAttribute("aria-invalid", String(text !== ""));
    if (text !== "") {
      input.focus();
    }
  }

  input.addEventListener("input", () => fail(""));
  const frame = el("div", { class: "input-frame" }, input, show);
  const name = el("label", { text: label, attrs: { for: id } });
  const element = el("div", { class: "field" }, name, frame, hintLine, error);
  return { element, input, hint: hintLine, fail };
}
