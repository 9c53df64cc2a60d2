// Messages on their way to the bridge and not confirmed yet: order kept, within the limits that the server announced.

import { publishFrame, PUBLISH_OVERHEAD } from "./ws_frames.js";
import { BridgeError, connectionLost } from "./ws_errors.js";
/** @import { Bucket } from "./ws_bucket.js" */
/** @import { PublishItem } from "./ws_frames.js" */

/**
 * @typedef {{window: number, frame_bytes: number, envelope_bytes: number}} Limits
 * @typedef {{seq: number, duplicate: boolean}} Stored
 * @typedef {{item: PublishItem, resolve: (stored: Stored) => void, reject: (error: BridgeError) => void}} Waiting
 */

/**
 * The messages of one connection. After a failure that may be tried again nothing else is sent until all that is
 * open has its answer; so what is tried again does not come behind what was published later.
 */
export class Publishing {
  /** @type {Waiting[]} */ #waiting = [];
  /** @type {Map<number, Waiting>} */ #open = new Map();
  /** @type {BridgeError | null} */ #held = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #planned = false;
  #limits;
  #nextRef;
  #publishes;
  #send;

  /**
   * @param {Limits} limits
   * @param {{nextRef: () => number, publishes: Bucket, send: (frame: string | Uint8Array<ArrayBuffer>) => void}} line
   */
  constructor(limits, { nextRef, publishes, send }) {
    this.#limits = limits;
    this.#nextRef = nextRef;
    this.#publishes = publishes;
    this.#send = send;
  }

  /** Whether there are messages that have not been sent yet. */
  get isWaiting() {
    return this.#waiting.length > 0;
  }

  /**
   * @param {{recipient: Uint8Array, msgId: Uint8Array, envelope: Uint8Array}} message
   * @returns {Promise<Stored>}
   */
  add(message) {
    if (message.envelope.length > this.#limits.envelope_bytes) {
      return Promise.reject(new BridgeError("too_large", "This is larger than the server stores at once."));
    }
    if (this.#held) {
      return Promise.reject(this.#held);
    }
    const item = { ...message, ref: this.#nextRef() };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#plan();
    });
  }

  /** @param {{ref: number, seq: number, duplicate: boolean}[]} items */
  confirm(items) {
    for (const { ref, seq, duplicate } of items) {
      this.#open.get(ref)?.resolve({ seq, duplicate });
      this.#open.delete(ref);
    }
    this.#goOn();
  }

  /**
   * @param {number[]} refs
   * @param {BridgeError} error
   * @param {boolean} held the server takes nothing more until it is told to resume
   */
  refuse(refs, error, held) {
    if (held) {
      this.#held = error;
      this.#rejectWaiting(error);
    }
    for (const ref of refs) {
      this.#open.get(ref)?.reject(error);
      this.#open.delete(ref);
    }
    this.#goOn();
  }

  /** The connection is gone: nobody will answer. */
  lose() {
    clearTimeout(this.#timer);
    const error = connectionLost();
    this.#held = error;
    this.#rejectWaiting(error);
    this.#open.forEach((waiting) => waiting.reject(error));
    this.#open.clear();
  }

  /** @param {BridgeError} error */
  #rejectWaiting(error) {
    this.#waiting.splice(0).forEach((waiting) => waiting.reject(error));
  }

  #goOn() {
    if (this.#held && this.#open.size === 0) {
      const pause = this.#held.retryAfter * 1000;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#resume(), pause);
    }
    this.#plan();
  }

  #resume() {
    this.#held = null;
    this.#send(JSON.stringify({ type: "resume" }));
  }

  /** Sends soon: what is published in one go travels in one frame. */
  #plan() {
    if (!this.#planned && this.#waiting.length > 0) {
      this.#planned = true;
      queueMicrotask(() => {
        this.#planned = false;
        this.#sendSome();
      });
    }
  }

  #sendSome() {
    while (this.#waiting.length > 0 && this.#open.size < this.#limits.window && this.#publishes.tokens >= 1) {
      this.#sendFrame();
    }
    if (this.#waiting.length > 0 && this.#publishes.tokens < 1) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#sendSome(), 1000 * this.#publishes.secondsUntil(1));
    }
  }

  #sendFrame() {
    const room = Math.min(this.#limits.window - this.#open.size, Math.floor(this.#publishes.tokens));
    let count = 0;
    let size = 1;
    for (const { item } of this.#waiting.slice(0, room)) {
      size += PUBLISH_OVERHEAD + item.envelope.length;
      if (count > 0 && size > this.#limits.frame_bytes) {
        break;
      }
      count += 1;
    }
    const chosen = this.#waiting.splice(0, count);
    chosen.forEach((waiting) => this.#open.set(waiting.item.ref, waiting));
    this.#publishes.spend(count);
    this.#send(publishFrame(chosen.map((waiting) => waiting.item)));
  }
}
