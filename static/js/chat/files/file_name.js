/** Names and media types of files that somebody has picked, made fit to travel (docs/protocol, "Bodies"). */

import { utf8Length } from "../../proto/bytes.js";

const MOST_BYTES = 255;
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}$/;
const UNKNOWN = "application/octet-stream";

/**
 * What a file may be called on its way: without folders, control characters and characters that turn the writing
 * direction, at most 255 bytes, its ending kept.
 * @param {string} name
 * @returns {string}
 */
export function sendableName(name) {
  const plain = name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069/\\]/gu, "_");
  if (plain === "" || plain === "." || plain === "..") return "file";
  const dot = plain.lastIndexOf(".");
  const ending = dot > 0 && utf8Length(plain.slice(dot)) <= 32 ? plain.slice(dot) : "";
  let stem = plain.slice(0, plain.length - ending.length);
  const letters = Array.from(stem);
  while (utf8Length(stem + ending) > MOST_BYTES) {
    letters.pop();
    stem = letters.join("");
  }
  return stem + ending;
}

/** `type/subtype` of what the browser says of a file. @param {string} type */
export function sendableType(type) {
  const plain = type.split(";")[0].trim();
  return MEDIA_TYPE.test(plain) ? plain : UNKNOWN;
}
