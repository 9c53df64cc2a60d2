/**
 * Emptying the outbox: what is queued goes to the server in order for each recipient, and what is never
 * receipted goes
 * again. "Sent" is what the server has confirmed; "delivered" only the recipient's receipt says.
 */

import { sentenceOf } from "./errors.js";
import { Lane } from "./lane.js";
import { entryKey, putEntry } from "./outbox_entry.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./outbox_entry.js").OutboxEntry} OutboxEntry */
/** @typedef {import("./lane.js").Outcome} Outcome */

// A recipient may be away for weeks, and the broker keeps what is stored for 30 days.
const RESEND_AFTER_MS = 10 * 24 * 60 * 60_000;
const MOST_RESENDS = 3;
const SWEEP_MS = 60 * 60_000;
const PAGE = 200;
const WRITE_AGAIN_MS = 2_000;

export class Outbox {
  /** @type {Map<string, Lane>} */
  #lanes = new Map();
  /** @type {Map<string, OutboxEntry>} */
  #queued = new Map();
  /** @type {Outcome[]} */
  #outcomes = [];
  #writing = false;
  #closed = false;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** How many envelopes wait for the server. */
  get waiting() {
    return this.#queued.size;
  }

  /** Everything that was queued before a reload, in order. */
  async load() {
    let after = 0;
    for (;;) {
      const page = await this.engine.store.page("outbox", "queued", { after, limit: PAGE });
      if (!page.length) break;
      for (const { value } of page) this.#enqueue(value);
      after = page[page.length - 1].order ?? Infinity;
    }
    this.#timer = setInterval(() => this.engine.background(this.sweep()), SWEEP_MS);
  }

  close() {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const lane of this.#lanes.values()) lane.stop();
  }

  /** @param {Unit} unit @param {OutboxEntry} entry  queued */
  add(unit, entry) {
    putEntry(unit, entry);
    unit.afterwards(() => {
      this.#enqueue(entry);
      this.#pumpSoon();
    });
  }

  /**
   * The recipient has it: nothing is left to do, whatever the entry's state was.
   * @param {Unit} unit
   * @param {string} recipient
   * @param {string} messageId
   */
  receipted(unit, recipient, messageId) {
    this.remove(unit, { purpose: "message", recipient, messageId });
  }

