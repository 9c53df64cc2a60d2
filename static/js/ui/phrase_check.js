/** Three of the words asked back: whoever has them on paper finds them at once. */

import { el, freshId } from "./dom.js";

const ASKED = 3;

/** Keeps password managers and keyboards from storing what is typed. */
const NO_MEMORY = {
  autocomplete: "off",
  autocapitalize: "none",
  autocorrect: "off",
  spellcheck: "false",
  "data-1p-ignore": "",
  "data-lpignore": "true",
  "data-bwignore": "true",
};

/**
 * Three different places among `count`, in order.
 *
 * @param {number} count
 * @returns {number[]} 0 to count - 1
 */
export function randomPlaces(count) {
  const chosen = new Set();
  while (chosen.size < ASKED) {
    const [drawn] = crypto.getRandomValues(new Uint32Array(1));
    chosen.add(drawn % count);
  }
  return [...chosen].sort((a, b) => a - b);
}

/**
 * @typedef {object} PhraseCheck
 * @property {() => string} wrong "" when all are right; else what to say
 * @property {HTMLInputElement} first
 */

/**
 * Ask for three words, in fields appended to `place`.
 *
 * @param {HTMLElement} place
 * @param {readonly string[]} words
 * @returns {PhraseCheck}
 */
export function phraseCheck(place, words) {
  const questions = randomPlaces(words.length).map((index) => {
    const id = freshId("word");
    const input = el("input", { class: "input code", attrs: { id, type: "text", ...NO_MEMORY } });
    const label = el("label", { text: `Word ${index + 1}`, attrs: { for: id } });
    return { index, input, field: el("div", { class: "field" }, label, input) };
  });
  const row = el("div", { class: "word-questions" });
  row.append(...questions.map(({ field }) => field));
  place.replaceChildren(row);

  const wrong = () => {
    const missed = questions.filter(({ index, input }) => input.value.trim().toLowerCase() !== words[index]);
    for (const question of questions) {
      question.input.setAttribute("aria-invalid", String(missed.includes(question)));
    }
    if (missed.length === 0) {
      return "";
    }
    missed[0].input.focus();
    const numbers = new Intl.ListFormat("en").format(missed.map(({ index }) => String(index + 1)));
    const which = missed.length === 1 ? `Word ${numbers} does not fit` : `Words ${numbers} do not fit`;
    return `${which}. No harm done: look at the words again and compare them with your paper.`;
  };
  return { wrong, first: questions[0].input };
}
