// `kez-blob/1`: a file of any size, offered by its owner's node in sealed chunks of 1 MiB, each checked by itself.
//
// The manifest lists the BLAKE3 of each sealed chunk, and the content id is a hash of the manifest: who knows the
// content id notices the first wrong byte at its chunk, and a broken transfer goes on at the next chunk. Manifest,
// big-endian:
//
//     0x01 ‖ blob id (16 bytes) ‖ u64 size of the file ‖ u32 number of chunks ‖ 32 bytes for each chunk

import { blake3 } from "@noble/hashes/blake3.js";

import { toHex, utf8 } from "./bytes.js";
import { DIGEST_PREFIX } from "./digests.js";
import { Malformed } from "./errors.js";
import { ID_BYTES, TAG_BYTES } from "./stream.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * `size` counts the file's own bytes; `hashes` are those of its sealed chunks, in order.
 * @typedef {{blobId: Uint8Array, size: number, hashes: readonly Uint8Array[]}} BlobManifest
 */

export const BLOB_CHUNK_BYTES = 1024 * 1024;
export const MAX_BLOB_CHUNKS = 2 ** 20; // 1 TiB; its manifest has 32 MiB
export const HASH_BYTES = 32;
export const MANIFEST_HEADER_BYTES = 1 + ID_BYTES + 8 + 4;
export const MAX_MANIFEST_BYTES = MANIFEST_HEADER_BYTES + MAX_BLOB_CHUNKS * HASH_BYTES;
export const MAX_BLOB_BYTES = MAX_BLOB_CHUNKS * BLOB_CHUNK_BYTES;

const VERSION = 1;
const CONTENT_CONTEXT = utf8("kez-chat 2026-11-28 kez-blob/1 content id");

/**
 * Into how many chunks a file of `size` bytes is cut; an empty file has one, of nothing.
 * @param {number} size
 */
export function blobChunkCount(size) {
  return Math.max(1, Math.ceil(size / BLOB_CHUNK_BYTES));
}

/**
 * How many bytes the sealed chunk `index` has. Malformed where there is none.
 * @param {BlobManifest} manifest
 * @param {number} index
 */
export function sealedBlobChunkSize({ size, hashes }, index) {
  if (!Number.isInteger(index) || index < 0 || index >= hashes.length) {
    throw new Malformed(`This file has ${hashes.length} chunks, numbered from 0.`);
  }
  return Math.min(BLOB_CHUNK_BYTES, size - index * BLOB_CHUNK_BYTES) + TAG_BYTES;
}

/** The 32 bytes that the manifest holds of a sealed chunk. @param {Uint8Array} sealed @returns {Bytes} */
export function hashOfChunk(sealed) {
  return new Uint8Array(blake3(sealed));
}

/**
 * The manifest's bytes. Malformed if `parseManifest` would refuse them.
 * @param {BlobManifest} manifest
 * @returns {Bytes}
 */
export function encodeManifest({ blobId, size, hashes }) {
  if (blobId.length !== ID_BYTES || hashes.some((each) => each.length !== HASH_BYTES)) {
    throw new Malformed("A blob's id has 16 bytes and each hash 32.");
  }
  if (!Number.isInteger(size) || size < 0 || size > MAX_BLOB_BYTES) {
    throw new Malformed("The file is larger than a manifest can tell of.");
  }
  const encoded = new Uint8Array(MANIFEST_HEADER_BYTES + hashes.length * HASH_BYTES);
  const view = new DataView(encoded.buffer);
  encoded[0] = VERSION;
  encoded.set(blobId, 1);
  view.setBigUint64(17, BigInt(size));
  view.setUint32(25, hashes.length);
  hashes.forEach((hash, place) => encoded.set(hash, MANIFEST_HEADER_BYTES + place * HASH_BYTES));
  parseManifest(encoded);
  return encoded;
}

/**
 * Read a manifest; its content id is to be compared by the caller. Malformed for anything inconsistent.
 * @param {Uint8Array} data
 * @returns {{blobId: Bytes, size: number, hashes: Bytes[]}}
 */
export function parseManifest(data) {
  if (data[0] !== VERSION) {
    throw new Malformed("This is no manifest of a file, or one of a newer version.");
  }
  if (data.length < MANIFEST_HEADER_BYTES) {
    throw new Malformed("The manifest was cut short.");
  }
  const view = new DataView(data.buffer, data.byteOffset);
  const [size, chunks] = [Number(view.getBigUint64(17)), view.getUint32(25)];
  if (size > MAX_BLOB_BYTES || chunks !== blobChunkCount(size)) {
    throw new Malformed("The manifest's number of chunks does not fit the size of the file.");
  }
  if (data.length !== MANIFEST_HEADER_BYTES + chunks * HASH_BYTES) {
    throw new Malformed("The manifest does not have the length that it states.");
  }
  const hashes = Array.from({ length: chunks }, (_, place) => {
    const start = MANIFEST_HEADER_BYTES + place * HASH_BYTES;
    return new Uint8Array(data.slice(start, start + HASH_BYTES));
  });
  return { blobId: new Uint8Array(data.slice(1, 17)), size, hashes };
}

/**
 * `blake3:<hex>` of a manifest's bytes, in a derive-key context of its own (BLAKE3 paper, 6.2).
 * @param {Uint8Array} manifest
 */
export function contentId(manifest) {
  return DIGEST_PREFIX + toHex(blake3(manifest, { context: CONTENT_CONTEXT }));
}
