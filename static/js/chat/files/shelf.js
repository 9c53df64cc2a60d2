/**
 * Where the sealed chunks of files lie on this device, as they travel: in the store, each a record of its own. The key
 * that opens them is in the message. Whose chunks they are, `files` says (file_book.js).
 */

import { accessToken, openFileChunk } from "../../proto/file_chunks.js";
import { fromHex, toHex } from "../../proto/bytes.js";
import { Slices } from "../../proto/slices.js";

/** @typedef {import("../unit.js").Unit} Unit */
/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */

const COLLECTION = "file_chunks";
/** How many chunks are in memory at a time, and in one write: about 1.3 MB. */
export const AT_ONCE = 16;

/**
 * A chunked file as its message tells of it. `token` (hex) fetches it from the server.
 * @typedef {{fileId: string, fileKey: Bytes, total: number, size: number, digest: string, plainDigest: string,
 *   token: string}} Sealed
 */

/** @param {Record<string, any>} body of a message, checked when it came @returns {Sealed} */
export function sealedOf(body) {
  const fileKey = fromHex(body.file_key);
  return {
    fileId: body.file_id,
    fileKey,
    total: body.chunks,
    size: body.size,
    digest: body.digest,
    plainDigest: body.plain_digest,
    token: toHex(accessToken(fileKey)),
  };
}

export class Shelf {
  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @param {Unit} unit @param {string} shelf @param {number} index @param {Uint8Array} sealed */
  put(unit, shelf, index, sealed) {
    unit.put(COLLECTION, `${shelf}/${index}`, sealed);
  }

  /**
   * @param {string} shelf
   * @param {number[]} indices
   * @returns {Promise<(Bytes|undefined)[]>}
   */
  take(shelf, indices) {
    return this.engine.store.getMany(COLLECTION, indices.map((index) => `${shelf}/${index}`));
  }

  /** @param {Unit} unit @param {string} shelf @param {number} count of chunks that may be there */
  clear(unit, shelf, count) {
    for (let index = 0; index < count; index += 1) unit.remove(COLLECTION, `${shelf}/${index}`);
  }

  /**
   * The sealed chunks 0 to `count`, in order; undefined where one is not here.
   * @param {string} shelf
   * @param {number} count
   * @returns {AsyncGenerator<{index: number, sealed: Bytes|undefined}>}
   */
  async *read(shelf, count) {
    for (let first = 0; first < count; first += AT_ONCE) {
      const indices = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, place) => first + place);
      const chunks = await this.take(shelf, indices);
      for (const [place, index] of indices.entries()) yield { index, sealed: chunks[place] };
    }
  }

  /**
   * The whole file, opened. CannotDecrypt where it is not what was stored.
   * @param {string} shelf
   * @param {Sealed} file
   * @returns {Promise<Blob>}
   */
  async open(shelf, { fileKey, fileId, total }) {
    const slices = new Slices();
    /** @type {Bytes[]} */
    const parts = [];
    for await (const { index, sealed } of this.read(shelf, total)) {
      parts.push(openFileChunk(sealed ?? new Uint8Array(), { fileKey, fileId, index, total }));
      await slices.breathe();
    }
    return new Blob(parts, { type: "application/octet-stream" });
  }
}
