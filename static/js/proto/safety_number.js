// The safety number: 60 digits that two people compare to be sure of each other's keys.

import { sha512 } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "./bytes.js";
import { Slices } from "./slices.js";

export const ITERATIONS = 5200;
const STEP = 100;
const LABEL = utf8("kez/safety-number/1\0");

/**
 * 12 groups of 5 digits, the same whichever key comes first.
 *
 * Each key gives 30 digits, and the smaller key's stand first. The hash is iterated, so that looking for a
 * key whose digits equal another's costs 5,200 times as much. The work is cut in slices, so that a page stays
 * responsive.
 * @param {import("./keys.js").Primary} a
 * @param {import("./keys.js").Primary} b
 */
export async function safetyNumber(a, b) {
  const [first, second] = a.hex <= b.hex ? [a, b] : [b, a];
  const slices = new Slices();
  return [...(await digits(first.raw, slices)), ...(await digits(second.raw, slices))].join(" ");
}

/** @param {Uint8Array} key @param {Slices} slices */
async function digits(key, slices) {
  let digest = concat(LABEL, key);
  for (let round = 1; round <= ITERATIONS; round += 1) {
    digest = new Uint8Array(sha512(concat(digest, key)));
    if (round % STEP === 0) {
      await slices.breathe();
    }
  }
  return [0, 5, 10, 15, 20, 25].map((place) => group(digest.subarray(place, place + 5)));
}

/** Five bytes, big-endian, modulo 100,000: below 2^53, so plain numbers do. @param {Uint8Array} data */
function group(data) {
  const number = data.reduce((sum, byte) => sum * 256 + byte, 0);
  return String(number % 100_000).padStart(5, "0");
}
