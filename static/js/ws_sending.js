// All that one connection sends and the bridge answers: messages, and behind them chunks of files.

import { Bucket } from "./ws_bucket.js";
import { ChunkPublishing } from "./ws_chunks.js";
import { BridgeError } from "./ws_errors.js";
import { bytesOfHex } from "./ws_frames.js";
import { Publishing } from "./ws_publishing.js";
/** @import { Stored } from "./ws_publishing.js" */

/**
 * What `ready` announces: docs/websocket.md.
 * @typedef {{window: number, frame_bytes: number, envelope_bytes: number, publish_per_second: number,
 *   publish_burst: number, chunk_bytes: number, chunk_window: number, chunk_bytes_per_second: number,
 *   chunk_burst_bytes: number}} Limits
 */

const REFERENCES = 2 ** 32;

export class Sending {
  /** @type {Publishing} */ #messages;
  /** @type {ChunkPublishing} */ #chunks;
  #nextRef = 0;

  /**
   * @param {Limits} limits
   * @param {{send: (frame: string | Uint8Array<ArrayBuffer>) => void, buffered: () => number}} line `buffered`: bytes
   *   that were sent and have not left this computer
   */
  constructor(limits, { send, buffered }) {
    const nextRef = () => this.#takeRef();
    const publishes = new Bucket(limits.publish_per_second, limits.publish_burst);
    const bytes = new Bucket(limits.chunk_bytes_per_second, limits.chunk_burst_bytes);
    const isBusy = () => this.#messages.isWaiting;
    this.#messages = new Publishing(limits, { nextRef, publishes, send });
    this.#chunks = new ChunkPublishing(limits, { nextRef, publishes, bytes, isBusy, buffered, send });
  }

  /**
   * @param {{recipient: string, msgId: string, envelope: Uint8Array}} message
   * @returns {Promise<Stored>}
   */
  async message({ recipient, msgId, envelope }) {
    const to = bytesOfHex(recipient, 32);
    const id = bytesOfHex(msgId, 16);
    if (!to || !id) {
      throw new BridgeError("bad_recipient", "A recipient is 64 hex digits, a message id 32.");
    }
    return this.#messages.add({ recipient: to, msgId: id, envelope });
  }

  /**
   * @param {{frame: Uint8Array, msgId: string}} chunk
   * @returns {Promise<Stored>}
   */
  async chunk({ frame, msgId }) {
    const id = bytesOfHex(msgId, 16);
    if (!id) {
      throw new BridgeError("bad_chunk", "The id of a chunk's message is 32 hex digits.");
    }
    return this.#chunks.add({ msgId: id, frame });
  }

  /** @param {{ref: number, seq: number, duplicate: boolean}[]} items */
  confirm(items) {
    this.#messages.confirm(items);
    this.#chunks.confirm(items);
  }

  /**
   * @param {number[]} refs
   * @param {BridgeError} error
   * @param {boolean} held whether the server takes no more messages until it is told to resume
   */
  refuse(refs, error, held) {
    this.#messages.refuse(refs, error, held);
    this.#chunks.refuse(refs, error);
  }

  /** The connection is gone: nobody will answer. */
  lose() {
    this.#messages.lose();
    this.#chunks.lose();
  }

  #takeRef() {
    const ref = this.#nextRef;
    this.#nextRef = (ref + 1) % REFERENCES;
    return ref;
  }
}
