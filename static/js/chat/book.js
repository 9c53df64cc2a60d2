/**
 * Contacts: whose key was pinned when, and which other key the registry offers for them.
 *
 * A key is trusted on first use and changed only by `accept`. The pin stays when somebody is removed from the
 * list of
 * contacts, so that a key cannot change unseen in between.
 */

import { parseFullHandle } from "../proto/handles.js";
import { Table } from "./table.js";

/** @typedef {import("./unit.js").Unit} Unit */

/**
 * @typedef {object} ContactRecord
 * @property {string} handle  in full
 * @property {string} peer  the pinned key, hex
 * @property {string} sigchainUrl
 * @property {number} addedAt
 * @property {number} checkedAt  when the registry was last asked
 * @property {number|null} verifiedAt  when the safety number was compared
 * @property {string|null} offered  another key that the registry gives now: sending is blocked
 * @property {{peer: string, replacedAt: number, wasVerified: boolean}[]} former
 * @property {boolean} listed  the owner wants to see it among the contacts
 */

/** @typedef {import("../api.js").RegistryEntry} RegistryEntry */

export class ContactBook {
  /** @type {Map<string, string>} pinned key → handle */
  #byKey = new Map();
  /** @type {Map<string, string>} former key → handle */
  #byFormerKey = new Map();

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {Table<ContactRecord>} */
    this.rows = new Table("contacts", (handle) => this.#changed(handle));
  }

  async load() {
    await this.rows.load(this.engine.store);
    this.#byKey.clear();
    this.#byFormerKey.clear();
    // Where a registry has lied, two names may share a key: the older one counts.
    for (const contact of this.rows.all().toSorted((a, b) => b.addedAt - a.addedAt)) this.#index(contact);
  }

  /** @param {string} handle in full */
  find(handle) {
    return this.rows.get(handle);
  }

  /** @param {string} peer */
  ofKey(peer) {
    const handle = this.#byKey.get(peer);
    return handle === undefined ? undefined : this.rows.get(handle);
  }

  /**
   * The conversation in which messages of this key stand: that of the key which has replaced it, unless
   * somebody went
   * on writing with the old one.
   * @param {string} peer
   * @returns {string}
   */
  home(peer) {
    const handle = this.#byFormerKey.get(peer);
    if (handle === undefined || this.engine.conversations.rows.get(peer)) return peer;
    return this.rows.get(handle)?.peer ?? peer;
  }

  /** The key and those that it has replaced. @param {string} peer @returns {string[]} */
  keysOf(peer) {
    return [peer, ...(this.ofKey(peer)?.former ?? []).map((key) => key.peer)];
  }

  /** The short form of a full handle on the own server. @param {string} handle */
  display(handle) {
    return parseFullHandle(handle).display(this.engine.identity.handle.server);
  }

  /**
   * Trust this key on first use. A contact that exists already keeps its key.
   * @param {Unit} unit
   * @param {RegistryEntry} entry
   * @param {number} now
   * @returns {ContactRecord}
   */
  pin(unit, entry, now) {
    return this.rows.edit(unit, entry.handle.toString(), () => ({
      handle: entry.handle.toString(),
      peer: entry.primary.hex,
      sigchainUrl: entry.sigchainUrl,
      addedAt: now,
      checkedAt: now,
      verifiedAt: null,
      offered: null,
      former: [],
      listed: false,
    }));
  }

  /**
   * Write down what the registry answered: the pinned key again, or another one, which blocks sending.
   * @param {Unit} unit
   * @param {RegistryEntry} entry
   * @param {number} now
   * @returns {{contact: ContactRecord, isNews: boolean}} whether another key is offered that was not before
   */
  noteAnswer(unit, entry, now) {
    const contact = this.pin(unit, entry, now);
    const before = contact.offered;
    contact.checkedAt = now;
    contact.offered = contact.peer === entry.primary.hex ? null : entry.primary.hex;
    if (contact.offered === null) contact.sigchainUrl = entry.sigchainUrl;
    return { contact, isNews: contact.offered !== null && contact.offered !== before };
  }

  /**
   * Put the offered key in the place of the old one; it counts as not compared yet.
   * @param {Unit} unit
   * @param {RegistryEntry} entry
   * @param {number} now
   */
  accept(unit, entry, now) {
    const contact = this.pin(unit, entry, now);
    const fresh = entry.primary.hex;
    const former = contact.former.filter((key) => key.peer !== fresh && key.peer !== contact.peer);
    former.unshift({ peer: contact.peer, replacedAt: now, wasVerified: contact.verifiedAt !== null });
    Object.assign(contact, {
      peer: fresh,
      sigchainUrl: entry.sigchainUrl,
      checkedAt: now,
      verifiedAt: null,
      offered: null,
      former,
    });
  }

  /** @param {string} handle */
  #changed(handle) {
    for (const map of [this.#byKey, this.#byFormerKey]) {
      for (const [peer, owner] of map) if (owner === handle) map.delete(peer);
    }
    const contact = this.rows.get(handle);
    if (!contact) return;
    this.#index(contact);
    this.engine.news.conversation(contact.peer);
  }

  /** @param {Readonly<ContactRecord>} contact */
  #index(contact) {
    const other = this.ofKey(contact.peer);
    if (!other || other.addedAt >= contact.addedAt) this.#byKey.set(contact.peer, contact.handle);
    for (const { peer } of contact.former) this.#byFormerKey.set(peer, contact.handle);
  }
}
