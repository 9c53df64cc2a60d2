// The only websocket of the app: stays connected to this server's bridge. Frames and codes: docs/websocket.md.

import { ackFrame, bytesOfHex, readFrame, signalFrame } from "./ws_frames.js";
import { BridgeError, connectionLost, Publishing } from "./ws_publishing.js";

/** @import { Delivery } from "./ws_frames.js" */
/** @import { Limits } from "./ws_publishing.js" */

export { BridgeError };

const SUBPROTOCOL = "kez.v2";
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const SUSPENDED_PAUSE = 60_000;
const OPENING_LIMIT = 20_000; // from the first byte to "ready"
const SUSPENDED = 4423;
/** Trying again changes nothing by itself: wrong session, no such handle, another connection of this device. */
const FINAL = new Set([4401, 4403, 4409]);

/** @typedef {"connecting" | "open" | "waiting" | "refused" | "stopped"} BridgeState */
/** @typedef {{state: BridgeState, reason?: {code: string, message: string}, retryAt?: number}} StateDetail */

/**
 * Events (CustomEvent, with what they tell in `detail`): "state" {state, reason?, retryAt?}, "deliveries"
 * {items: [{seq, envelope}], pending}, "caughtup", "signal" {envelope}. `retryAt` is a time as of `Date.now()`.
 */
