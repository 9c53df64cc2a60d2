/** Typing and presence: sealed, never stored, and only where the owner has switched them on. */

import { ProtocolError } from "../proto/errors.js";
import { Primary } from "../proto/keys.js";
import { openSignal, sealSignal } from "../proto/signals.js";
import { now } from "./clock.js";
import { UNOPENED } from "./types.js";

const TYPING_EVERY_MS = 3_000;
const TYPING_LASTS_MS = 6_000;
const ONLINE_EVERY_MS = 60_000;
const ONLINE_LASTS_MS = 90_000;

export class Signals {
  /** @type {string|null} */
  #attended = null;
  /** @type {Map<string, number>} */
  #typed = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #leaving = new Map();
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  start() {
    this.#timer = setInterval(() => this.sayOnline(), ONLINE_EVERY_MS);
  }

  close() {
    clearInterval(this.#timer);
    for (const timer of this.#leaving.values()) clearTimeout(timer);
  }

  /** @param {string|null} peer */
  attend(peer) {
    if (this.#attended === peer) return;
    this.#attended = peer;
    this.sayOnline();
  }

  /** @param {string} peer */
  typing(peer) {
    const moment = Date.now();
    if (!this.#mayTell(peer) || moment - (this.#typed.get(peer) ?? 0) < TYPING_EVERY_MS) return;
    this.#typed.set(peer, moment);
    this.engine.background(this.#send(peer, "typing"));
  }

  sayOnline() {
    const peer = this.#attended;
    if (peer !== null && this.#mayTell(peer)) this.engine.background(this.#send(peer, "online"));
  }

  /** @param {Uint8Array} envelope */
  async receive(envelope) {
    if (!this.engine.settings.all.signals) return;
    let signal;
    try {
      signal = await openSignal(envelope, this.engine.identity.key, { now: now() });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return;
    }
    const peer = signal.sender.hex;
    if (!this.#mayTell(peer)) return;
    if (signal.kind === "typing") this.engine.emit("typing", { peer, until: Date.now() + TYPING_LASTS_MS });
    this.#isOnline(peer);
  }

  /** @param {string} peer */
  #isOnline(peer) {
    const until = Date.now() + ONLINE_LASTS_MS;
    this.engine.emit("presence", { peer, online: true, until });
    clearTimeout(this.#leaving.get(peer));
    const gone = () => this.engine.emit("presence", { peer, online: false, until });
    this.#leaving.set(peer, setTimeout(gone, ONLINE_LASTS_MS));
  }

  /** Only people with whom the owner talks learn something, and only they are shown. @param {string} peer */
  #mayTell(peer) {
    if (!this.engine.settings.all.signals || peer === UNOPENED) return false;
    const row = this.engine.conversations.rows.get(peer);
    const contact = this.engine.book.ofKey(peer);
    return !row?.blocked && !contact?.offered && Boolean(row?.accepted || contact?.listed);
  }

  /** @param {string} peer @param {"typing"|"online"} kind */
  async #send(peer, kind) {
    if (this.engine.connection.current.state !== "online") return;
    const { key } = this.engine.identity;
    const envelope = await sealSignal({ key, to: Primary.fromHex(peer), kind, createdAt: now() });
    this.engine.connection.signal({ recipient: peer, envelope });
  }
}
