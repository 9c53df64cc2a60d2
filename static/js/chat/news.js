/**
 * What one unit changes, told to the pages once it is stored: one event for each conversation, not for each
 * message.
 */

import { viewOfUnopened } from "./records.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./types.js").MessageView} MessageView */
/**
 * @typedef {{added: Map<string, MessageView>, changed: Map<string, MessageView>, removed: Set<string>}} Changes
 */

export class News {
  /** @type {WeakMap<Unit, Map<string, Changes>>} */
  #changes = new WeakMap();
  /** @type {Set<string>} */
  #conversations = new Set();
  #announced = false;

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  added(unit, record) {
    const { view, changes } = this.#place(unit, record);
    changes.added.set(view.id, view);
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  changed(unit, record) {
    const { view, changes } = this.#place(unit, record);
    (changes.added.has(view.id) ? changes.added : changes.changed).set(view.id, view);
  }

  /** @param {Unit} unit @param {import("./records.js").Unopened} record */
  unopened(unit, record) {
    const readOrder = this.engine.conversations.rows.within(unit, UNOPENED)?.readOrder ?? 0;
    this.#of(unit, UNOPENED).added.set(record.digest, viewOfUnopened(record, UNOPENED, readOrder));
  }

  /** @param {Unit} unit @param {string} peer @param {string} id */
  removed(unit, peer, id) {
    this.#of(unit, this.engine.book.home(peer)).removed.add(id);
  }

  /** A conversation's summary changed; told together with others of the same moment. @param {string} peer */
  conversation(peer) {
    this.#conversations.add(peer);
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      const peers = [...this.#conversations];
      this.#conversations.clear();
      this.engine.emit("conversations", { peers });
    });
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  #place(unit, record) {
    const peer = this.engine.book.home(record.peer);
    return { view: this.engine.viewOf(record, peer, unit), changes: this.#of(unit, peer) };
  }

  /** @param {Unit} unit @param {string} peer @returns {Changes} */
  #of(unit, peer) {
    let peers = this.#changes.get(unit);
    if (!peers) {
      const begun = (peers = new Map());
      this.#changes.set(unit, begun);
      unit.afterwards(() => this.#tell(begun));
    }
    let changes = peers.get(peer);
    if (!changes) peers.set(peer, (changes = { added: new Map(), changed: new Map(), removed: new Set() }));
    return changes;
  }

  /** @param {Map<string, Changes>} peers */
  #tell(peers) {
    for (const [peer, { added, changed, removed }] of peers) {
      this.engine.emit("messages", {
        peer,
        added: [...added.values()],
        changed: [...changed.values()],
        removed: [...removed],
      });
    }
  }
}
