// Proof of work: what a server may ask for while many register at once.
//
// The work is for one challenge and one key, so a solution is worth nothing to anybody else.

import { sha256 } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "./bytes.js";
import { Malformed } from "./errors.js";
import { Slices } from "./slices.js";

/** @typedef {import("./keys.js").Primary} Primary */

export const MAX_BITS = 40;
const LABEL = utf8("kez/work/1\0");
const CHALLENGE = /^[!-~]{1,256}$/u;
const STEP = 200;

/**
 * Whether SHA-256 over label, challenge, a zero byte, key and nonce (8 bytes, big-endian) begins with so many zero
 * bits.
 * @param {string} challenge
 * @param {Primary} primary
 * @param {number} nonce
 * @param {{bits: number}} options
 */
export function workIsDone(challenge, primary, nonce, { bits }) {
  if (!Number.isSafeInteger(nonce) || nonce < 0) {
    throw new Malformed("A nonce lies between 0 and 2^53-1.");
  }
  return hasZeros(sha256(concat(prefix(challenge, primary), bytesOf(nonce))), bits);
}

/**
 * The first nonce from `start` on that does the work. It is cut in slices, so that a page stays responsive.
 * @param {string} challenge
 * @param {Primary} primary
 * @param {{bits: number, start?: number, onTries?: (tries: number) => void, signal?: AbortSignal}} options `onTries`
 *   hears now and then how many were tried; on average it takes 2^bits
 * @returns {Promise<number>} rejects with the signal's reason
 */
export async function findNonce(challenge, primary, { bits, start = 0, onTries, signal }) {
  if (!Number.isInteger(bits) || bits < 0 || bits > MAX_BITS) {
    throw new Malformed(`More than ${MAX_BITS} bits of work are too many.`);
  }
  const begun = sha256.create().update(prefix(challenge, primary));
  const slices = new Slices();
  for (let nonce = start; ; nonce += 1) {
    if (hasZeros(begun.clone().update(bytesOf(nonce)).digest(), bits)) {
      return nonce;
    }
    if ((nonce - start) % STEP === STEP - 1) {
      onTries?.(nonce - start + 1);
      await slices.breathe();
      signal?.throwIfAborted();
    }
  }
}

/** How a solution travels: the value of the header `Kez-Proof-Of-Work`. @param {string} challenge @param {number} nonce */
export function formatProof(challenge, nonce) {
  return `${challenge} ${nonce}`;
}

/** @param {string} text @returns {[string, number]} challenge and nonce; Malformed for anything else */
export function parseProof(text) {
  const match = /^([!-~]{1,256}) (0|[1-9][0-9]{0,15})$/u.exec(text);
  if (!match || !Number.isSafeInteger(Number(match[2]))) {
    throw new Malformed("A proof of work is a challenge, a space, and a nonce.");
  }
  return [match[1], Number(match[2])];
}

/** @param {string} challenge @param {Primary} primary */
function prefix(challenge, primary) {
  if (!CHALLENGE.test(challenge)) {
    throw new Malformed("A challenge is 1 to 256 printable ASCII characters without spaces.");
  }
  return concat(LABEL, utf8(challenge), Uint8Array.of(0), primary.raw);
}

/** @param {number} nonce */
function bytesOf(nonce) {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(nonce / 2 ** 32));
  view.setUint32(4, nonce >>> 0);
  return bytes;
}

/** @param {Uint8Array} digest @param {number} bits */
function hasZeros(digest, bits) {
  for (let place = 0; bits > 0; place += 1, bits -= 8) {
    if (digest[place] >> Math.max(0, 8 - bits) !== 0) {
      return false;
    }
  }
  return true;
}
