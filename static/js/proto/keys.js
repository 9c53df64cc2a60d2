// Ed25519 keys under one strict rule, and their X25519 images.
//
// The rule closes what RFC 8032 leaves open: a public key and the R of a signature must each be the canonical
// encoding of a point of the prime-order group other than its neutral element, and S < L. On such input the
// equations with and without the cofactor agree, so every correct library gives the same answer
// (docs/decisions, 0004).

import { ed25519 } from "@noble/curves/ed25519.js";

import { fromHex, toHex } from "./bytes.js";
import { BadKey, BadSignature } from "./errors.js";
import { nativeEd25519 } from "./native_ed25519.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

export const KEY_PREFIX = "ed25519:";
const SPELLING = "A primary is written as ed25519: and 64 lower-case hex digits.";
// Asking whether a key is one takes as long as verifying a signature, and one message names the same few keys
// several times. The oldest answers go first.
const MAX_KNOWN_KEYS = 4096;
/** @type {Map<string, boolean>} */
const knownKeys = new Map();

/** A person's ed25519 public key, checked when it is made: 32 bytes, else BadKey. */
export class Primary {
  /** @param {Uint8Array} raw 32 bytes */
  constructor(raw) {
    const hex = toHex(raw);
    if (raw.length !== 32 || !isKey(raw, hex)) {
      throw new BadKey();
    }
    /** @type {Bytes} */
    this.raw = new Uint8Array(raw);
    /** 64 lower-case hex digits. */
    this.hex = hex;
    Object.freeze(this);
  }

  /** Read `ed25519:` and 64 lower-case hex digits. @param {string} text */
  static parse(text) {
    if (!text.startsWith(KEY_PREFIX)) {
      throw new BadKey(SPELLING);
    }
    return Primary.fromHex(text.slice(KEY_PREFIX.length));
  }

  /** Read 64 lower-case hex digits. @param {string} text */
  static fromHex(text) {
    if (!/^[0-9a-f]{64}$/u.test(text)) {
      throw new BadKey(SPELLING);
    }
    return new Primary(fromHex(text));
  }

  /** @param {Uint8Array} raw 32 bytes */
  static fromRaw(raw) {
    return new Primary(raw);
  }

  /** @param {Primary} other */
  equals(other) {
    return this.hex === other.hex;
  }

  toString() {
    return KEY_PREFIX + this.hex;
  }
}

/** @param {Uint8Array} raw @param {string} hex */
function isKey(raw, hex) {
  let known = knownKeys.get(hex);
  if (known === undefined) {
    known = isStrictPoint(raw);
    if (knownKeys.size >= MAX_KNOWN_KEYS) {
      knownKeys.delete(/** @type {string} */ (knownKeys.keys().next().value));
    }
    knownKeys.set(hex, known);
  }
  return known;
}

/**
 * The canonical encoding of a point of the prime-order group, not the neutral element?
 * @param {Uint8Array} data
 */
function isStrictPoint(data) {
  let point;
  try {
    point = ed25519.Point.fromBytes(data, false);
  } catch {
    // noble throws plain errors for whatever is no canonical encoding of a point.
    return false;
  }
  return !point.is0() && point.isTorsionFree();
}

/** The secret half, from its 32-byte seed (which is also the entropy of the recovery phrase). */
export class SigningKey {
  /** @type {Bytes} */
  #seed;

  /** @param {Uint8Array} seed 32 bytes, else BadKey */
  constructor(seed) {
    if (seed.length !== 32) {
      throw new BadKey("A seed has 32 bytes.");
    }
    this.#seed = new Uint8Array(seed);
    this.primary = new Primary(ed25519.getPublicKey(this.#seed));
    Object.freeze(this);
  }

  /** The seed, in a copy. It is no property, so that logging a key does not show it. @returns {Bytes} */
  get seed() {
    return this.#seed.slice();
  }

  /**
   * The 64-byte Ed25519 signature (RFC 8032, pure, deterministic). Always by noble: some browsers add chance
   * to theirs.
   * @param {Uint8Array} message
   * @returns {Bytes}
   */
  sign(message) {
    return new Uint8Array(ed25519.sign(message, this.#seed));
  }

  toString() {
    return `SigningKey(primary=${this.primary})`;
  }
}

/**
 * BadSignature unless `signature` is `primary`'s over `message` by the strict rule.
 * @param {Primary} primary
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {Promise<void>}
 */
export async function verifySignature(primary, message, signature) {
  if (signature.length !== 64) {
    throw new BadSignature();
  }
  const native = await nativeEd25519();
  const holds = native
    ? await native.verify(primary, message, signature)
    : isStrictPoint(signature.subarray(0, 32)) && verifyByNoble(primary, message, signature);
  if (!holds) {
    throw new BadSignature();
  }
}

/** @param {Primary} primary @param {Uint8Array} message @param {Uint8Array} signature */
function verifyByNoble(primary, message, signature) {
  return ed25519.verify(signature, message, primary.raw, { zip215: false });
}

/**
 * The X25519 public key that envelopes for this primary are sealed to (RFC 7748, the birational map).
 * @param {Primary} primary
 * @returns {Bytes}
 */
export function x25519Public(primary) {
  return new Uint8Array(ed25519.utils.toMontgomery(primary.raw));
}

/**
 * The X25519 secret that belongs to `x25519Public(key.primary)`: 32 bytes, clamped.
 * @param {SigningKey} key
 * @returns {Bytes}
 */
export function x25519Private(key) {
  return new Uint8Array(ed25519.utils.toMontgomerySecret(key.seed));
}
