/** From bytes as they come to whole sealed chunks. */

import { sealedChunkSize } from "../../proto/file_chunks.js";

/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */

/**
 * @param {AsyncIterable<Uint8Array>} parts the sealed bytes from the chunk `first` on
 * @param {{size: number, total: number, first: number}} file `size`: of the file itself
 * @returns {AsyncGenerator<{index: number, sealed: Bytes}, void, void>}
 */
export async function* cut(parts, { size, total, first }) {
  let index = first;
  let chunk = new Uint8Array(sealedChunkSize(size, index));
  let filled = 0;
  for await (let part of parts) {
    while (part.length) {
      const some = part.subarray(0, chunk.length - filled);
      chunk.set(some, filled);
      filled += some.length;
      part = part.subarray(some.length);
      if (filled < chunk.length) continue;
      yield { index, sealed: chunk };
      filled = 0;
      index += 1;
      if (index < total) chunk = new Uint8Array(sealedChunkSize(size, index));
    }
  }
}

/**
 * How many sealed bytes stand before the chunk `first`.
 * @param {number} size of the file itself
 * @param {number} first
 */
export function sealedBefore(size, first) {
  let before = 0;
  for (let index = 0; index < first; index += 1) before += sealedChunkSize(size, index);
  return before;
}
