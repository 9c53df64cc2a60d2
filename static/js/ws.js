// The only websocket of the app: stays connected to this server's bridge. Frames and codes: docs/websocket.md.

import { Acks } from "./ws_acks.js";
import { BridgeError, connectionLost } from "./ws_errors.js";
import { bytesOfHex, readFileNotice, readFrame, signalFrame } from "./ws_frames.js";
import { pauseAfter, SUSPENDED } from "./ws_pauses.js";
import { Sending } from "./ws_sending.js";

/** @import { Limits } from "./ws_sending.js" */

export { BridgeError };

const SUBPROTOCOL = "kez.v2";
const OPENING_LIMIT = 20_000; // from the first byte to "ready"
/** Trying again changes nothing by itself: wrong session, no such handle, another connection of this device. */
const FINAL = new Set([4401, 4403, 4409]);

/** @typedef {"connecting" | "open" | "waiting" | "refused" | "stopped"} BridgeState */
/** @typedef {{state: BridgeState, reason?: {code: string, message: string}, retryAt?: number}} StateDetail */

/**
 * Events (CustomEvent, with what they tell in `detail`): "state" {state, reason?, retryAt?}, "deliveries"
 * {items: [{seq, envelope}], pending}, "caughtup", "signal" {envelope}, "file" {fileId, state, received, chunks,
 * causeCode}: how an upload of this key goes, best effort. `retryAt` is a time as of `Date.now()`.
 */
export class BridgeSocket extends EventTarget {
  /** @type {BridgeState} */ state = "stopped";
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Sending | null} */ #sending = null;
  #acks = new Acks((frame) => this.#send(frame));
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
  async publish(message) {
    return this.#line().message(message);
  }

  /**
   * Puts a chunk of a file of this key into the server's store of chunks, behind all messages: any number at once, in
   * any order. Resolves when the server has it for good; rejects with a BridgeError. If that has `retry`, publish the
   * same again under the same id: after a pause, or when the state is "open" again.
   * @param {{frame: Uint8Array, msgId: string}} chunk `frame` as proto/file_chunks.js makes it, `msgId` 32 hex
   * @returns {Promise<{seq: number, duplicate: boolean}>}
   */
  async publishChunk(chunk) {
    return this.#line().chunk(chunk);
  }

  /**
   * Tells the server that these messages are stored here for good. One that was not delivered on this connection is
   * passed over: it comes again.
   * @param {number[]} seqs
   */
  ack(seqs) {
    this.#acks.add(seqs);
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
    this.#sending?.lose();
    this.#sending = null;
    this.#acks.forget();
  }

  /** @param {number} code */
  #lost(code) {
    this.#leave();
    const reason = this.#reason;
    if (FINAL.has(code)) {
      this.#tell("refused", { reason: reason ?? { code: "refused", message: "The server refused the connection." } });
      return;
    }
    const wait = pauseAfter(code, this.#failures);
    this.#failures += 1;
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
      frame.items.forEach((item) => this.#acks.delivered(item.seq));
      this.#dispatch("deliveries", { items: frame.items, pending: frame.pending });
    } else if (frame.kind === "published") {
      this.#sending?.confirm(frame.items);
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
        this.#sending?.refuse(frame.refs, BridgeError.of(frame), frame.held);
        break;
      case "file":
        this.#dispatch("file", readFileNotice(frame));
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
    this.#sending = new Sending(limits, {
      send: (data) => this.#send(data),
      buffered: () => this.#socket?.bufferedAmount ?? 0,
    });
    this.#watch();
    this.#tell("open");
  }

  #line() {
    if (!this.#sending) {
      throw connectionLost();
    }
    return this.#sending;
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data */
  #send(data) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(data);
    }
  }
}
