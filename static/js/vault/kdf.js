/**
 * From a passphrase to a key: scrypt (RFC 7914). Its parameters are stored beside what it protects and
 * bounded when read, so that a record which somebody changed can neither hang the page nor ask for nothing.
 *
 * @typedef {{N: number, r: number, p: number}} Cost
 * @typedef {(done: number) => void} OnProgress called with a fraction, 0…1
 */

import { scryptAsync } from "@noble/hashes/scrypt.js";

import { WeakPassphrase } from "./errors.js";
import { SLICE_MS } from "../proto/slices.js";

/** 128 MiB and about a second. */
export const DEFAULT_COST = Object.freeze({ N: 2 ** 17, r: 8, p: 1 });

const LEAST_N = 2 ** 14;
const MOST_WORK = 2 ** 18; // N · p; twice the default
const MINIMUM_PASSPHRASE = 8;
const MAXIMUM_PASSPHRASE = 1024;

/**
 * The rule for a new passphrase: 8 to 1,024 characters. Throws WeakPassphrase.
 *
 * @param {string} passphrase
 */
export function checkPassphrase(passphrase) {
  const length = [...passphrase].length;
  if (length > MAXIMUM_PASSPHRASE) {
    throw new WeakPassphrase("A passphrase has at most 1,024 characters.");
  }
  if (length < MINIMUM_PASSPHRASE || passphrase.trim() === "") {
    throw new WeakPassphrase();
  }
}

/** Whether these scrypt parameters are ones that we use. @param {any} cost */
export function isReasonable(cost) {
  const { N, r, p } = cost;
  return (
    [N, r, p].every(Number.isSafeInteger) &&
    Number.isInteger(Math.log2(N)) &&
    N >= LEAST_N &&
    r === 8 &&
    p >= 1 &&
    N * p <= MOST_WORK
  );
}

/**
 * Derive `bytes` bytes. The passphrase is normalised (NFC), so that it does not matter how a keyboard
 * composes letters.
 *
 * @param {string} passphrase
 * @param {Uint8Array} salt
 * @param {Cost} cost
 * @param {number} bytes
 * @param {OnProgress} [onProgress]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function stretch(passphrase, salt, { N, r, p }, bytes, onProgress) {
  if (!isReasonable({ N, r, p })) {
    throw new RangeError("These scrypt parameters are out of bounds.");
  }
  const progress = onProgress && eachPercent(onProgress);
  const options = { N, r, p, dkLen: bytes, asyncTick: SLICE_MS, onProgress: progress };
  return new Uint8Array(await scryptAsync(passphrase.normalize("NFC"), salt, options));
}

/**
 * The library reports ten thousand times; nobody draws that often.
 *
 * @param {OnProgress} onProgress
 * @returns {OnProgress}
 */
function eachPercent(onProgress) {
  let last = -1;
  return (done) => {
    const percent = Math.floor(done * 100);
    if (percent !== last) {
      last = percent;
      onProgress(done);
    }
  };
}
