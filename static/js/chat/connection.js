/** The socket of a session: who we are, where it stands, and what comes over it. */

import { sessionPayload } from "../proto/session.js";
import { sign } from "../proto/signed.js";
import { BridgeSocket } from "../ws.js";
import { now } from "./clock.js";

/** @typedef {import("./types.js").Connection} State */

/** @type {Record<string, State["state"]>} */
const STATES = {
  connecting: "connecting",
  open: "online",
  waiting: "offline",
  refused: "refused",
  stopped: "offline",
};

export class Connection {
  /** @type {State} */
  current = { state: "connecting" };

  /** @param {import("./engine.js").Engine} engine @param {{wsUrl: string}} config */
  constructor(engine, config) {
    this.engine = engine;
    const { identity } = engine;
    this.socket = new BridgeSocket({
      url: config.wsUrl,
      device: identity.device,
      answer: async (challenge) => {
        const { handle, primary, key } = identity;
        return sign("session", sessionPayload({ handle, primary, challenge, createdAt: now() }), key);
      },
    });
    this.#on("state", (detail) => this.#changed(detail));
    this.#on("deliveries", ({ items, pending }) => engine.inbox.push(items, pending));
    this.#on("caughtup", () => engine.inbox.caughtUp());
    this.#on("file", (notice) => engine.watch.notice(notice));
    this.#on("signal", ({ envelope }) => engine.background(engine.signals.receive(envelope)));
  }

  start() {
    this.socket.start();
  }

  stop() {
    this.socket.stop();
  }

  reconnect() {
    if (this.current.state === "online" || this.current.state === "connecting") return;
    this.socket.stop();
    this.socket.start();
  }

  /** @param {{recipient: string, msgId: string, envelope: Uint8Array}} message */
  publish(message) {
    return this.socket.publish(message);
  }

  /** One chunk of a file. @param {{frame: Uint8Array, msgId: string}} chunk */
  publishChunk(chunk) {
    return this.socket.publishChunk(chunk);
  }

  /** @param {number[]} seqs */
  ack(seqs) {
    this.socket.ack(seqs);
  }

  /** @param {{recipient: string, envelope: Uint8Array}} signal */
  signal(signal) {
    this.socket.signal(signal);
  }

  /** @param {{state: string, reason?: {code: string, message: string}, retryAt?: number}} detail */
  #changed({ state, reason, retryAt }) {
    this.current = {
      state: STATES[state] ?? "offline",
      ...(reason ? { reason } : {}),
      ...(retryAt === undefined ? {} : { retryAt }),
    };
    this.engine.connectionChanged(this.current);
  }

  /** @param {string} name @param {(detail: any) => void} listener */
  #on(name, listener) {
    this.socket.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }
}
