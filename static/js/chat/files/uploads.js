/** All files on their way to the server: taken up again after a reload and with every connection, given up visibly. */

import { newAttempt, newMessageId, now } from "../clock.js";
import { ChatError, codeOf, sentenceOf } from "../errors.js";
import { messageKey } from "../records.js";
import { Pauses, Turnstile } from "./waiting.js";
import { Upload } from "./upload.js";

/** @typedef {import("../unit.js").Unit} Unit */
/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {import("./file_view.js").FileRow} FileRow */

/** How an upload begins. */
const ANEW = { announced: false, cause: null, causeCode: null };

export class Uploads {
  /** @type {Map<string, AbortController>} */
  #running = new Map();
  #turns = new Turnstile(1);
  #pauses = new Pauses();
  #closed = false;

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** How many are not whole on the server. */
  get waiting() {
    return this.engine.files.rows.all().filter(isUnderWay).length;
  }

  /** Go on with what was begun before a reload; what was not wholly packed then was never accepted, and is cleared. */
  async load() {
    const rows = this.engine.files.rows.all();
    const torn = rows.filter(({ stage }) => stage === "packing");
    if (torn.length) {
      await this.engine.writer.run(async (unit) => torn.forEach(({ key }) => this.engine.files.remove(unit, key)));
    }
    const begun = rows.filter(isUnderWay).sort((one, other) => one.order - other.order);
    for (const { key } of begun) this.start(key);
  }

  /** @param {string} key of a row that is stored */
  start(key) {
    if (this.#closed || this.#running.has(key)) return;
    const controller = new AbortController();
    this.#running.set(key, controller);
    const done = this.#run(key, controller.signal).finally(() => {
      if (this.#running.get(key) === controller) this.#running.delete(key);
      this.engine.files.note(key, null);
    });
    this.engine.background(done);
  }

  /** There is a connection: nobody waits any longer. */
  wake() {
    this.#pauses.reset();
    this.#pauses.wake();
  }

  /** @param {string} key */
  stop(key) {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
  }

  close() {
    this.#closed = true;
    for (const controller of this.#running.values()) controller.abort();
  }

  /**
   * Begin again with one that has failed; its chunks get new ids.
   * @param {MessageRecord} record
   * @returns {Promise<boolean>} false where there is nothing to upload, or it has to be sent anew to another key
   */
  async retry(record) {
    const key = messageKey(record.sender, record.id);
    const row = this.engine.files.rows.get(key);
    if (row?.stage !== "failed" || row.causeCode === "former_key") return false;
    const isSent = record.hash !== "";
    await this.engine.writer.run(async (unit) => {
      await this.engine.files.change(unit, key, { ...ANEW, attempt: newAttempt(), stage: isSent ? "finishing" : "sending" });
      if (!isSent) await this.engine.log.setCause(unit, record.id, "queued", null, null);
    });
    this.start(key);
    return true;
  }

  /**
   * In another message, to the key that counts now; what is on the shelf goes over to it.
   * @param {string} peer
   * @param {MessageRecord} record
   */
  async sendAnew(peer, record) {
    const { composer, files, history, identity, sending, writer } = this.engine;
    const contact = await sending.contactFor(peer);
    const at = now();
    const id = newMessageId(at);
    const key = messageKey(identity.primary.hex, id);
    await writer.run(async (unit) => {
      const before = files.rows.within(unit, messageKey(record.sender, record.id));
      if (!before) throw new ChatError("unknown_message");
      files.rows.remove(unit, before.key);
      const place = { key, peer: contact.peer, stage: /** @type {const} */ ("sending"), attempt: newAttempt() };
      files.rows.edit(unit, key, () => ({ ...before, ...ANEW, ...place, order: unit.nextOrder() }));
      composer.keepForLater(unit, contact, record.body, { id, at });
    });
    this.start(key);
    await history.deleteLocally(peer, record.id);
  }

  /** What was meant for a key that counts no more and is not sent yet fails. @param {Unit} unit @param {string} peer */
  async failAll(unit, peer) {
    const meant = this.engine.files.rows.all().filter((row) => row.peer === peer && row.stage === "sending");
    for (const { key } of meant) {
      unit.afterwards(() => this.stop(key));
      const error = new ChatError("former_key");
      await this.#noteFailure(unit, key, error.code, error.message);
    }
  }

  /** @param {string} key @param {AbortSignal} signal */
  async #run(key, signal) {
    while (!signal.aborted) {
      try {
        await new Upload(this.engine, key, signal).run((work) => this.#turns.pass(work, signal));
        this.#pauses.reset();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (mayPass(error)) await this.#wait(key, error, signal);
        else await this.#fail(key, error);
        if (!mayPass(error)) return;
      }
    }
  }

  /** @param {string} key @param {unknown} error @param {AbortSignal} signal */
  async #wait(key, error, signal) {
    const { code, retryAfter } = /** @type {{code?: string, retryAfter?: number|null}} */ (error);
    // Being offline is said once, above the conversation.
    if (code !== "connection_lost" && this.engine.files.rows.get(key)?.stage === "sending") {
      await this.engine.writer.run((unit) =>
        this.engine.log.setCause(unit, key.split("/")[1], "queued", code ?? null, sentenceOf(error)),
      );
    }
    await this.#pauses.grow(signal, (retryAfter ?? 0) * 1000).catch(() => undefined);
  }

  /** @param {string} key @param {unknown} error */
  async #fail(key, error) {
    await this.engine.writer.run((unit) => this.#noteFailure(unit, key, codeOf(error) ?? "failed", sentenceOf(error)));
  }

  /** @param {Unit} unit @param {string} key @param {string} causeCode @param {string} cause */
  async #noteFailure(unit, key, causeCode, cause) {
    const record = await unit.get("messages", key);
    if (!record) return;
    await this.engine.files.change(unit, key, { stage: "failed", causeCode, cause });
    // Its message went out before: then only the file has failed.
    if (record.hash === "") await this.engine.log.setCause(unit, record.id, "failed", causeCode, cause);
  }
}

/** @param {Readonly<FileRow>} row */
function isUnderWay({ stage }) {
  return stage === "sending" || stage === "finishing";
}

/** Nobody answered, or not now: the same again may work. @param {unknown} error */
export function mayPass(error) {
  const { mayPass: passes, retry } = /** @type {{mayPass?: boolean, retry?: boolean}} */ (error ?? {});
  return passes === true || retry === true;
}
