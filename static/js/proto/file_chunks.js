// A chunked attachment: up to 10 MiB in sealed chunks of 81,920 bytes, and the frame in which each travels.
//
//     0x01 ‖ file_id (16 bytes) ‖ u32 index ‖ u32 total ‖ sealed bytes     (`kez-file-chunk-v1`, big-endian)
//
// Whoever holds the pointer message has the file's key and derives from it the token that fetches the file; the
// server learns the token's digest beforehand, and the token when it is used, never the key.

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { fromHex, toHex, utf8 } from "./bytes.js";
import { digestOf } from "./digests.js";
import { Malformed } from "./errors.js";
import { chunkCount } from "./file_announcement.js";
import { CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_CHUNKS } from "./payloads.js";
import { ID_BYTES, KEY_BYTES, TAG_BYTES, openChunk, sealChunk } from "./stream.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * Where a chunk belongs: `fileKey` has 32 bytes, `fileId` is 32 hex digits, `index` counts from 0.
 * @typedef {{fileKey: Uint8Array, fileId: string, index: number, total: number}} ChunkPlace
 */
/**
 * One chunk on its way. `fileId` is 32 hex digits; nothing in it is authenticated before it is opened.
 * @typedef {{fileId: string, index: number, total: number, sealed: Bytes}} ChunkFrame
 */

export const CHUNK_FRAME_VERSION = 1;
export const CHUNK_HEADER_BYTES = 1 + ID_BYTES + 4 + 4;
export const MAX_SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
export const MAX_CHUNK_FRAME_BYTES = CHUNK_HEADER_BYTES + MAX_SEALED_CHUNK_BYTES;
export const TOKEN_BYTES = 32;
const TOKEN_INFO = utf8("kez/file/access");

/**
 * The 32 bytes that fetch the file: HKDF-SHA256 (RFC 5869) of its key, without salt.
 * @param {Uint8Array} fileKey 32 bytes, else Malformed
 * @returns {Bytes}
 */
export function accessToken(fileKey) {
  if (fileKey.length !== KEY_BYTES) {
    throw new Malformed("A file's key has 32 bytes.");
  }
  return new Uint8Array(hkdf(sha256, fileKey, undefined, TOKEN_INFO, TOKEN_BYTES));
}

/** What the announcement says of the token: its BLAKE3. @param {Uint8Array} token */
export function accessDigest(token) {
  return digestOf(token);
}

/**
 * The sealed chunk `index` of a file, from its 81,920 bytes (the last chunk: 1 to so many). Malformed for any
 * other length, or a place that no chunk has. The digest of an attachment is over all its sealed chunks.
 * @param {Uint8Array} data the bytes of this chunk alone
 * @param {ChunkPlace} place
 * @returns {Bytes}
 */
export function sealFileChunk(data, { fileKey, fileId, index, total }) {
  checkPlace(index, total, data.length);
  return sealChunk(data, { key: fileKey, fileId: idBytes(fileId), index, total });
}

/**
 * The plaintext of one chunk; CannotDecrypt for anything else than exactly this chunk.
 * @param {Uint8Array} sealed
 * @param {ChunkPlace} place
 * @returns {Bytes}
 */
export function openFileChunk(sealed, { fileKey, fileId, index, total }) {
  return openChunk(sealed, { key: fileKey, fileId: idBytes(fileId), index, total });
}

/**
 * How many bytes the sealed chunks of a file of `size` bytes (1 to 10 MiB, else Malformed) have together.
 * @param {number} size
 */
export function sealedSize(size) {
  return size + TAG_BYTES * chunksOf(size);
}

/**
 * How many bytes the sealed chunk `index` of a file of `size` bytes has. Malformed where there is none.
 * @param {number} size
 * @param {number} index
 */
export function sealedChunkSize(size, index) {
  const total = chunksOf(size);
  if (!Number.isInteger(index) || index < 0 || index >= total) {
    throw new Malformed(`A file of ${size} bytes has ${total} chunks, numbered from 0.`);
  }
  return Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES) + TAG_BYTES;
}

/**
 * The frame to publish. Malformed if `parseChunkFrame` would refuse it.
 * @param {string} fileId
 * @param {number} index
 * @param {number} total
 * @param {Uint8Array} sealed
 * @returns {Bytes}
 */
export function chunkFrame(fileId, index, total, sealed) {
  checkPlace(index, total, sealed.length - TAG_BYTES);
  const frame = new Uint8Array(CHUNK_HEADER_BYTES + sealed.length);
  const view = new DataView(frame.buffer);
  frame[0] = CHUNK_FRAME_VERSION;
  frame.set(idBytes(fileId), 1);
  view.setUint32(17, index);
  view.setUint32(21, total);
  frame.set(sealed, CHUNK_HEADER_BYTES);
  return frame;
}

/**
 * Read a frame: Malformed unless version, index, total and the length of the sealed bytes can be true.
 * @param {Uint8Array} data
 * @returns {ChunkFrame}
 */
export function parseChunkFrame(data) {
  if (data[0] !== CHUNK_FRAME_VERSION) {
    throw new Malformed("This is no chunk of a file, or one of a newer version.");
  }
  if (data.length <= CHUNK_HEADER_BYTES + TAG_BYTES) {
    throw new Malformed("This chunk was cut short.");
  }
  const view = new DataView(data.buffer, data.byteOffset);
  const [index, total] = [view.getUint32(17), view.getUint32(21)];
  checkPlace(index, total, data.length - CHUNK_HEADER_BYTES - TAG_BYTES);
  const sealed = new Uint8Array(data.slice(CHUNK_HEADER_BYTES));
  return { fileId: toHex(data.subarray(1, 17)), index, total, sealed };
}

/**
 * Malformed unless there can be such a chunk, with `length` bytes in it.
 * @param {number} index
 * @param {number} total
 * @param {number} length
 */
function checkPlace(index, total, length) {
  const counted = Number.isInteger(index) && Number.isInteger(total);
  if (!counted || index < 0 || index >= total || total > MAX_CHUNKS) {
    throw new Malformed(`A file has 1 to ${MAX_CHUNKS} chunks, numbered from 0.`);
  }
  if (length < 1 || length > CHUNK_BYTES || (index < total - 1 && length !== CHUNK_BYTES)) {
    throw new Malformed("This chunk does not have the size of a chunk.");
  }
}

/** @param {number} size */
function chunksOf(size) {
  if (!Number.isInteger(size) || size < 1 || size > MAX_ATTACHMENT_BYTES) {
    throw new Malformed(`A file in chunks has 1 to ${MAX_ATTACHMENT_BYTES} bytes.`);
  }
  return chunkCount(size);
}

/** @param {string} fileId */
function idBytes(fileId) {
  if (!/^[0-9a-f]{32}$/u.test(fileId)) {
    throw new Malformed("A file's id is 32 lower-case hex digits.");
  }
  return fromHex(fileId);
}
