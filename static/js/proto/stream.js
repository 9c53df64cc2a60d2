// The STREAM construction: a file sealed chunk by chunk, so that each can be opened alone and none can be moved.
//
// Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
// Misuse-Resistance" (2015). Cipher: ChaCha20-Poly1305 (RFC 8439). The nonce is 7 zero bytes ‖ u32 index ‖ one
// byte that is 1 for the last chunk; the additional data is the 16-byte id of the file ‖ u32 number of chunks.
//
// Sealing is deterministic: one key must seal the chunks of one file only, once. Whoever seals again from the
// same file compares a hash first.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

import { CannotDecrypt, Malformed } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * Where a chunk belongs: its file's key (32 bytes) and id (16 bytes), its index from 0, the number of chunks.
 * @typedef {{key: Uint8Array, fileId: Uint8Array, index: number, total: number}} Place
 */

export const KEY_BYTES = 32;
export const ID_BYTES = 16;
export const TAG_BYTES = 16;
const MAX_U32 = 2 ** 32 - 1;

/**
 * The sealed chunk: 16 bytes longer. Malformed if index and total, or the lengths of key and id, cannot be.
 * @param {Uint8Array} plaintext
 * @param {Place} place
 * @returns {Bytes}
 */
export function sealChunk(plaintext, place) {
  return new Uint8Array(cipherAt(place).encrypt(plaintext));
}

/**
 * What was sealed. CannotDecrypt for anything but exactly this chunk of this file; Malformed as in sealing.
 * @param {Uint8Array} sealed
 * @param {Place} place
 * @returns {Bytes}
 */
export function openChunk(sealed, place) {
  const cipher = cipherAt(place);
  try {
    return new Uint8Array(cipher.decrypt(sealed));
  } catch (error) {
    // noble throws plain errors, for a wrong tag as for fewer bytes than a tag has.
    throw new CannotDecrypt("This chunk was changed, or belongs to another place or file.", { cause: error });
  }
}

/** @param {Place} place */
function cipherAt({ key, fileId, index, total }) {
  if (key.length !== KEY_BYTES || fileId.length !== ID_BYTES) {
    throw new Malformed("A file's key has 32 bytes and its id has 16.");
  }
  const counted = Number.isInteger(index) && Number.isInteger(total);
  if (!counted || index < 0 || index >= total || total > MAX_U32) {
    throw new Malformed("A chunk's index is below the number of chunks.");
  }
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = index === total - 1 ? 1 : 0;
  const bound = new Uint8Array(ID_BYTES + 4);
  bound.set(fileId);
  new DataView(bound.buffer).setUint32(ID_BYTES, total);
  return chacha20poly1305(key, nonce, bound);
}
