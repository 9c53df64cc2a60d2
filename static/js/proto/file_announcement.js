// The announcement of a chunked file: what its sender will upload, and who may fetch it.

import { Malformed, WrongServer } from "./errors.js";
import { CHUNK_BYTES, FILE_ANNOUNCEMENT } from "./payloads.js";
import { verify } from "./signed.js";
import { checkFresh, formatTimestamp, parseTimestamp } from "./timestamps.js";

/**
 * A verified announcement. `size` counts the file's own bytes; `digest` is over its sealed chunks, in order.
 * `access` is the BLAKE3 of the token with which the file may be fetched.
 * @typedef {{primary: import("./keys.js").Primary, fileId: string, chunks: number, size: number, digest:
 *   string,
 *   access: string, createdAt: Date, document: import("./signed.js").SignedDocument}} FileAnnouncement
 */

/** Into how many chunks of 81,920 bytes a file of `size` bytes is cut. @param {number} size */
export function chunkCount(size) {
  return Math.ceil(size / CHUNK_BYTES);
}

/**
 * The payload to sign with the tag `file_announcement`.
 * @param {{primary: import("./keys.js").Primary, server: string, fileId: string, size: number, digest:
 *   string,
 *   access: string, createdAt: Date}} parts
 */
export function fileAnnouncementPayload({ primary, server, fileId, size, digest, access, createdAt }) {
  return {
    type: FILE_ANNOUNCEMENT.type,
    version: FILE_ANNOUNCEMENT.version,
    primary: primary.toString(),
    server,
    file_id: fileId,
    chunks: chunkCount(size),
    size,
    digest,
    access,
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * Check the signed object, then server, number of chunks and time, in this order.
 * @param {import("./signed.js").Unverified} document
 * @param {{server: string, now: Date}} options
 * @returns {Promise<FileAnnouncement>}
 */
export async function verifyFileAnnouncement(document, { server, now }) {
  const signed = await verify(document, FILE_ANNOUNCEMENT);
  const { payload } = signed;
  if (payload.server !== server) {
    throw new WrongServer(`This was signed for another server than ${server}.`);
  }
  if (payload.chunks !== chunkCount(payload.size)) {
    throw new Malformed("The number of chunks does not fit the size of the file.");
  }
  const createdAt = parseTimestamp(payload.created_at);
  checkFresh(createdAt, { now });
  return {
    primary: signed.signer,
    fileId: payload.file_id,
    chunks: payload.chunks,
    size: payload.size,
    digest: payload.digest,
    access: payload.access,
    createdAt,
    document: signed.document,
  };
}
