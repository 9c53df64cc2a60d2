// Canonical JSON out (RFC 8785, JCS), strict JSON in.
//
// Both sides must agree on every byte that is signed, so input that two parsers could read in two ways is
// refused: duplicate names, floats, integers beyond ±(2^53−1), lone surrogates, byte order marks.

import { sha256 } from "@noble/hashes/sha2.js";
import canonicalize from "canonicalize";

import { toHex, utf8, utf8Length } from "./bytes.js";
import { Malformed } from "./errors.js";
import { MAX_DEPTH, putMember, readJson } from "./json_text.js";

/** @typedef {import("./json_text.js").Json} Json */
/** @typedef {import("./json_text.js").JsonObject} JsonObject */

export { MAX_DEPTH, MAX_INTEGER } from "./json_text.js";
export const MAX_PUBLIC_BYTES = 65536;
// Signed objects are nested less deep; this only keeps a value that holds itself, or nearly so, from the
// stack's end.
const MAX_CANONICAL_DEPTH = 500;

/**
 * The RFC 8785 form of a value as UTF-8. Malformed unless the value is plain: objects, lists, well-formed
 * text, integers within ±(2^53−1), true, false and null.
 * @param {unknown} value
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function canonicalBytes(value) {
  // The package would leave out what JSON cannot express; here that is refused.
  checkPlain(value, MAX_CANONICAL_DEPTH);
  return utf8(/** @type {string} */ (canonicalize(value)));
}

/** `sha256:` and the lower-case hex SHA-256 of the canonical form. @param {unknown} value */
export function sha256Of(value) {
  return `sha256:${toHex(sha256(canonicalBytes(value)))}`;
}

/**
 * Read JSON by the strict rules above; whatever breaks one is Malformed.
 * @param {Uint8Array | string} data
 * @param {{maxBytes?: number}} [options]
 * @returns {Json}
 */
export function parseJson(data, { maxBytes = MAX_PUBLIC_BYTES } = {}) {
  const size = typeof data === "string" ? utf8Length(data) : data.length;
  if (size > maxBytes) {
    throw new Malformed(`The JSON text is larger than ${maxBytes} bytes.`);
  }
  return readJson(typeof data === "string" ? data : decode(data));
}

/** @param {Uint8Array} data */
function decode(data) {
  try {
    // ignoreBOM keeps a byte order mark, which the reader then refuses.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    throw new Malformed("The JSON text is not UTF-8.", { cause: error });
  }
}

/**
 * A deep copy in plain objects and lists, under the same rules as `parseJson`.
 * @param {unknown} value
 * @returns {Json}
 */
export function plainCopy(value) {
  checkPlain(value, MAX_DEPTH);
  return copy(/** @type {Json} */ (value));
}

/** @param {Json} value @returns {Json} */
function copy(value) {
  if (Array.isArray(value)) {
    return value.map(copy);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  /** @type {JsonObject} */
  const result = {};
  for (const name of Object.keys(value)) {
    putMember(result, name, copy(value[name]));
  }
  return result;
}

/**
 * @param {unknown} value
 * @param {number} depth how many levels of objects and lists are allowed
 * @param {object[]} [around]
 */
function checkPlain(value, depth, around = []) {
  if (value === null || typeof value === "boolean") {
    return;
  }
  if (typeof value === "string") {
    checkText(value);
  } else if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new Malformed("Numbers must be integers within ±(2^53−1).");
    }
  } else if (typeof value === "object") {
    if (depth <= 0 || around.includes(value)) {
      throw new Malformed(`JSON may be nested ${MAX_DEPTH} deep at most.`);
    }
    for (const item of membersOf(value)) {
      checkPlain(item, depth - 1, [...around, value]);
    }
  } else {
    throw new Malformed("Only objects, lists, text, integers, true, false and null are allowed.");
  }
}

/** @param {object} value @returns {unknown[]} */
function membersOf(value) {
  if (Array.isArray(value)) {
    // Spreading turns holes into undefined, which is refused.
    return [...value];
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Malformed("Only objects, lists, text, integers, true, false and null are allowed.");
  }
  Object.keys(value).forEach(checkText);
  return Object.values(value);
}

/** @param {string} text */
function checkText(text) {
  if (!text.isWellFormed()) {
    throw new Malformed("The text holds half of a surrogate pair.");
  }
}
