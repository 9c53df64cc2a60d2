/** Choosing a passphrase: twice the same, with a hint about its length. */

import { checkPassphrase } from "../vault/identity.js";
import { el } from "./dom.js";
import { passwordField } from "./password_field.js";
import { sentence } from "./sentences.js";

/** The vault refuses shorter ones (vault/kdf.js). */
const LEAST = 8;
const GOOD = 16;
const VERY_GOOD = 24;

/**
 * What the length of a passphrase says about it. Length is what counts against guessing; rules about digits and signs
 * only make it harder to remember.
 *
 * @param {string} passphrase
 * @returns {{share: number, text: string}} share: 0 to 1
 */
export function strengthOf(passphrase) {
  const length = [...passphrase].length;
  const share = Math.min(length / VERY_GOOD, 1);
  if (length === 0) {
    return { share, text: "Several words are easy to keep." };
  }
  if (length < LEAST) {
    return { share, text: `Too short: ${LEAST - length} more` };
  }
  if (length < GOOD) {
    return { share, text: "Fair; longer is better" };
  }
  return { share, text: length < VERY_GOOD ? "Good" : "Very good" };
}

/**
 * Two fields and a bar, appended to `place`.
 *
 * @param {HTMLElement} place
 * @param {{handle?: string}} [options] handle: for password managers, which file the passphrase under it
 * @returns {{read: () => string|null, clear: () => void, first: HTMLInputElement}} `read` gives the passphrase, or null
 *   after having said what is wrong
 */
export function newPassphrase(place, { handle = "" } = {}) {
  const first = passwordField({ label: "New passphrase", autocomplete: "new-password" });
  const second = passwordField({ label: "The same again", autocomplete: "new-password" });
  const bar = el("progress", { class: "progress", attrs: { max: "1", value: "0", "aria-hidden": "true" } });
  const words = el("span");
  first.hint.hidden = false;
  first.hint.append(el("span", { class: "strength" }, bar, words));
  const owner = el("input", {
    class: "visually-hidden",
    attrs: { type: "text", autocomplete: "username", readonly: "", tabindex: "-1", "aria-hidden": "true" },
  });
  owner.value = handle;

  const show = () => {
    const { share, text } = strengthOf(first.input.value);
    bar.value = share;
    words.textContent = text;
  };
  first.input.addEventListener("input", show);
  show();
  place.replaceChildren(owner, first.element, second.element);

  const read = () => {
    const passphrase = first.input.value;
    try {
      checkPassphrase(passphrase);
    } catch (error) {
      first.fail(sentence(error));
      return null;
    }
    if (passphrase !== second.input.value) {
      second.fail("This differs from the one above.");
      return null;
    }
    return passphrase;
  };
  const clear = () => {
    first.input.value = second.input.value = "";
    show();
  };
  return { read, clear, first: first.input };
}
