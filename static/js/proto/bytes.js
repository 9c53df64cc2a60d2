// Bytes as text and back. Python has these built in; nothing here knows the protocol.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const encoder = new TextEncoder();
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The UTF-8 bytes of a text. @param {string} text @returns {Bytes} */
export function utf8(text) {
  return encoder.encode(text);
}

/** How many bytes the text has in UTF-8. @param {string} text */
export function utf8Length(text) {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is two units and four bytes; each other unit beyond ASCII is two or three bytes.
    if (unit > 0x7f) {
      length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
  }
  return length;
}

/** Lower-case hex digits. @param {Uint8Array} data */
export function toHex(data) {
  let text = "";
  for (const byte of data) {
    text += DIGITS[byte];
  }
  return text;
}

/**
 * The bytes of an even number of hex digits; RangeError for anything else.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromHex(text) {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/u.test(text)) {
    throw new RangeError("These are no hex digits.");
  }
  const data = new Uint8Array(text.length / 2);
  for (let i = 0; i < data.length; i += 1) {
    data[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return data;
}

/** All parts, one after the other. @param {...Uint8Array} parts @returns {Bytes} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/**
 * Whether both hold the same bytes. Not for secrets: it stops at the first difference.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

/** Standard base64 with padding. @param {Uint8Array} data */
export function toBase64(data) {
  let binary = "";
  // String.fromCharCode takes only so many arguments.
  for (let start = 0; start < data.length; start += 8192) {
    binary += String.fromCharCode(...data.subarray(start, start + 8192));
  }
  return btoa(binary);
}

/**
 * The bytes of standard base64 in its only canonical spelling, else null.
 * @param {string} text
 * @returns {Bytes | null}
 */
export function fromBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) {
    return null;
  }
  const binary = atob(text);
  // Encoding again refuses stray bits in the last letter.
  return btoa(binary) === text ? Uint8Array.from(binary, (letter) => letter.charCodeAt(0)) : null;
}

/** base64url without padding. @param {Uint8Array} data */
export function toBase64url(data) {
  return toBase64(data).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");
}

/**
 * The bytes of base64url without padding in its only canonical spelling, else null.
 * @param {string} text
 * @returns {Bytes | null}
 */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/u.test(text) || text.length % 4 === 1) {
    return null;
  }
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard.padEnd(Math.ceil(text.length / 4) * 4, "="));
}
