/** Files on the own server: announced, asked about, downloaded. What is in them, the server does not know. */

import { ApiError, ask, badAnswer, download, messageOf } from "./http.js";
import { MAX_SHARED_FILES_BYTES as LIST_BYTES } from "./proto/payloads.js";
import { parseTimestamp } from "./proto/timestamps.js";

/** @typedef {"pending"|"ready"|"failed"|"expired"|"removed"} FileState */

/**
 * How far a file has come on the server. `missing` names the chunks that it waits for, in order; `cause` is a
 * sentence, `causeCode` "digest_mismatch", "bad_chunk" or "timed_out" where it has failed.
 * @typedef {object} FileStatus
 * @property {FileState} state
 * @property {number} chunks
 * @property {number} received  how many of them are there
 * @property {number[]} missing
 * @property {string|null} cause
 * @property {string|null} causeCode
 * @property {Date|null} expiresAt  until when a ready one is kept
 */

const STATES = new Set(["pending", "ready", "failed", "expired", "removed"]);
/** What the server may take beyond the time that it was asked to wait. */
const SPARE_MS = 10_000;
/** The server reads a sigchain meanwhile. */
const CHAIN_MS = 20_000;

export class FilesApi {
  /** @param {string} base the origin of the server */
  constructor(base) {
    this.base = base;
  }

  /**
   * Say what will be uploaded, with a signed `file_announcement`; the same again is no error, and puts a file that
   * failed back to its beginning.
   * @param {{payload: {file_id: string}}} document
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<FileStatus>}
   */
  async announce(document, { signal } = {}) {
    const url = `${this.base}/v1/files`;
    const answer = await ask("POST", url, { body: document, signal });
    return this.#status(url, document.payload.file_id, answer.document);
  }

  /**
   * @param {string} fileId
   * @param {{token: string, wait?: number, signal?: AbortSignal}} options `wait`: answer only once something has
   *   changed, or after so many seconds (1 to 25)
   * @returns {Promise<FileStatus>}
   */
  async status(fileId, { token, wait = 0, signal }) {
    const url = `${this.base}/v1/files/${fileId}`;
    const asked = wait > 0 ? `${url}?wait=${wait}` : url;
    const answer = await ask("GET", asked, { token, signal, answerMs: wait * 1000 + SPARE_MS });
    return this.#status(url, fileId, answer.document);
  }

  /**
   * The sealed bytes from `from` on, as they come.
   * @param {string} fileId
   * @param {{token: string, from: number, size: number, signal?: AbortSignal}} options `size`: of all of them
   */
  content(fileId, options) {
    return download(`${this.base}/v1/files/${fileId}/content`, options);
  }

  /**
   * The list of shared files of a key, as the server has it and not checked; null if it has none.
   * @param {string} primary 64 hex digits
   * @returns {Promise<Record<string, unknown>|null>}
   */
  async sharedFiles(primary) {
    try {
      const { document } = await ask("GET", `${this.base}/v1/shared-files/${primary}`, { maxBytes: LIST_BYTES });
      return document;
    } catch (error) {
      if (error instanceof ApiError && error.code === "no_shared_files") return null;
      throw error;
    }
  }

  /**
   * Hand in the own list, which the own sigchain commits to; the same again is no error.
   * @param {string} primary 64 hex digits
   * @param {object} document the signed object
   */
  async putSharedFiles(primary, document) {
    await ask("PUT", `${this.base}/v1/shared-files/${primary}`, { body: document, answerMs: CHAIN_MS });
  }

  /** @param {string} url @param {string} fileId @param {Record<string, unknown>} document @returns {FileStatus} */
  #status(url, fileId, document) {
    try {
      return readStatus(fileId, document);
    } catch (error) {
      throw badAnswer(url, messageOf(error), error);
    }
  }
}

/** @param {string} fileId @param {Record<string, unknown>} document @returns {FileStatus} */
function readStatus(fileId, { file_id, state, chunks, received, missing, cause, cause_code, expires_at }) {
  if (file_id !== fileId) throw new Error("it is about another file");
  if (typeof state !== "string" || !STATES.has(state)) throw new Error("it names no state of the file");
  if (!isCount(chunks) || !isCount(received) || received > chunks) throw new Error("its numbers cannot be");
  if (!Array.isArray(missing) || !missing.every((index) => isCount(index) && index < chunks)) {
    throw new Error("the list of missing chunks cannot be");
  }
  return {
    state: /** @type {FileState} */ (state),
    chunks,
    received,
    missing,
    cause: typeof cause === "string" ? cause.slice(0, 500) : null,
    causeCode: typeof cause_code === "string" ? cause_code.slice(0, 64) : null,
    expiresAt: typeof expires_at === "string" ? parseTimestamp(expires_at) : null,
  };
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
