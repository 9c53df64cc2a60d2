/**
 * One file on its way from the server: waited for, fetched, checked. What has come lies on the shelf and need not come
 * again, also after a reload.
 */

import { CannotDecrypt } from "../../proto/errors.js";
import { openFileChunk, sealedSize } from "../../proto/file_chunks.js";
import { Slices } from "../../proto/slices.js";
import { newShelf } from "../clock.js";
import { ChatError } from "../errors.js";
import { cut, sealedBefore } from "./cutting.js";
import { FileDigests } from "./digesting.js";
import { pictureOf } from "./picture.js";
import { AT_ONCE, sealedOf } from "./shelf.js";
import { failureOf } from "./upload.js";

/** @typedef {import("../../proto/bytes.js").Bytes} Bytes */
/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {import("./file_view.js").Live} Live */
/** @typedef {import("./shelf.js").Sealed} Sealed */

export class Download {
  /**
   * @param {import("../engine.js").Engine} engine
   * @param {string} key of the message
   * @param {MessageRecord} record of a chunked file
   * @param {AbortSignal} signal
   */
  constructor(engine, key, record, signal) {
    this.engine = engine;
    this.key = key;
    this.record = record;
    this.signal = signal;
    this.file = sealedOf(record.body);
  }

  /** Until the server has all of it; ChatError or ApiError where it will not. */
  async wait() {
    const { watch } = this.engine;
    let status = await watch.status(this.file, this.signal);
    while (status.state === "pending") {
      this.#tell("pending", status.received);
      status = await watch.change(this.file, this.signal);
    }
    if (status.state !== "ready") throw failureOf(status);
    this.#tell("ready", 0);
  }

  /** Fetch what is not here yet, and check all of it. */
  async load() {
    const { size, total, token, fileId, digest, plainDigest } = this.file;
    await this.#begin();
    const digests = new FileDigests(new Slices());
    const have = await this.#readAgain(digests);
    this.#tell("loading", have);
    if (have < total) {
      const from = sealedBefore(size, have);
      const parts = this.engine.api.files.content(fileId, { token, from, size: sealedSize(size), signal: this.signal });
      await this.#take(parts, have, digests);
    }
    const found = digests.finish();
    if (found.digest !== digest || found.plainDigest !== plainDigest) throw new ChatError("file_changed");
    await this.engine.writer.run((unit) => this.engine.files.change(unit, this.key, { stage: "here" }));
  }

  /** Forget what has come: it is not what was sent. */
  async forget() {
    await this.engine.writer.run(async (unit) => this.engine.files.remove(unit, this.key));
  }

  async #begin() {
    const { files, writer } = this.engine;
    if (files.rows.get(this.key)) return;
    await writer.run(async (unit) => {
      // Nothing is kept of a message that was deleted in the meantime.
      if (!(await unit.get("messages", this.key))) throw new ChatError("unknown_message");
      files.rows.edit(unit, this.key, () => ({
        key: this.key,
        peer: this.record.peer,
        shelf: newShelf(),
        chunks: this.file.total,
        have: 0,
        stage: "loading",
        attempt: "",
        announced: false,
        cause: null,
        causeCode: null,
        picture: null,
        order: this.record.order,
      }));
    });
  }

  /** What came before a reload, for the digests. @param {FileDigests} digests @returns {Promise<number>} chunks */
  async #readAgain(digests) {
    const { shelf, have } = this.#row();
    for await (const { index, sealed } of this.engine.shelf.read(shelf, have)) {
      this.signal.throwIfAborted();
      if (!sealed) return index;
      await digests.add(sealed, this.#open(sealed, index));
    }
    return have;
  }

  /**
   * Cut what comes into chunks, open and keep each.
   * @param {AsyncIterable<Uint8Array>} parts
   * @param {number} first
   * @param {FileDigests} digests
   */
  async #take(parts, first, digests) {
    const { size, total } = this.file;
    /** @type {{index: number, sealed: Bytes}[]} */
    let batch = [];
    /** @type {Bytes|null} */
    let head = null;
    for await (const { index, sealed } of cut(parts, { size, total, first })) {
      const plain = this.#open(sealed, index);
      await digests.add(sealed, plain);
      batch.push({ index, sealed });
      if (index === 0) head = plain;
      const have = index + 1;
      if (batch.length === AT_ONCE || have === total) {
        await this.#keep(batch, have, head);
        batch = [];
        head = null;
      }
      this.#tell("loading", have);
    }
  }

  /** @param {{index: number, sealed: Bytes}[]} batch @param {number} have @param {Uint8Array|null} head */
  async #keep(batch, have, head) {
    const { files, shelf, writer } = this.engine;
    await writer.run(async (unit) => {
      this.signal.throwIfAborted();
      const row = files.rows.edit(unit, this.key, () => {
        throw new ChatError("unknown_message");
      });
      for (const { index, sealed } of batch) shelf.put(unit, row.shelf, index, sealed);
      row.have = have;
      if (head) row.picture = pictureOf(head);
    });
  }

  /** @param {Bytes} sealed @param {number} index */
  #open(sealed, index) {
    const { fileKey, fileId, total } = this.file;
    try {
      return openFileChunk(sealed, { fileKey, fileId, index, total });
    } catch (error) {
      if (!(error instanceof CannotDecrypt)) throw error;
      throw new ChatError("file_changed", undefined, { cause: error });
    }
  }

  #row() {
    const row = this.engine.files.rows.get(this.key);
    if (!row) throw new ChatError("unknown_message");
    return row;
  }

  /** @param {Live["stage"]} stage @param {number} done */
  #tell(stage, done) {
    this.engine.files.note(this.key, { stage, done, total: this.file.total, cause: null, causeCode: null });
  }
}
