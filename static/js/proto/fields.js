// Checks for single fields of a payload or body.
//
// A check takes a value from parsed JSON and returns nothing; Malformed if the value is not in the field's
// form.

import { fromBase64, fromBase64url, utf8Length } from "./bytes.js";
import { MAX_INTEGER } from "./json_text.js";
import { Malformed, UnknownField } from "./errors.js";
import { Primary } from "./keys.js";
import { parseTimestamp } from "./timestamps.js";

/** @typedef {(value: unknown) => void} Check */
/** @typedef {Readonly<Record<string, Check>>} Table */

/**
 * Whether it is a JSON object (not a list, not null).
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `value` is an object with exactly these fields (less the optional ones), and each passes its check. A
 * missing field is Malformed, a further one UnknownField; both are looked at before any value is.
 * @param {unknown} value
 * @param {Table} fields
 * @param {{what: string, optional?: readonly string[]}} options
 * @returns {asserts value is Record<string, any>}
 */
export function checkFields(value, fields, { what, optional = [] }) {
  if (!isObject(value)) {
    throw new Malformed(`${what} must be a JSON object.`);
  }
  const missing = Object.keys(fields).filter(
    (name) => !Object.hasOwn(value, name) && !optional.includes(name),
  );
  if (missing.length > 0) {
    throw new Malformed(`${what} has no field '${missing.sort()[0]}'.`);
  }
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) {
    const shown = unknown.sort()[0].slice(0, 64);
    throw new UnknownField(`${what} has a field that its type and version do not have: '${shown}'.`);
  }
  for (const [name, item] of Object.entries(value)) {
    try {
      fields[name](item);
    } catch (error) {
      if (error instanceof Malformed) {
        throw new Malformed(`${what}, field '${name}': ${error.message}`, { cause: error });
      }
      throw error;
    }
  }
}

/**
 * Text of `minimum` to `maximum` UTF-8 bytes.
 * @param {number} minimum
 * @param {number} maximum
 * @returns {Check}
 */
export function text(minimum, maximum) {
  return (value) => {
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw new Malformed(`must be text of ${minimum} to ${maximum} bytes.`);
    }
    const length = utf8Length(value);
    if (length < minimum || length > maximum) {
      throw new Malformed(`must be text of ${minimum} to ${maximum} bytes.`);
    }
  };
}

/**
 * Text that matches the whole of `expression`.
 * @param {string} expression
 * @param {string} description
 * @returns {Check}
 */
export function pattern(expression, description) {
  const compiled = new RegExp(`^(?:${expression})$`, "u");
  return (value) => {
    if (typeof value !== "string" || !compiled.test(value)) {
      throw new Malformed(`must be ${description}.`);
    }
  };
}

/**
 * An integer in this range; true and false are none.
 * @param {number} minimum
 * @param {number} [maximum]
 * @returns {Check}
 */
export function integer(minimum, maximum = MAX_INTEGER) {
  return (value) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < minimum || value > maximum) {
      throw new Malformed(`must be an integer from ${minimum} to ${maximum}.`);
    }
  };
}

/** @param {...string} choices @returns {Check} */
export function oneOf(...choices) {
  return (value) => {
    if (typeof value !== "string" || !choices.includes(value)) {
      throw new Malformed(`must be one of ${choices.join(", ")}.`);
    }
  };
}

/** @param {Check} inner @returns {Check} */
export function nullable(inner) {
  return (value) => {
    if (value !== null) {
      inner(value);
    }
  };
}

/**
 * A list of `minimum` to `maximum` texts without repetition, each of which passes `inner`.
 * @param {Check} inner @param {{minimum: number, maximum: number}} options @returns {Check}
 */
export function listOf(inner, { minimum, maximum }) {
  return (value) => {
    if (!Array.isArray(value) || value.length < minimum || value.length > maximum) {
      throw new Malformed(`must be a list of ${minimum} to ${maximum} items.`);
    }
    value.forEach((item) => inner(item));
    if (new Set(value).size !== value.length) {
      throw new Malformed("must not hold the same item twice.");
    }
  };
}

/** A primary in wire form; BadKey (not Malformed) for a point that may not be used. @type {Check} */
export function primary(value) {
  if (typeof value !== "string") {
    throw new Malformed("must be ed25519: and 64 lower-case hex digits.");
  }
  Primary.parse(value);
}

/** @type {Check} */
export function timestamp(value) {
  if (typeof value !== "string") {
    throw new Malformed("must be a timestamp.");
  }
  parseTimestamp(value);
}

/** For fields whose rules are checked elsewhere. @type {Check} */
export function anything() {}

/** @type {Check} */
export function jsonObject(value) {
  if (!isObject(value)) {
    throw new Malformed("must be a JSON object.");
  }
}

/**
 * Standard base64 with padding, in its only canonical spelling.
 * @param {{maximum: number}} options bytes
 * @returns {Check}
 */
export function base64Data({ maximum }) {
  return (value) => {
    if (typeof value !== "string" || value.length > Math.ceil(maximum / 3) * 4) {
      throw new Malformed(`must be base64 of at most ${maximum} bytes.`);
    }
    const data = fromBase64(value);
    if (data === null || data.length > maximum) {
      throw new Malformed(`must be canonical base64 of at most ${maximum} bytes.`);
    }
  };
}

/**
 * base64url without padding, in its only canonical spelling.
 * @param {{minimum: number, maximum: number}} options bytes
 * @returns {Check}
 */
export function base64urlData({ minimum, maximum }) {
  return (value) => {
    if (typeof value !== "string" || value.length > maximum * 2) {
      throw new Malformed("must be base64url without padding.");
    }
    const data = fromBase64url(value);
    if (data === null) {
      throw new Malformed("must be canonical base64url without padding.");
    }
    if (data.length < minimum || data.length > maximum) {
      throw new Malformed(`must hold ${minimum} to ${maximum} bytes.`);
    }
  };
}

/**
 * One line that shows as it is: no control characters, and none that turn the writing direction.
 * @param {number} minimum
 * @param {number} maximum
 * @returns {Check}
 */
export function plainLine(minimum, maximum) {
  const length = text(minimum, maximum);
  return (value) => {
    length(value);
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(/** @type {string} */ (value))) {
      throw new Malformed("must not hold control characters.");
    }
    if (/[\u202a-\u202e\u2066-\u2069]/u.test(/** @type {string} */ (value))) {
      throw new Malformed("must not hold characters that turn the writing direction.");
    }
  };
}

export const uuid7 = pattern(
  "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
  "a lower-case UUID of version 7",
);
export const sha256 = pattern("sha256:[0-9a-f]{64}", "sha256: and 64 lower-case hex digits");
export const blake3 = pattern("blake3:[0-9a-f]{64}", "blake3: and 64 lower-case hex digits");

/** @param {number} count */
export function hexDigits(count) {
  return pattern(`[0-9a-f]{${count}}`, `${count} lower-case hex digits`);
}

/**
 * A URL of printable ASCII with one of these schemes, of at most 2,048 characters.
 * @param {...string} schemes
 */
export function url(...schemes) {
  return pattern(
    `(?=.{1,2048}$)(?:${schemes.join("|")})[!#-;=?-\\[\\]_a-z~%]+`,
    `a URL that starts with ${schemes.join(" or ")}`,
  );
}

/** One path component that is safe to show; where it is written, the client decides anew. @type {Check} */
export function fileName(value) {
  plainLine(1, 255)(value);
  const name = /** @type {string} */ (value);
  if (name === "." || name === ".." || name.includes("/") || name.includes("\\")) {
    throw new Malformed("must be a file's name without its folders.");
  }
}
