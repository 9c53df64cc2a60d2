/** Receiving: open, verify, store a whole batch in one write, and only then acknowledge. */

import { openMessage } from "../proto/envelope.js";
import { Slices } from "../proto/slices.js";
import { codeOf, sentenceOf } from "./errors.js";
import { Receiving } from "./receiving.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {{seq: number, envelope: Uint8Array}} Delivery */
/**
 * @typedef {{seq: number, envelope: Uint8Array, message: Message|null, code: string, cause: string}} Opened
 */

const BATCH = 64;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export class Inbox {
  /** @type {Delivery[]} */
  #waiting = [];
  /** @type {Set<number>} */
  #held = new Set();
  #pending = 0;
  #opened = 0;
  #running = false;
  #closed = false;

  /** @param {import("./engine.js").Engine} engine @param {(seqs: number[]) => void} ack */
  constructor(engine, ack) {
    this.engine = engine;
    this.ack = ack;
  }

  /** @param {Delivery[]} items @param {number} pending  how many are still with the server, behind these */
  push(items, pending) {
    this.#pending = pending;
    for (const item of items) {
      if (this.#held.has(item.seq)) continue;
      this.#held.add(item.seq);
      this.#waiting.push(item);
    }
    if (!this.#running) void this.#run();
  }

  /** The connection is gone: what was not begun yet comes again by the next one. */
  forgetWaiting() {
    for (const { seq } of this.#waiting.splice(0)) this.#held.delete(seq);
    this.#pending = 0;
    this.#opened = 0;
  }

  /** Everything that waited at the server has been handed over. */
  caughtUp() {
    this.#pending = 0;
    this.#tell(0);
  }

  close() {
    this.#closed = true;
    this.forgetWaiting();
  }

  async #run() {
    this.#running = true;
    let pause = FIRST_PAUSE_MS;
    while (this.#waiting.length && !this.#closed) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.take(batch);
        pause = FIRST_PAUSE_MS;
        for (const { seq } of batch) this.#held.delete(seq);
        this.ack(batch.map(({ seq }) => seq));
        this.#tell(batch.length);
      } catch (error) {
        // Nothing was stored, so nothing is acknowledged: the server keeps it until this works.
        const reason = sentenceOf(error);
        this.engine.warn("not_stored_here", `What came could not be stored on this device: ${reason}`);
        this.#waiting.unshift(...batch);
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    this.#running = false;
  }

  /** Store these deliveries. @param {Delivery[]} batch */
  async take(batch) {
    const slices = new Slices();
    /** @type {Opened[]} */
    const opened = [];
    for (const delivery of batch) {
      opened.push(await this.open(delivery));
      await slices.breathe();
    }
    await this.engine.names.ask(opened.flatMap(({ message }) => message ?? []));
    await this.engine.writer.run(async (unit) => {
      await new Receiving(this.engine, unit).store(opened);
    });
  }

  /** @param {Delivery} delivery @returns {Promise<Opened>} */
  async open({ seq, envelope }) {
    try {
      const message = await openMessage(envelope, this.engine.identity.key);
      return { seq, envelope, message, code: "", cause: "" };
    } catch (error) {
      // Whatever it was, this one envelope must not hold up those behind it, and it is kept.
      return { seq, envelope, message: null, code: codeOf(error) ?? "cannot_open", cause: sentenceOf(error) };
    }
  }

  /** @param {number} count */
  #tell(count) {
    this.#opened += count;
    this.engine.emit("backlog", { pending: this.#pending + this.#waiting.length, opened: this.#opened });
  }
}
