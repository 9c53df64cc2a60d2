/**
 * One file on its way to the server: announced, its chunks published, its message sent once all of them are confirmed,
 * then watched until the server has checked it. Each step is repeatable, so it can be left and begun again anywhere.
 */

import { ApiError } from "../../http.js";
import { accessDigest, chunkFrame } from "../../proto/file_chunks.js";
import { fileAnnouncementPayload } from "../../proto/file_announcement.js";
import { fromHex } from "../../proto/bytes.js";
import { sign } from "../../proto/signed.js";
import { newAttempt, now } from "../clock.js";
import { ChatError } from "../errors.js";
import { sealedOf } from "./shelf.js";

/** @typedef {import("../../api_files.js").FileStatus} FileStatus */
/** @typedef {import("./shelf.js").Sealed} Sealed */

// On their way at a time, as many as the bridge takes (docs/websocket.md); texts go first all the same.
const WINDOW = 16;

export class Upload {
  /** @type {Set<number>} chunks that the server has confirmed, or says that it has */
  #there = new Set();

  /**
   * @param {import("../engine.js").Engine} engine
   * @param {string} key of the row and of the message
   * @param {AbortSignal} signal
   */
  constructor(engine, key, signal) {
    this.engine = engine;
    this.key = key;
    this.signal = signal;
  }

  /**
   * Until the server has the file, or refuses it for good (ApiError, BridgeError, ChatError).
   * @param {<T>(work: () => Promise<T>) => Promise<T>} inTurn  one upload after the other
   */
  async run(inTurn) {
    const file = sealedOf((await this.#record()).body);
    let status = await inTurn(async () => {
      const begun = await this.#begin(file);
      await this.#send(file, begun);
      await this.#point();
      return begun;
    });
    for (;;) {
      const before = status;
      status = await this.engine.watch.change(file, this.signal);
      if (status.state === "ready") break;
      if (status.state !== "pending") throw failureOf(status);
      // All were confirmed; what is still missing after a while has got lost.
      if (status.received === before.received && status.missing.length) {
        await inTurn(async () => {
          // Under new ids: the broker would take these for what it has confirmed already.
          await this.#change({ attempt: newAttempt() });
          await this.#send(file, status);
        });
      }
    }
    await this.#change({ stage: "here", cause: null, causeCode: null });
  }

  /** What the server has of it; announced first where it does not know it. @param {Sealed} file */
  async #begin(file) {
    if (this.#row().announced) {
      try {
        const status = await this.engine.watch.status(file, this.signal);
        if (status.state !== "pending" && status.state !== "ready") throw failureOf(status);
        return status;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "file_unknown") throw error;
      }
    }
    const { identity, api } = this.engine;
    const payload = fileAnnouncementPayload({
      primary: identity.primary,
      server: identity.handle.server,
      fileId: file.fileId,
      size: file.size,
      digest: file.digest,
      access: accessDigest(fromHex(file.token)),
      createdAt: now(),
    });
    const document = sign("file_announcement", payload, identity.key);
    const status = await api.files.announce(/** @type {any} */ (document), { signal: this.signal });
    await this.#change({ announced: true });
    return status;
  }

  /** Publish what is missing, some of it at a time. @param {Sealed} file @param {FileStatus} status */
  async #send(file, { missing, chunks }) {
    const lacking = new Set(missing);
    this.#there = new Set(Array.from({ length: chunks }, (_, index) => index).filter((index) => !lacking.has(index)));
    this.#tell(chunks);
    const waiting = [...missing];
    /** Whoever fails first ends the others' work too. */
    let failed = false;
    const work = async () => {
      for (let index = waiting.shift(); index !== undefined && !failed; index = waiting.shift()) {
        this.signal.throwIfAborted();
        await this.#publish(file, index);
        this.#there.add(index);
        this.#tell(chunks);
      }
    };
    await Promise.all(
      Array.from({ length: WINDOW }, () =>
        work().catch((error) => {
          failed = true;
          throw error;
        }),
      ),
    );
  }

  /** @param {Sealed} file @param {number} index */
  async #publish({ fileId, total }, index) {
    const { shelf, attempt } = this.#row();
    const [sealed] = await this.engine.shelf.take(shelf, [index]);
    if (!sealed) throw new ChatError("file_lost");
    // The same id for every try of one attempt: the broker keeps one of them.
    const msgId = attempt + index.toString(16).padStart(8, "0");
    await this.engine.connection.publishChunk({ frame: chunkFrame(fileId, index, total, sealed), msgId });
  }

  /** Send the message, which leads to the file, unless it was sent before. */
  async #point() {
    const record = await this.#record();
    if (record.hash === "") {
      const contact = await this.engine.sending.contactFor(this.engine.book.home(record.peer));
      if (contact.peer !== record.peer) throw new ChatError("former_key");
      await this.engine.writer.run(async (unit) => {
        const kept = await unit.get("messages", this.key);
        if (!kept || kept.hash !== "") return;
        await this.engine.composer.sendKept(unit, kept);
        await this.engine.files.change(unit, this.key, { stage: "finishing" });
      });
    } else if (this.#row().stage !== "finishing") {
      await this.#change({ stage: "finishing" });
    }
  }

  /** @param {number} total */
  #tell(total) {
    const done = this.#there.size;
    this.engine.files.note(this.key, { stage: "sending", done, total, cause: null, causeCode: null });
  }

  /** @param {Partial<import("./file_view.js").FileRow>} changes */
  async #change(changes) {
    await this.engine.writer.run((unit) => this.engine.files.change(unit, this.key, changes));
  }

  #row() {
    const row = this.engine.files.rows.get(this.key);
    if (!row) throw new ChatError("unknown_message");
    return row;
  }

  /** @returns {Promise<import("../records.js").MessageRecord>} */
  async #record() {
    const record = await this.engine.store.get("messages", this.key);
    if (!record) throw new ChatError("unknown_message");
    return record;
  }
}

/** Why the server does not have the file. @param {FileStatus} status */
export function failureOf({ state, cause, causeCode }) {
  if (state === "failed") return new ChatError("file_failed", cause ?? undefined, { details: { causeCode } });
  return new ChatError(state === "expired" ? "file_expired" : "file_removed");
}
