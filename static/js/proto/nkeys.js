// NATS nkeys, used at the NATS edge only: base32 of kind, 32 key bytes, CRC16 (XMODEM, little-endian).
//
// A seed starts with two bytes instead of one, so that its text begins with `S` and the letter of its kind.

import { concat } from "./bytes.js";
import { BadNkey } from "./errors.js";
import { Primary } from "./keys.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// A kind's 5 bits are its letter's place in the alphabet, so that the text starts with the letter.
const KINDS = "ANOUX";
const SEED = ALPHABET.indexOf("S");

/**
 * The nkey of 32 public bytes: U (user), A (account), N (server), X (curve) or O (operator).
 * @param {string} prefix
 * @param {Uint8Array} raw
 */
export function encodePublic(prefix, raw) {
  return encode(concat(Uint8Array.of(kindOf(prefix) << 3), checked32(raw)));
}

/**
 * The 32 public bytes. BadNkey for another kind, a wrong checksum, another spelling of the same bytes.
 * @param {string} text
 * @param {{prefix: string}} options
 */
export function decodePublic(text, { prefix }) {
  if (!/^[A-Z2-7]{56}$/u.test(text)) {
    throw new BadNkey();
  }
  const body = decode(text);
  if (body[0] !== kindOf(prefix) << 3) {
    throw new BadNkey(`An nkey that starts with ${prefix} was expected.`);
  }
  return body.slice(1);
}

/** The `S…` text of a 32-byte seed of the given kind. @param {string} prefix @param {Uint8Array} raw */
export function encodeSeed(prefix, raw) {
  const kind = kindOf(prefix) << 3;
  return encode(concat(Uint8Array.of((SEED << 3) | (kind >> 5), (kind & 31) << 3), checked32(raw)));
}

/**
 * The kind's letter and the 32 seed bytes.
 * @param {string} text
 * @returns {{prefix: string, seed: Uint8Array<ArrayBuffer>}}
 */
export function decodeSeed(text) {
  if (!/^[A-Z2-7]{58}$/u.test(text)) {
    throw new BadNkey("This is not an nkey seed.");
  }
  const body = decode(text);
  const kind = ((body[0] & 7) << 5) | (body[1] >> 3);
  const letter = ALPHABET[kind >> 3] ?? "";
  if (body[0] >> 3 !== SEED || (body[1] & 7) !== 0 || (kind & 7) !== 0 || !KINDS.includes(letter || "?")) {
    throw new BadNkey("This is not an nkey seed.");
  }
  return { prefix: letter, seed: body.slice(2) };
}

/** The `U…` form under which a primary logs in at the broker. @param {Primary} primary */
export function userNkey(primary) {
  return encodePublic("U", primary.raw);
}

/** The primary behind a `U…` nkey: BadNkey for the text, BadKey for the point inside. @param {string} text */
export function primaryOfNkey(text) {
  return new Primary(decodePublic(text, { prefix: "U" }));
}

/** @param {string} prefix */
function kindOf(prefix) {
  if (prefix.length !== 1 || !KINDS.includes(prefix)) {
    throw new BadNkey();
  }
  return ALPHABET.indexOf(prefix);
}

/** @param {Uint8Array} raw */
function checked32(raw) {
  if (raw.length !== 32) {
    throw new BadNkey();
  }
  return raw;
}

/** @param {Uint8Array} body */
function encode(body) {
  const crc = crc16(body);
  return base32(concat(body, Uint8Array.of(crc & 0xff, crc >> 8)));
}

/** @param {string} text */
function decode(text) {
  const data = fromBase32(text);
  const body = data.slice(0, -2);
  // Encoding again also refuses stray bits in the last letter and a wrong checksum.
  if (encode(body) !== text) {
    throw new BadNkey("The nkey's checksum is wrong; was it typed by hand?");
  }
  return body;
}

/** CRC-16/XMODEM. @param {Uint8Array} data */
function crc16(data) {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
    }
  }
  return crc;
}

/** RFC 4648, 6, without padding. @param {Uint8Array} data */
function base32(data) {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** @param {string} text of letters of the alphabet */
function fromBase32(text) {
  const data = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let place = 0;
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      data[place] = held >> bits;
      place += 1;
    }
  }
  return data;
}
