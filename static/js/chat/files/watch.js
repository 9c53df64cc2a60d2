/**
 * How files stand on the server: asked for, and asked again while something is missing. Whoever uploads also gets
 * notices over the socket; they may be lost, so asking goes on.
 */

import { Turnstile } from "./waiting.js";

/** @typedef {import("../../api_files.js").FileStatus} FileStatus */
/** @typedef {{fileId: string, state: string, received: number, chunks: number, causeCode: string|null}} Notice */

const WAIT_SECONDS = 25;
// A browser opens only so many connections to a server; the app needs some for other things.
const AT_ONCE = 2;
const SHORT_WAIT_SECONDS = 5;

export class FileWatch {
  #turns = new Turnstile(AT_ONCE);
  /** @type {Map<string, Set<(notice: Notice) => void>>} */
  #listeners = new Map();
  #asking = 0;

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** The server says over the socket how a file of ours stands. @param {Notice} notice */
  notice(notice) {
    for (const listener of this.#listeners.get(notice.fileId) ?? []) listener(notice);
  }

  /**
   * Ask once.
   * @param {{fileId: string, token: string}} file
   * @param {AbortSignal} signal
   * @returns {Promise<FileStatus>}
   */
  status({ fileId, token }, signal) {
    return this.engine.api.files.status(fileId, { token, signal });
  }

  /**
   * Ask in such a way that the answer comes when something changes, or after a while; a notice of an end comes first.
   * @param {{fileId: string, token: string}} file
   * @param {AbortSignal} signal
   * @param {(received: number, chunks: number) => void} [progress]
   * @returns {Promise<FileStatus>}
   */
  async change({ fileId, token }, signal, progress) {
    const early = new AbortController();
    const heard = (/** @type {Notice} */ { state, received, chunks }) => {
      if (state === "pending") progress?.(received, chunks);
      else early.abort(early);
    };
    const both = AbortSignal.any([signal, early.signal]);
    const forget = this.#listen(fileId, heard);
    this.#asking += 1;
    try {
      const answer = await this.#turns.pass(() => {
        // Others wait for this place: let them have it soon.
        const wait = this.#asking > AT_ONCE ? SHORT_WAIT_SECONDS : WAIT_SECONDS;
        return this.engine.api.files.status(fileId, { token, wait, signal: both });
      }, both);
      return answer;
    } catch (error) {
      if (error !== early) throw error;
      return await this.status({ fileId, token }, signal);
    } finally {
      this.#asking -= 1;
      forget();
    }
  }

  /** @param {string} fileId @param {(notice: Notice) => void} listener @returns {() => void} */
  #listen(fileId, listener) {
    const listeners = this.#listeners.get(fileId) ?? new Set();
    this.#listeners.set(fileId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (!listeners.size) this.#listeners.delete(fileId);
    };
  }
}