export class BridgeSocket extends EventTarget {
  /** @type {BridgeState} */ state = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Publishing | null} */ #publishing = null;
  /** Delivered on this connection and not acknowledged yet. @type {Set<number>} */ #delivered = new Set();
  /** @type {number[]} */ #acks = [];
  /** @type {{code: string, message: string} | undefined} */ #reason;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #silence = OPENING_LIMIT;
  #failures = 0;
  #url;
  #device;
  #answer;
  #signalBytes = 0;
  #online = () => this.#tryNow();
  #offline = () => this.#lostNetwork();

  /**
   * @param {{url: string, device: string, answer: (challenge: string) => Promise<object>}} options `answer` gives the
   *   signed `session` object for a challenge
   */
  constructor({ url, device, answer }) {
    super();
    this.#url = url;
    this.#device = device;
    this.#answer = answer;
  }

  /** Connects, and connects anew whenever the connection is lost, until `stop`. */
  start() {
    if (this.state === "stopped") {
      globalThis.addEventListener?.("online", this.#online);
      globalThis.addEventListener?.("offline", this.#offline);
      this.#failures = 0;
      this.#connect();
    }
  }

  stop() {
    globalThis.removeEventListener?.("online", this.#online);
    globalThis.removeEventListener?.("offline", this.#offline);
    this.#leave();
    this.#tell("stopped");
  }

  /**
   * Puts an envelope into the inbox of `recipient`. Resolves when the server has it for good; rejects with a BridgeError.
   * @param {{recipient: string, msgId: string, envelope: Uint8Array}} message `recipient` 64 hex, `msgId` 32 hex: the
   *   same for every try, so that a message is stored once
   * @returns {Promise<{seq: number, duplicate: boolean}>}
   */
  async publish({ recipient, msgId, envelope }) {
    const to = bytesOfHex(recipient, 32);
    const id = bytesOfHex(msgId, 16);
    if (!to || !id) {
      throw new BridgeError("bad_recipient", "A recipient is 64 hex digits, a message id 32.");
    }
    if (!this.#publishing) {
      throw connectionLost();
    }
    return this.#publishing.add({ recipient: to, msgId: id, envelope });
  }

  /**
   * Tells the server that these messages are stored here for good. One that was not delivered on this connection is
   * passed over: it comes again.
   * @param {number[]} seqs
   */
  ack(seqs) {
    for (const seq of seqs) {
      if (this.#delivered.delete(seq) && this.#acks.push(seq) === 1) {
        queueMicrotask(() => this.#sendAcks());
      }
    }
  }

  /**
   * Typing, presence: best effort, nothing tells whether it arrived.
   * @param {{recipient: string, envelope: Uint8Array}} signal
   */
  signal({ recipient, envelope }) {
    const to = bytesOfHex(recipient, 32);
    if (to && this.state === "open" && envelope.length <= this.#signalBytes) {
      this.#send(signalFrame(to, envelope));
    }
  }

  // Life ----------------------------------------------------------------------------------------------

  #connect() {
    this.#leave();
    this.#reason = undefined;
    this.#silence = OPENING_LIMIT;
    this.#tell("connecting");
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.#receive(socket, event.data);
    socket.onclose = (event) => this.#lost(event.code);
    this.#socket = socket;
    this.#watch();
  }

  /** Gives the connection up, if there is one; nothing that it still says is heard. */
  #leave() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#publishing?.lose();
    this.#publishing = null;
    this.#delivered.clear();
    this.#acks.length = 0;
  }

  /** @param {number} code */
  #lost(code) {
    this.#leave();
    const reason = this.#reason;
    if (FINAL.has(code)) {
      this.#tell("refused", { reason: reason ?? { code: "refused", message: "The server refused the connection." } });
      return;
    }
    const pause = code === SUSPENDED ? SUSPENDED_PAUSE : Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    // Spread out: after a restart of the server not everybody comes back in the same moment.
    const wait = pause * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#tell(code === SUSPENDED ? "refused" : "waiting", { reason, retryAt: Date.now() + wait });
  }

  #tryNow() {
    if (this.state === "waiting") {
      this.#connect();
    }
  }

  /** TCP would notice a cut cable after minutes only. Should the device be wrong, the next try connects. */
  #lostNetwork() {
    if (this.#socket) this.#lost(0);
  }

  /** A connection that says nothing for too long is dead, whatever TCP thinks: the server pings. */
  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(0), this.#silence);
  }

  /**
   * @param {BridgeState} state
   * @param {{reason?: {code: string, message: string}, retryAt?: number}} [more]
   */
  #tell(state, more = {}) {
    this.state = state;
    this.#dispatch("state", { state, ...more });
  }

  /**
   * @param {string} name
   * @param {object} [detail]
   */
  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // Frames --------------------------------------------------------------------------------------------

  /**
   * @param {WebSocket} socket
   * @param {string | ArrayBuffer} data
   */
  #receive(socket, data) {
    this.#watch();
    try {
      this.#take(socket, data);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) {
        throw error;
      }
      this.#lost(0); // not what a bridge says: begin anew
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {string | ArrayBuffer} data
   */
  #take(socket, data) {
    if (typeof data === "string") {
      this.#control(socket, JSON.parse(data));
      return;
    }
    const frame = readFrame(data);
    if (frame.kind === "deliveries") {
      frame.items.forEach((item) => this.#delivered.add(item.seq));
      this.#dispatch("deliveries", { items: frame.items, pending: frame.pending });
    } else if (frame.kind === "published") {
      this.#publishing?.confirm(frame.items);
    } else if (frame.kind === "signal") {
      this.#dispatch("signal", { envelope: frame.envelope });
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {any} frame
   */
  #control(socket, frame) {
    switch (frame.type) {
      case "hello":
        this.#introduce(socket, frame.challenge);
        break;
      case "ready":
        this.#ready(frame);
        break;
      case "ping":
        this.#send(JSON.stringify({ type: "pong", n: frame.n }));
        break;
      case "caughtup":
        this.#dispatch("caughtup");
        break;
      case "refused":
        this.#publishing?.refuse(frame.refs, BridgeError.of(frame), frame.held);
        break;
      case "error":
        this.#reason = { code: frame.code, message: frame.message };
        break;
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {string} challenge
   */
  async #introduce(socket, challenge) {
    try {
      const session = await this.#answer(challenge);
      if (socket === this.#socket) {
        this.#send(JSON.stringify({ type: "session", device: this.#device, session }));
      }
    } catch (error) {
      if (socket === this.#socket) {
        this.#leave();
        this.#tell("refused", { reason: { code: "no_answer", message: `The key could not be shown: ${error}` } });
      }
    }
  }

  /** @param {{limits: Limits & {signal_bytes: number}, heartbeat_seconds: number}} frame */
  #ready({ limits, heartbeat_seconds }) {
    this.#failures = 0;
    this.#silence = 2500 * heartbeat_seconds;
    this.#signalBytes = limits.signal_bytes;
    this.#publishing = new Publishing(limits, (data) => this.#send(data));
    this.#watch();
    this.#tell("open");
  }

  #sendAcks() {
    if (this.#acks.length > 0) {
      this.#send(ackFrame(this.#acks.splice(0)));
    }
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data */
  #send(data) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(data);
    }
  }
}
