// The recovery phrase: a seed's 32 bytes as 24 English words (BIP-39 entropy, without its key stretching).

import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { BadKey, BadPhrase } from "./errors.js";

export const WORD_COUNT = 24;
const WORDS = new Set(wordlist);
// What Python's str.split() splits at. JavaScript's \s differs in a few characters.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** 24 lower-case words with single spaces between them. @param {Uint8Array} seed 32 bytes */
export function seedToPhrase(seed) {
  if (seed.length !== 32) {
    throw new BadKey("A seed has 32 bytes.");
  }
  return entropyToMnemonic(seed, wordlist);
}

/** The 2,048 words of the list, in order: for hints while typing. @returns {readonly string[]} */
export function phraseWords() {
  return wordlist;
}

/**
 * The 32-byte seed of a phrase; case and white space do not matter.
 *
 * BadPhrase names the first word that is not in the list, or says that the count or the checksum is wrong. It
 * never repeats more than that one word.
 * @param {string} phrase
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function phraseToSeed(phrase) {
  const words = phrase.normalize("NFKD").toLowerCase().split(SPACE).filter(Boolean);
  if (words.length !== WORD_COUNT) {
    throw new BadPhrase(`A recovery phrase has ${WORD_COUNT} words; this one has ${words.length}.`);
  }
  const strange = words.findIndex((word) => !WORDS.has(word));
  if (strange >= 0) {
    const shown = Array.from(words[strange]).slice(0, 32).join("");
    throw new BadPhrase(
      `Word ${strange + 1}, '${shown}', is not in the list of words; look at its spelling.`,
    );
  }
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    // Without the library's own error as a cause: it might repeat the words.
    throw new BadPhrase(
      "All words are known, but together they do not fit; is one of them wrong or out of place?",
    );
  }
}
