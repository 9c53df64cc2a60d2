/**
 * A file for the own list on its way to the server, as long as this page is open. Unlike the files of messages it is not
 * kept here: what is broken off is published again.
 */

import { chunkCount, fileAnnouncementPayload } from "../../proto/file_announcement.js";
import { accessDigest, chunkFrame } from "../../proto/file_chunks.js";
import { chunkedFileBody } from "../../proto/bodies.js";
import { fromHex } from "../../proto/bytes.js";
import { sign } from "../../proto/signed.js";
import { newAttempt, newFileId, newFileKey, now } from "../clock.js";
import { sendableName, sendableType } from "../files/file_name.js";
import { pack } from "../files/packing.js";
import { sealedOf } from "../files/shelf.js";
import { failureOf } from "../files/upload.js";

/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */
/** @typedef {{progress: (share: number) => void, signal: AbortSignal}} UploadOptions `progress` is told from 0 to 1 */

const WINDOW = 8;
/** How much of the bar sealing takes. */
const SEALING = 0.2;

/**
 * Resolves when the server has all of it: with the body that leads there, and until when it is kept. ChatError
 * file_unreadable, file_failed; ApiError, BridgeError; the reason of `signal`.
 * @param {import("../engine.js").Engine} engine
 * @param {File} file of 1 byte to 10 MiB
 * @param {UploadOptions} options
 * @returns {Promise<{body: Record<string, any>, expiresAt: Date|null}>}
 */
export async function uploadForList(engine, file, { progress, signal }) {
  const [fileId, fileKey, total] = [newFileId(), newFileKey(), chunkCount(file.size)];
  /** @type {Bytes[]} */
  const chunks = [];
  const { picture: _picture, ...digests } = await pack({
    file, fileKey, fileId, signal,
    progress: (share) => progress(SEALING * share),
    store: async (batch) => batch.forEach(({ sealed }) => chunks.push(sealed)),
  });
  const names = { filename: sendableName(file.name), mime: sendableType(file.type) };
  const body = chunkedFileBody({ ...names, size: file.size, fileId, fileKey, ...digests });
  const sealed = sealedOf(body);
  await announce(engine, sealed, signal);
  const attempt = newAttempt();
  let done = 0;
  const tell = () => progress(SEALING + (1 - SEALING) * (done / total));
  const send = async (/** @type {number[]} */ missing) => {
    const waiting = [...missing];
    const work = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        signal.throwIfAborted();
        const frame = chunkFrame(fileId, index, total, chunks[index]);
        // The same id for every try: the broker keeps one of them.
        const msgId = attempt + index.toString(16).padStart(8, "0");
        await engine.connection.publishChunk({ frame, msgId });
        done = Math.min(done + 1, total);
        tell();
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, work));
  };
  await send(Array.from({ length: total }, (_, index) => index));
  return { body, expiresAt: await untilReady(engine, sealed, { send, signal }) };
}

/**
 * @param {import("../engine.js").Engine} engine
 * @param {import("../files/shelf.js").Sealed} file
 * @param {AbortSignal} signal
 */
async function announce({ api, identity }, { fileId, size, digest, token }, signal) {
  const payload = fileAnnouncementPayload({
    primary: identity.primary,
    server: identity.handle.server,
    fileId,
    size,
    digest,
    access: accessDigest(fromHex(token)),
    createdAt: now(),
  });
  const document = sign("file_announcement", payload, identity.key);
  await api.files.announce(/** @type {any} */ (document), { signal });
}

/**
 * @param {import("../engine.js").Engine} engine
 * @param {import("../files/shelf.js").Sealed} file
 * @param {{send: (missing: number[]) => Promise<void>, signal: AbortSignal}} options
 */
async function untilReady({ watch }, file, { send, signal }) {
  for (let before = -1; ; ) {
    const status = await watch.change(file, signal);
    if (status.state === "ready") return status.expiresAt;
    if (status.state !== "pending") throw failureOf(status);
    // All were confirmed; what is still missing after a while has got lost.
    if (status.received === before) await send(status.missing);
    before = status.received;
  }
}
