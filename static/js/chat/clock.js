/** The engine's time and randomness: the only place that asks the browser for them. */

import { toHex } from "../proto/bytes.js";
import { uuid7 } from "../proto/messages.js";

/** @returns {Date} this moment */
export function now() {
  return new Date();
}

/** @param {number} count @returns {Uint8Array} */
function random(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** A UUID of version 7: sortable by time, 74 of its bits random. @param {Date} moment */
export function newMessageId(moment) {
  return uuid7(moment, random(10));
}

/** 256 random bits: the key of one file. */
export function newFileKey() {
  return new Uint8Array(random(32));
}

/** 128 random bits in hex: the public name of one file. */
export function newFileId() {
  return toHex(random(16));
}

/** 128 random bits in hex: under it the chunks of one file lie in the store. */
export function newShelf() {
  return toHex(random(16));
}

/** 96 random bits in hex: with the index of a chunk (8 digits) they make the id under which it is published. */
export function newAttempt() {
  return toHex(random(12));
}

/** 128 random bits in hex: the broker's duplicate check works with it, and nobody can guess it. */
export function newDeliveryId() {
  return toHex(random(16));
}
