/** The 24 words typed or pasted: counted, with the wrong one named and words that begin alike offered. */

import { phraseToSeed, phraseWords, WORD_COUNT } from "../../proto/phrase.js";
import { el, find, part } from "../../ui/dom.js";

const OFFERED = 5;
const KNOWN = new Set(phraseWords());

/** @param {string} text @returns {string[]} */
export function wordsOf(text) {
  // Numbers and dots come along when somebody pastes a numbered list.
  return text.normalize("NFKD").toLowerCase().replace(/[\d.,;:()]+/gu, " ").split(/\s+/u).filter(Boolean);
}

/**
 * Words of the list that begin like this.
 *
 * @param {string} start
 * @returns {string[]} at most five, none when `start` is a word that is complete
 */
export function suggestionsFor(start) {
  if (start === "") {
    return [];
  }
  const found = phraseWords().filter((word) => word.startsWith(start));
  return found.length === 1 && found[0] === start ? [] : found.slice(0, OFFERED);
}

/**
 * What is to say about the words so far, "" when all are known.
 *
 * @param {string[]} words
 * @param {boolean} complete the last one is not being typed any more
 */
export function strangerIn(words, complete) {
  const checked = complete ? words : words.slice(0, -1);
  const at = checked.findIndex((word) => !KNOWN.has(word));
  if (at < 0) {
    return "";
  }
  const alike = nearest(checked[at]);
  const hint = alike ? ` Is it “${alike}”?` : "";
  return `Word ${at + 1}, “${checked[at].slice(0, 32)}”, is not in the list.${hint}`;
}

/** A word that begins with the same four letters, else the same three. @param {string} word */
function nearest(word) {
  const begin = (/** @type {number} */ length) =>
    word.length >= length && phraseWords().find((each) => each.startsWith(word.slice(0, length)));
  return begin(4) || begin(3) || "";
}

/**
 * `read` gives the seed, or null after having said what is wrong.
 *
 * @param {HTMLElement} section
 * @returns {{read: () => Uint8Array<ArrayBuffer>|null, fail: (text: string) => void, clear: () => void}}
 */
export function wordsField(section) {
  const area = find(section, "#restore-words", HTMLTextAreaElement);
  const state = part(section, "words-state");
  const error = find(section, "#restore-words-error", HTMLElement);
  const offers = part(section, "suggestions");

  /** @param {string} text */
  const fail = (text) => {
    error.textContent = text;
    area.setAttribute("aria-invalid", String(text !== ""));
  };

  /** @param {string} word */
  const take = (word) => {
    area.value = `${area.value.replace(/\S*$/u, "")}${word} `;
    area.focus();
    update();
  };

  const update = () => {
    const words = wordsOf(area.value);
    const typing = /\S$/u.test(area.value) && words.length < WORD_COUNT;
    state.textContent = `${words.length} of ${WORD_COUNT} words`;
    fail(strangerIn(words, !typing));
    offers.replaceChildren(
      ...(typing ? suggestionsFor(words.at(-1) ?? "") : []).map((word) => {
        const offer = el("button", { class: "button small", text: word, attrs: { type: "button" } });
        offer.addEventListener("click", () => take(word));
        return offer;
      }),
    );
  };

  const read = () => {
    try {
      return phraseToSeed(wordsOf(area.value).join(" "));
    } catch (problem) {
      const words = wordsOf(area.value);
      fail(strangerIn(words, true) || (problem instanceof Error ? problem.message : ""));
      area.focus();
      return null;
    }
  };
  area.addEventListener("input", update);
  const clear = () => {
    area.value = "";
    update();
  };
  return { read, fail, clear };
}
