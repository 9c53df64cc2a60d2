/**
 * One recipient's queue: what is in it goes to the server in order, some of it at once, and again from the
 * first failure.
 */

import { fromBase64 } from "../proto/bytes.js";
import { entryKey } from "./outbox_entry.js";

/** @typedef {import("./outbox_entry.js").OutboxEntry} OutboxEntry */
/** @typedef {{code: string, message: string, retry: boolean, retryAfter?: number}} Refusal */
/** @typedef {{key: string, refusal: Refusal|null}} Outcome */

const WINDOW = 64;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export class Lane {
  /** @type {OutboxEntry[]} in order; the first `#underWay` of them were handed to the socket */
  #entries = [];
  #underWay = 0;
  #open = 0;
  /** @type {Set<string>} */
  #done = new Set();
  /** @type {Refusal|null} */
  #held = null;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {(message: {recipient: string, msgId: string, envelope: Uint8Array}) => Promise<unknown>} publish
   * @param {(outcome: Outcome) => void} settled
   * @param {() => boolean} isOpen  whether publishing makes sense now
   */
  constructor(publish, settled, isOpen) {
    this.publish = publish;
    this.settled = settled;
    this.isOpen = isOpen;
  }

  get length() {
    return this.#entries.length;
  }

  /** @param {OutboxEntry} entry */
  push(entry) {
    this.#entries.push(entry);
  }

  /** Not wanted any more, for instance because the recipient has it already. @param {string} key */
  drop(key) {
    const index = this.#entries.findIndex((entry) => entryKey(entry) === key);
    if (index >= this.#underWay) this.#entries.splice(index, 1);
    else if (index >= 0) this.#done.add(key);
  }

  /** Begin anew, for instance after a reconnect or because the person asks for it: pauses end. */
  wake() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failures = 0;
    if (this.#open === 0) this.#held = null;
    this.pump();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Hand over what the window takes. */
  pump() {
    while (!this.#held && this.isOpen() && this.#open < WINDOW && this.#underWay < this.#entries.length) {
      const entry = this.#entries[this.#underWay];
      this.#underWay += 1;
      this.#open += 1;
      void this.#send(entry);
    }
  }

  /** @param {OutboxEntry} entry */
  async #send(entry) {
    const key = entryKey(entry);
    /** @type {Refusal|null} */
    let refusal = null;
    try {
      const envelope = fromBase64(entry.envelope) ?? new Uint8Array();
      await this.publish({ recipient: entry.recipient, msgId: entry.deliveryId, envelope });
    } catch (error) {
      refusal = asRefusal(error);
    }
    this.#open -= 1;
    if (!refusal || !refusal.retry) {
      this.#done.add(key);
      if (!refusal) this.#failures = 0;
    } else {
      this.#held ??= refusal;
    }
    this.settled({ key, refusal });
    if (this.#open === 0) this.#goOn();
    else if (!this.#held) this.pump();
  }

  /** Everything has its answer: forget what is done; what is not goes again, from the first on. */
  #goOn() {
    this.#entries = this.#entries.filter((entry) => !this.#done.has(entryKey(entry)));
    this.#done.clear();
    this.#underWay = 0;
    const held = this.#held;
    this.#held = null;
    if (!held) {
      this.pump();
      return;
    }
    if (held.code === "connection_lost") return; // the next connection wakes us
    this.#held = held;
    const usual = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    const pause = Math.max(usual, (held.retryAfter ?? 0) * 1000);
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#held = null;
      this.pump();
    }, pause);
  }
}

/** @param {unknown} error @returns {Refusal} */
function asRefusal(error) {
  const { code, message, retry, retryAfter } = /** @type {Partial<Refusal>} */ (error ?? {});
  return {
    code: typeof code === "string" ? code : "not_sent",
    message: typeof message === "string" ? message : "The message could not be sent.",
    retry: retry ?? true,
    retryAfter,
  };
}
