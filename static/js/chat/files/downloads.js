/** Files that others have sent: asked about when they come into view, fetched when they are wanted. */

import { ApiError } from "../../http.js";
import { codeOf, sentenceOf } from "../errors.js";
import { messageKey } from "../records.js";
import { Download } from "./download.js";
import { mayPass } from "./uploads.js";
import { Pauses, Turnstile } from "./waiting.js";

/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {{controller: AbortController, wanted: boolean}} Job `wanted`: the bytes too, and not only how it stands */

const AT_ONCE = 2;

export class Downloads {
  /** @type {Map<string, Job>} */
  #jobs = new Map();
  #turns = new Turnstile(AT_ONCE);
  #pauses = new Pauses();
  #closed = false;

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * Ask how a file stands, and with `wanted` fetch it as soon as it is there. Calls while that goes on change nothing.
   * @param {MessageRecord} record of a chunked file
   * @param {{wanted: boolean}} options
   */
  start(record, { wanted }) {
    const key = messageKey(record.sender, record.id);
    const job = this.#jobs.get(key);
    if (this.#closed || this.engine.files.rows.get(key)?.stage === "here") return;
    if (job) {
      job.wanted ||= wanted;
      if (wanted) this.#pauses.wake();
      return;
    }
    if (!wanted && this.engine.files.live(key)?.stage === "ready") return;
    const begun = { controller: new AbortController(), wanted };
    this.#jobs.set(key, begun);
    const download = new Download(this.engine, key, record, begun.controller.signal);
    const done = this.#run(download, key, begun).finally(() => {
      if (this.#jobs.get(key) === begun) this.#jobs.delete(key);
    });
    this.engine.background(done);
  }

  wake() {
    this.#pauses.wake();
  }

  /** @param {string} key */
  stop(key) {
    this.#jobs.get(key)?.controller.abort();
    this.#jobs.delete(key);
  }

  close() {
    this.#closed = true;
    for (const { controller } of this.#jobs.values()) controller.abort();
  }

  /** @param {Download} download @param {string} key @param {Job} job */
  async #run(download, key, job) {
    const { signal } = job.controller;
    for (;;) {
      try {
        if (!(this.engine.files.rows.get(key)?.have === download.file.total)) await download.wait();
        if (!job.wanted) return;
        await this.#turns.pass(() => download.load(), signal);
        this.#pauses.reset();
        this.engine.files.note(key, null);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (codeOf(error) === "file_changed") await download.forget();
        this.#fail(key, download, error);
        // Out of reach is no end: it goes on by itself, and at once when there is a connection.
        if (!mayPass(error) && !isTooEarly(error)) return;
        const { retryAfter } = /** @type {{retryAfter?: number|null}} */ (error);
        await this.#pauses.grow(signal, (retryAfter ?? 0) * 1000).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }

  /** @param {string} key @param {Download} download @param {unknown} error */
  #fail(key, { file }, error) {
    const done = this.engine.files.rows.get(key)?.have ?? 0;
    const cause = sentenceOf(error);
    this.engine.files.note(key, { stage: "failed", done, total: file.total, cause, causeCode: codeOf(error) ?? "failed" });
  }
}

/** It was ready a moment ago; somebody has begun to send it anew. @param {unknown} error */
function isTooEarly(error) {
  return error instanceof ApiError && error.code === "file_pending";
}
