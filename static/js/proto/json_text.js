// A strict reader of JSON. JSON.parse hides what must be refused: names that stand twice, how a number was
// written.

import { Malformed } from "./errors.js";

export const MAX_DEPTH = 32;
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** @typedef {null | boolean | number | string | JsonArray | JsonObject} Json */
/** @typedef {Json[]} JsonArray */
/** @typedef {{[name: string]: Json}} JsonObject */

const SPACE = /[ \t\n\r]*/uy;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/uy;
const LITERALS = /** @type {[string, Json][]} */ ([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Read one JSON value by the protocol's rules (docs/protocol, 2). Malformed for whatever breaks one.
 * @param {string} text
 */
export function readJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.skipSpace();
  if (reader.place !== text.length) {
    throw reader.fault("something follows the value");
  }
  return value;
}

/**
 * Puts a member into an object, also one that is named `__proto__`.
 * @param {JsonObject} object
 * @param {string} name
 * @param {Json} value
 */
export function putMember(object, name, value) {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  /** @param {string} what */
  fault(what) {
    return new Malformed(`This is not JSON: ${what} at position ${this.place}.`);
  }

  skipSpace() {
    SPACE.lastIndex = this.place;
    SPACE.test(this.text);
    this.place = SPACE.lastIndex;
  }

  /** Whether `letter` is next, after white space; if so, steps over it. @param {string} letter */
  take(letter) {
    this.skipSpace();
    if (this.text[this.place] !== letter) {
      return false;
    }
    this.place += 1;
    return true;
  }

  /** @param {number} depth how many objects and lists stand around it @returns {Json} */
  value(depth) {
    this.skipSpace();
    const letter = this.text[this.place];
    if (letter === '"') {
      return this.string();
    }
    if (letter === "{" || letter === "[") {
      if (depth >= MAX_DEPTH) {
        throw new Malformed(`JSON may be nested ${MAX_DEPTH} deep at most.`);
      }
      this.place += 1;
      return letter === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    for (const [word, value] of LITERALS) {
      if (this.text.startsWith(word, this.place)) {
        this.place += word.length;
        return value;
      }
    }
    return this.integer();
  }

  /** @param {number} depth */
  object(depth) {
    /** @type {JsonObject} */
    const result = {};
    if (this.take("}")) {
      return result;
    }
    do {
      this.skipSpace();
      const name = this.string();
      if (Object.hasOwn(result, name)) {
        throw new Malformed("A name stands twice in one JSON object.");
      }
      if (!this.take(":")) {
        throw this.fault("a colon is missing");
      }
      putMember(result, name, this.value(depth));
    } while (this.take(","));
    if (!this.take("}")) {
      throw this.fault("an object is not closed");
    }
    return result;
  }

  /** @param {number} depth */
  array(depth) {
    /** @type {Json[]} */
    const result = [];
    if (this.take("]")) {
      return result;
    }
    do {
      result.push(this.value(depth));
    } while (this.take(","));
    if (!this.take("]")) {
      throw this.fault("a list is not closed");
    }
    return result;
  }

  string() {
    const { text } = this;
    const start = this.place;
    if (text[start] !== '"') {
      throw this.fault("a text was expected");
    }
    let end = start + 1;
    while (text[end] !== '"') {
      if (end >= text.length) {
        throw this.fault("a text is not closed");
      }
      end += text[end] === "\\" ? 2 : 1;
    }
    this.place = end + 1;
    /** @type {string} */
    let value;
    try {
      // The boundaries are ours; escapes and control characters are left to the engine, which follows RFC
      // 8259.
      value = JSON.parse(text.slice(start, end + 1));
    } catch (error) {
      throw new Malformed(`This is not JSON: a text is written wrongly at position ${start}.`, {
        cause: error,
      });
    }
    if (!value.isWellFormed()) {
      throw new Malformed("The text holds half of a surrogate pair.");
    }
    return value;
  }

  integer() {
    NUMBER.lastIndex = this.place;
    const digits = NUMBER.exec(this.text)?.[0];
    if (digits === undefined) {
      throw this.fault("a value was expected");
    }
    if (!/^-?(?:0|[1-9][0-9]*)$/u.test(digits) || digits === "-0") {
      throw new Malformed("Numbers must be integers, written without fraction or exponent.");
    }
    const number = Number(digits);
    if (digits.length > 17 || !Number.isSafeInteger(number)) {
      throw new Malformed("An integer lies outside ±(2^53−1).");
    }
    this.place += digits.length;
    return number;
  }
}
