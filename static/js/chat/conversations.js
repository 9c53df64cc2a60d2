/**
 * The list of conversations: one small row for each peer, in memory and stored, kept up to date with every
 * message.
 */

import { ChatError } from "./errors.js";
import { UNOPENED } from "./types.js";
import { Table } from "./table.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("./types.js").Summary} Summary */

/**
 * @typedef {object} ConversationRecord
 * @property {string} peer
 * @property {string|null} claimed  the handle under which the peer last wrote
 * @property {import("./types.js").NameState} nameState  of that handle; a pinned contact counts for more
 * @property {{id: string, text: string, at: number, mine: boolean, state: import("./types.js").MessageState,
 *   kind: import("./types.js").MessageView["kind"]}|null} last
 * @property {number} lastOrder
 * @property {number} unread
 * @property {number} readOrder  messages up to this place were seen
 * @property {boolean} accepted  the owner wants to talk to this peer
 * @property {boolean} blocked
 */

const EXCERPT = 200;

export class Conversations {
  /** @type {Map<string, string>} */
  #drafts = new Map();

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {Table<ConversationRecord>} */
    this.rows = new Table("conversations", (peer) => engine.news.conversation(peer));
  }

  async load() {
    await this.rows.load(this.engine.store);
    const drafts = await this.engine.store.all("drafts");
    this.#drafts = new Map(drafts.map(({ key, value }) => [key, value]));
  }

  /** @returns {Summary[]} newest first */
  summaries() {
    const peers = new Set(this.rows.all().map((row) => row.peer));
    for (const peer of this.#drafts.keys()) peers.add(peer);
    const shown = [...peers].map((peer) => this.#summaryOf(peer)).filter((summary) => this.#isShown(summary));
    return shown.sort((one, other) => this.#placeOf(other.peer) - this.#placeOf(one.peer));
  }

  /** @param {string} peer @returns {Summary|undefined} */
  summary(peer) {
    const known = this.rows.get(peer) || this.engine.book.ofKey(peer);
    return known ? this.#summaryOf(peer) : undefined;
  }

  /** The row of a peer, to be changed in this unit. @param {Unit} unit @param {string} peer */
  edit(unit, peer) {
    return this.rows.edit(unit, peer, () => ({
      peer,
      claimed: null,
      nameState: "unchecked",
      last: null,
      lastOrder: 0,
      unread: 0,
      readOrder: 0,
      accepted: false,
      blocked: false,
    }));
  }

  /** A message has come or was written. @param {Unit} unit @param {MessageRecord} record */
  noteAdded(unit, record) {
    const row = this.edit(unit, this.engine.book.home(record.peer));
    if (record.mine || this.engine.book.ofKey(row.peer)?.listed) row.accepted = true;
    if (!record.mine) {
      row.unread += 1;
      row.claimed = record.handle;
      row.nameState = record.nameState;
    }
    if (record.order >= row.lastOrder) this.#setLast(row, record);
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  noteChanged(unit, record) {
    const peer = this.engine.book.home(record.peer);
    const row = this.rows.within(unit, peer);
    const { last } = row ?? {};
    if (last?.id === record.id && last.mine === record.mine) this.#setLast(this.edit(unit, peer), record);
  }

  /** @param {Unit} unit @param {import("./records.js").Unopened} record */
  noteUnopened(unit, record) {
    const row = this.edit(unit, UNOPENED);
    row.unread += 1;
    row.lastOrder = record.order;
    row.last = {
      id: record.digest,
      text: record.cause,
      at: record.storedAt,
      mine: false,
      state: "received",
      kind: "unopened",
    };
  }

  /**
   * What now stands last, after something was removed.
   * @param {Unit} unit
   * @param {string} peer
   * @param {MessageRecord|undefined} record
   */
  noteLast(unit, peer, record) {
    const row = this.edit(unit, peer);
    if (record) this.#setLast(row, record);
    else row.last = null;
  }

  /** @param {string} peer @param {string} text */
  async setDraft(peer, text) {
    if ((this.#drafts.get(peer) ?? "") === text) return;
    if (text) this.#drafts.set(peer, text);
    else this.#drafts.delete(peer);
    await this.engine.writer.run(async (unit) => {
      if (text) unit.put("drafts", peer, text);
      else unit.remove("drafts", peer);
    });
    this.engine.news.conversation(peer);
  }

  /** @param {Unit} unit @param {string} from @param {string} to */
  moveDraft(unit, from, to) {
    const text = this.#drafts.get(from);
    if (!text) return;
    unit.remove("drafts", from);
    unit.put("drafts", to, text);
    unit.afterwards(() => {
      this.#drafts.delete(from);
      this.#drafts.set(to, text);
    });
  }

  /** A peer to whom something may be done. @param {string} peer */
  mustKnow(peer) {
    if (peer === UNOPENED || (!this.rows.get(peer) && !this.engine.book.ofKey(peer))) {
      throw new ChatError("unknown_peer");
    }
  }

  /** @param {ConversationRecord} row @param {MessageRecord} record */
  #setLast(row, record) {
    row.lastOrder = record.order;
    row.last = {
      id: record.id,
      text: record.text.slice(0, EXCERPT),
      at: record.at,
      mine: record.mine,
      state: record.state,
      kind: record.kind,
    };
  }

  /** @param {Summary} summary */
  #isShown(summary) {
    if (summary.peer === UNOPENED) return summary.last !== null;
    return summary.last !== null || summary.draft !== "" || summary.blocked;
  }

  /** @param {string} peer */
  #placeOf(peer) {
    return this.rows.get(peer)?.lastOrder ?? 0;
  }

  /** @param {string} peer @param {string|null} handle */
  #titleOf(peer, handle) {
    if (peer === UNOPENED) return "Could not be opened";
    return handle ? this.engine.book.display(handle) : shortKey(peer);
  }

  /** @param {string} peer @returns {Summary} */
  #summaryOf(peer) {
    const row = this.rows.get(peer);
    const contact = this.engine.book.ofKey(peer);
    const nameState = contact ? "pinned" : (row?.nameState ?? "unchecked");
    const handle = contact?.handle ?? (nameState === "unverified" ? null : (row?.claimed ?? null));
    const last = row?.last ?? null;
    return {
      peer,
      title: this.#titleOf(peer, handle),
      handle,
      nameState: peer === UNOPENED ? "pinned" : nameState,
      claimed: handle === null ? (row?.claimed ?? null) : null,
      last: last && { ...last, at: new Date(last.at) },
      unread: row?.unread ?? 0,
      draft: this.#drafts.get(peer) ?? "",
      request: peer !== UNOPENED && !!row?.last && !row.accepted && !row.blocked,
      blocked: row?.blocked ?? false,
      keyChange: contact?.offered ? { known: contact.peer, offered: contact.offered } : null,
      verified: contact?.verifiedAt != null,
    };
  }
}

/** @param {string} peer */
function shortKey(peer) {
  return `ed25519:${peer.slice(0, 12)}…`;
}
