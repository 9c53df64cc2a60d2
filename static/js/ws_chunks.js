// Chunks of files on their way to the bridge. They need no order and no haste: messages go first.

import { chunkPublishFrame } from "./ws_frames.js";
import { BridgeError, connectionLost } from "./ws_errors.js";
/** @import { Bucket } from "./ws_bucket.js" */
/** @import { ChunkItem } from "./ws_frames.js" */
/** @import { Stored } from "./ws_publishing.js" */

/** @typedef {{item: ChunkItem, resolve: (stored: Stored) => void, reject: (error: BridgeError) => void}} Waiting */

const RATE_LIMITED = "rate_limited";
/** So many chunks may wait in the browser's own buffer: a message behind them has to wait for these on a slow line. */
const BUFFERED_CHUNKS = 2;

/**
 * The chunks of one connection. What came too fast is sent again from here; after another failure that may be tried
 * again all are given back, and nothing is taken until all that is open has its answer.
 */
export class ChunkPublishing {
  /** @type {Waiting[]} */ #waiting = [];
  /** @type {Map<number, Waiting>} */ #open = new Map();
  /** @type {BridgeError | null} */ #failed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #planned = false;
  #limits;
  #line;

  /**
   * @param {{chunk_bytes: number, chunk_window: number}} limits
   * @param {{nextRef: () => number, publishes: Bucket, bytes: Bucket, isBusy: () => boolean, buffered: () => number,
   *   send: (frame: Uint8Array<ArrayBuffer>) => void}} line `isBusy`: messages wait to be sent; `buffered`: bytes that
   *   were sent and have not left this computer
   */
  constructor(limits, line) {
    this.#limits = limits;
    this.#line = line;
  }

  /**
   * @param {{msgId: Uint8Array, frame: Uint8Array}} chunk
   * @returns {Promise<Stored>}
   */
  add({ msgId, frame }) {
    if (frame.length > this.#limits.chunk_bytes) {
      return Promise.reject(new BridgeError("bad_chunk", "This is larger than a chunk of a file."));
    }
    if (this.#failed) {
      return Promise.reject(this.#failed);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item: { ref: this.#line.nextRef(), msgId, frame }, resolve, reject });
      this.goOn();
    });
  }

  /** @param {{ref: number, seq: number, duplicate: boolean}[]} items some of them may be messages */
  confirm(items) {
    for (const { ref, seq, duplicate } of items) {
      this.#open.get(ref)?.resolve({ seq, duplicate });
      this.#open.delete(ref);
    }
    this.goOn();
  }

  /**
   * @param {number[]} refs some of them may be messages
   * @param {BridgeError} error
   */
  refuse(refs, error) {
    const refused = refs.flatMap((ref) => this.#open.get(ref) ?? []);
    refused.forEach(({ item }) => this.#open.delete(item.ref));
    if (refused.length > 0 && error.code === RATE_LIMITED && !this.#failed) {
      this.#waiting.unshift(...refused);
      this.#line.bytes.drain(error.retryAfter);
    } else if (refused.length > 0) {
      refused.forEach(({ reject }) => reject(error));
      if (error.retry) this.#fail(error);
    }
    this.goOn();
  }

  /** The connection is gone: nobody will answer. */
  lose() {
    clearTimeout(this.#timer);
    this.#fail(connectionLost());
    this.#open.forEach(({ reject }) => reject(connectionLost()));
    this.#open.clear();
  }

  /** Something has changed: send soon what may be sent now. */
  goOn() {
    if (this.#open.size === 0) this.#failed = null;
    if (!this.#planned && this.#waiting.length > 0) {
      this.#planned = true;
      queueMicrotask(() => {
        this.#planned = false;
        this.#sendSome();
      });
    }
  }

  /** @param {BridgeError} error */
  #fail(error) {
    this.#failed = error;
    this.#waiting.splice(0).forEach(({ reject }) => reject(error));
  }

  #sendSome() {
    clearTimeout(this.#timer);
    const { bytes, publishes, isBusy, send } = this.#line;
    while (this.#waiting.length > 0 && this.#hasRoom() && !isBusy()) {
      const [{ item }] = this.#waiting;
      const seconds = Math.max(bytes.secondsUntil(item.frame.length), publishes.secondsUntil(1));
      if (seconds > 0) {
        this.#timer = setTimeout(() => this.#sendSome(), 1000 * seconds);
        return;
      }
      bytes.spend(item.frame.length);
      publishes.spend(1);
      this.#open.set(item.ref, /** @type {Waiting} */ (this.#waiting.shift()));
      send(chunkPublishFrame(item));
    }
  }

  /** One may always be open: its answer is what lets the next ones go. */
  #hasRoom() {
    const buffered = this.#line.buffered() / this.#limits.chunk_bytes;
    return this.#open.size === 0 || (this.#open.size < this.#limits.chunk_window && buffered < BUFFERED_CHUNKS);
  }
}
