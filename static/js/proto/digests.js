// BLAKE3, as it is written in the protocol: `blake3:` and 64 lower-case hex digits.

import { blake3 } from "@noble/hashes/blake3.js";

import { toHex } from "./bytes.js";

export const DIGEST_PREFIX = "blake3:";

/**
 * @param {Uint8Array} data
 * @returns {string}
 */
export function digestOf(data) {
  return digestOfParts([data]);
}

/**
 * The digest of the parts as one text of bytes, in their order.
 * @param {Iterable<Uint8Array>} parts
 * @returns {string}
 */
export function digestOfParts(parts) {
  const builder = new DigestBuilder();
  for (const part of parts) {
    builder.update(part);
  }
  return builder.finish();
}

/** A digest that grows part by part, so that a page can do its other work in between (see slices.js). */
export class DigestBuilder {
  #hasher = blake3.create();

  /** @param {Uint8Array} data the next bytes */
  update(data) {
    this.#hasher.update(data);
    return this;
  }

  /** The digest of all parts; the builder takes no more of them. */
  finish() {
    return DIGEST_PREFIX + toHex(this.#hasher.digest());
  }
}
