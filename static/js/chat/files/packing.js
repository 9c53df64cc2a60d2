/**
 * From a file that somebody has picked to sealed chunks in the store, in one pass. The file is not needed any more then.
 */

import { chunkCount } from "../../proto/file_announcement.js";
import { sealFileChunk } from "../../proto/file_chunks.js";
import { CHUNK_BYTES } from "../../proto/payloads.js";
import { Slices } from "../../proto/slices.js";
import { ChatError } from "../errors.js";
import { FileDigests } from "./digesting.js";
import { pictureOf } from "./picture.js";
import { AT_ONCE } from "./shelf.js";

/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */
/**
 * @typedef {object} Packing
 * @property {Blob} file
 * @property {Bytes} fileKey
 * @property {string} fileId
 * @property {(chunks: {index: number, sealed: Bytes}[]) => Promise<unknown>} store
 * @property {(share: number) => void} [progress] 0 to 1
 * @property {AbortSignal} [signal]
 */

/**
 * A part of a file, or ChatError file_unreadable: it was changed or removed, or it is a folder.
 * @param {Blob} file
 * @param {number} start
 * @param {number} end
 * @returns {Promise<Bytes>}
 */
export async function readPart(file, start, end) {
  let data;
  try {
    data = new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch (error) {
    throw new ChatError("file_unreadable", undefined, { cause: error });
  }
  if (data.length !== end - start) throw new ChatError("file_unreadable");
  return data;
}

/**
 * @param {Packing} packing
 * @returns {Promise<{digest: string, plainDigest: string, picture: import("./picture.js").Picture|null}>}
 */
export async function pack({ file, fileKey, fileId, store, progress, signal }) {
  const total = chunkCount(file.size);
  const slices = new Slices();
  const digests = new FileDigests(slices);
  /** @type {import("./picture.js").Picture|null} */
  let picture = null;
  /** @type {{index: number, sealed: Bytes}[]} */
  let batch = [];
  for (let index = 0; index < total; index += 1) {
    signal?.throwIfAborted();
    const start = index * CHUNK_BYTES;
    const plain = await readPart(file, start, Math.min(start + CHUNK_BYTES, file.size));
    if (index === 0) picture = pictureOf(plain);
    const sealed = sealFileChunk(plain, { fileKey, fileId, index, total });
    await slices.breathe();
    await digests.add(sealed, plain);
    batch.push({ index, sealed });
    if (batch.length === AT_ONCE || index === total - 1) {
      await store(batch);
      batch = [];
    }
    progress?.((index + 1) / total);
  }
  return { ...digests.finish(), picture };
}
