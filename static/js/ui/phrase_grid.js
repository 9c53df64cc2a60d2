/** The 24 words on the screen. Nothing here touches the network or the clipboard by itself. */

import { ask } from "./dialogs.js";
import { el } from "./dom.js";

/**
 * A numbered list of the words. They can't be selected, so that they are not copied by the way.
 *
 * @param {readonly string[]} words
 */
export function phraseGrid(words) {
  const list = el("ol", { class: "words", attrs: { translate: "no", "aria-label": "The 24 words, in order" } });
  list.append(...words.map((word) => el("li", {}, el("span", { text: word }))));
  return list;
}

/**
 * Put the words on the clipboard, after having said what that means.
 *
 * @param {readonly string[]} words
 * @returns {Promise<boolean>} whether they were copied
 */
export async function copyPhrase(words) {
  const sure = await ask({
    title: "Copy the words?",
    text: [
      "Other programs can read the clipboard; some keep what was in it or send it to your other devices. " +
        "Paper is safer.",
      "If you copy, paste them into a password manager at once, then copy something else.",
    ],
    confirm: "Copy anyway",
    cancel: "Don't copy",
  });
  if (sure) {
    await navigator.clipboard.writeText(words.join(" "));
  }
  return sure;
}
