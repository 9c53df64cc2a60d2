// Acknowledgements of one connection: gathered, and sent together.

import { ackFrame } from "./ws_frames.js";

export class Acks {
  /** Delivered on this connection and not acknowledged yet. @type {Set<number>} */ #delivered = new Set();
  /** @type {number[]} */ #owed = [];
  #send;

  /** @param {(frame: Uint8Array<ArrayBuffer>) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {number} seq */
  delivered(seq) {
    this.#delivered.add(seq);
  }

  /** One that was not delivered on this connection is passed over. @param {number[]} seqs */
  add(seqs) {
    for (const seq of seqs) {
      if (this.#delivered.delete(seq) && this.#owed.push(seq) === 1) {
        queueMicrotask(() => this.#flush());
      }
    }
  }

  /** The connection is gone: what was not acknowledged comes again on the next one. */
  forget() {
    this.#delivered.clear();
    this.#owed.length = 0;
  }

  #flush() {
    if (this.#owed.length > 0) {
      this.#send(ackFrame(this.#owed.splice(0)));
    }
  }
}