  /** @param {Unit} unit @param {Pick<OutboxEntry, "purpose"|"recipient"|"messageId">} which */
  remove(unit, which) {
    const key = entryKey(which);
    unit.remove("outbox", key);
    unit.afterwards(() => this.#forget(key, which.recipient));
  }

  /**
   * @param {Unit} unit
   * @param {string} recipient
   * @param {string} messageId
   * @returns {Promise<OutboxEntry|undefined>}
   */
  find(unit, recipient, messageId) {
    return unit.get("outbox", entryKey({ purpose: "message", recipient, messageId }));
  }

  /**
   * Queue an entry that had failed, or was sent long ago.
   * @param {Unit} unit
   * @param {OutboxEntry} entry
   * @param {number} resends
   */
  queueAgain(unit, entry, resends) {
    const order = unit.nextOrder();
    this.add(unit, { ...entry, state: "queued", cause: null, causeCode: null, resends, order });
  }

  /**
   * Give up what waits for a key, for a reason that the person sees.
   * @param {Unit} unit
   * @param {string} recipient
   * @param {string} code
   * @param {string} cause
   */
  async failAll(unit, recipient, code, cause) {
    for (const entry of [...this.#queued.values()].filter((each) => each.recipient === recipient)) {
      await this.#fail(unit, entry, code, cause);
    }
  }

  /**
   * There is a connection, or the person wants no more waiting.
   * @param {string} [recipient] only this one's queue
   */
  wake(recipient) {
    if (recipient !== undefined) this.#lanes.get(recipient)?.wake();
    else for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Messages sent long ago without a receipt are sent again, a few times; then they fail for all to see. */
  async sweep() {
    const old = Date.now() - RESEND_AFTER_MS;
    const page = await this.engine.store.page("outbox", "sent", { limit: PAGE });
    const due = page.map(({ value }) => value).filter((entry) => (entry.sentAt ?? old) < old);
    if (!due.length || this.#closed) return;
    await this.engine.writer.run(async (unit) => {
      for (const { purpose, recipient, messageId } of due) {
        const entry = await unit.get("outbox", entryKey({ purpose, recipient, messageId }));
        if (entry?.state !== "sent") continue;
        const times = entry.resends + 1;
        const cause = `No receipt came, though it was sent ${times} times.`;
        if (entry.resends < MOST_RESENDS) this.queueAgain(unit, entry, times);
        else await this.#fail(unit, entry, "no_receipt", cause);
      }
    });
  }

  /** @param {OutboxEntry} entry */
  #enqueue(entry) {
    this.#queued.set(entryKey(entry), entry);
    this.#laneOf(entry.recipient).push(entry);
  }

  /** @param {string} key @param {string} recipient */
  #forget(key, recipient) {
    if (this.#queued.delete(key)) this.#lanes.get(recipient)?.drop(key);
  }

  /** @param {string} recipient */
  #laneOf(recipient) {
    let lane = this.#lanes.get(recipient);
    if (!lane) {
      const { connection } = this.engine;
      lane = new Lane(
        (message) => connection.publish(message),
        (outcome) => this.#settle(outcome),
        () => !this.#closed && connection.current.state === "online",
      );
      this.#lanes.set(recipient, lane);
    }
    return lane;
  }

  #pumpSoon() {
    for (const lane of this.#lanes.values()) lane.pump();
  }

  /** @param {Outcome} outcome */
  #settle(outcome) {
    this.#outcomes.push(outcome);
    if (!this.#writing) void this.#writeOutcomes();
  }

  /** Write down all outcomes that are there in one unit, and again while more have come. */
  async #writeOutcomes() {
    this.#writing = true;
    while (this.#outcomes.length && !this.#closed) {
      const outcomes = this.#outcomes.splice(0, PAGE);
      try {
        await this.engine.writer.run((unit) => this.#note(unit, outcomes));
      } catch (error) {
        // The server has them, only our note of it is missing: try again rather than forget.
        this.engine.warn("not_stored_here", sentenceOf(error));
        this.#outcomes.unshift(...outcomes);
        await new Promise((resolve) => setTimeout(resolve, WRITE_AGAIN_MS));
      }
    }
    this.#writing = false;
  }

  /** @param {Unit} unit @param {Outcome[]} outcomes */
  async #note(unit, outcomes) {
    const known = outcomes.flatMap(({ key }) => this.#queued.get(key) ?? []);
    const own = this.engine.identity.primary.hex;
    await unit.load("messages", known.map((entry) => `${own}/${entry.messageId}`));
    for (const { key, refusal } of outcomes) {
      const entry = this.#queued.get(key);
      if (!entry) continue; // receipted or removed meanwhile
      if (!refusal) await this.#sent(unit, entry);
      else if (refusal.retry) await this.#waits(unit, entry, refusal);
      else await this.#fail(unit, entry, refusal.code, refusal.message);
    }
  }

  /**
   * The server has stored it. Only messages wait on, for their receipt.
   * @param {Unit} unit
   * @param {OutboxEntry} entry
   */
  async #sent(unit, entry) {
    const key = entryKey(entry);
    if (entry.purpose === "message") {
      putEntry(unit, { ...entry, state: "sent", sentAt: Date.now(), cause: null, causeCode: null });
      await this.engine.log.moveOn(unit, entry.messageId, "sent");
    } else {
      unit.remove("outbox", key);
    }
    unit.afterwards(() => this.#queued.delete(key));
  }

  /** @param {Unit} unit @param {OutboxEntry} entry @param {import("./lane.js").Refusal} refusal */
  async #waits(unit, entry, { code, message }) {
    // Being offline is said once, above the conversation.
    if (entry.purpose !== "message" || code === "connection_lost") return;
    await this.engine.log.setCause(unit, entry.messageId, "queued", code, message);
  }

  /** @param {Unit} unit @param {OutboxEntry} entry @param {string} causeCode @param {string} cause */
  async #fail(unit, entry, causeCode, cause) {
    const key = entryKey(entry);
    if (entry.purpose === "message") {
      putEntry(unit, { ...entry, state: "failed", causeCode, cause });
      await this.engine.log.setCause(unit, entry.messageId, "failed", causeCode, cause);
    } else {
      unit.remove("outbox", key);
    }
    unit.afterwards(() => this.#forget(key, entry.recipient));
  }
}
