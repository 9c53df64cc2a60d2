/** A file that a list leads to, fetched into memory: it has at most 10 MiB, and is handed to the person at once. */

import { ApiError } from "../../http.js";
import { CannotDecrypt } from "../../proto/errors.js";
import { openFileChunk, sealedSize } from "../../proto/file_chunks.js";
import { Slices } from "../../proto/slices.js";
import { ChatError } from "../errors.js";
import { cut, sealedBefore } from "../files/cutting.js";
import { FileDigests } from "../files/digesting.js";
import { sealedOf } from "../files/shelf.js";
import { failureOf } from "../files/upload.js";

/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */
/**
 * `progress` is told what goes on: "pending" (`done` of `total` chunks are on the server), "loading" (they are here).
 * @typedef {{progress?: (stage: "pending"|"loading", done: number, total: number) => void, signal: AbortSignal}}
 *   FetchOptions
 */

const TRIES = 4;
const PAUSE_MS = 1000;

/**
 * The whole file, checked, as `application/octet-stream`. ChatError file_expired, file_removed, file_failed,
 * file_changed; ApiError.
 * @param {import("../engine.js").Engine} engine
 * @param {Record<string, any>} body of mode chunked, as an entry has it
 * @param {FetchOptions} options
 * @returns {Promise<Blob>}
 */
export async function fetchListed(engine, body, { progress = () => undefined, signal }) {
  const file = sealedOf(body);
  await wait(engine, file, { progress, signal });
  const digests = new FileDigests(new Slices());
  /** @type {Bytes[]} */
  const chunks = [];
  for (let tries = 1; chunks.length < file.total; tries += 1) {
    const before = chunks.length;
    try {
      await take(engine, file, { chunks, digests, progress, signal });
    } catch (error) {
      // Each time that it got on counts as a fresh beginning.
      if (chunks.length > before) tries = 1;
      if (!(error instanceof ApiError && error.unreachable) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      signal.throwIfAborted();
    }
  }
  const found = digests.finish();
  if (found.digest !== file.digest || found.plainDigest !== file.plainDigest) throw new ChatError("file_changed");
  return new Blob(chunks, { type: "application/octet-stream" });
}

/**
 * @param {import("../engine.js").Engine} engine
 * @param {import("../files/shelf.js").Sealed} file
 * @param {Required<FetchOptions>} options
 */
async function wait({ watch }, file, { progress, signal }) {
  let status = await watch.status(file, signal);
  while (status.state === "pending") {
    progress("pending", status.received, status.chunks);
    status = await watch.change(file, signal);
  }
  if (status.state !== "ready") throw failureOf(status);
}

/**
 * The chunks that are still to come, in one request.
 * @param {import("../engine.js").Engine} engine
 * @param {import("../files/shelf.js").Sealed} file
 * @param {Required<FetchOptions> & {chunks: Bytes[], digests: FileDigests}} options
 */
async function take({ api }, file, { chunks, digests, progress, signal }) {
  const { fileId, fileKey, size, total, token } = file;
  const first = chunks.length;
  progress("loading", first, total);
  const parts = api.files.content(fileId, { token, from: sealedBefore(size, first), size: sealedSize(size), signal });
  for await (const { index, sealed } of cut(parts, { size, total, first })) {
    const plain = opened(sealed, { fileKey, fileId, index, total });
    await digests.add(sealed, plain);
    chunks.push(plain);
    progress("loading", chunks.length, total);
  }
}

/** @param {Bytes} sealed @param {{fileKey: Bytes, fileId: string, index: number, total: number}} place */
function opened(sealed, place) {
  try {
    return openFileChunk(sealed, place);
  } catch (error) {
    if (!(error instanceof CannotDecrypt)) throw error;
    throw new ChatError("file_changed", undefined, { cause: error });
  }
}
