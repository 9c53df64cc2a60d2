/**
 * Reading what is stored: pages of a conversation, single messages, search; and removing a message from this
 * device.
 */

import { Slices } from "../proto/slices.js";
import { ChatError } from "./errors.js";
import { isUnread, messageKey, viewOfUnopened } from "./records.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./types.js").MessageView} MessageView */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */

const PAGE = 50;
const SCAN = 200;

export class History {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * @param {string} peer
   * @param {{before?: number, limit?: number}} options
   * @returns {Promise<{items: MessageView[], more: boolean}>}
   */
  async page(peer, { before, limit = PAGE }) {
    const readOrder = this.engine.conversations.rows.get(peer)?.readOrder ?? 0;
    const found = await this.#newest(peer, before, limit + 1);
    const items = found.slice(0, limit).reverse();
    if (before === undefined) this.engine.people.noteLookedAt(peer);
    return { items: items.map((record) => this.#view(record, peer, readOrder)), more: found.length > limit };
  }

  /** @param {string} peer @param {string} id @returns {Promise<MessageView|undefined>} */
  async find(peer, id) {
    const readOrder = this.engine.conversations.rows.get(peer)?.readOrder ?? 0;
    if (peer === UNOPENED) {
      const kept = await this.engine.store.get("unopened", id);
      return kept && viewOfUnopened(kept, UNOPENED, readOrder);
    }
    const record = await this.record(peer, id);
    return record && this.engine.viewOf(record, peer);
  }

  /**
   * The stored message of a conversation, whoever wrote it.
   * @param {string} peer
   * @param {string} id
   * @returns {Promise<MessageRecord|undefined>}
   */
  async record(peer, id) {
    const peers = this.engine.book.keysOf(peer);
    const senders = [this.engine.identity.primary.hex, ...peers];
    const found = await this.engine.store.getMany("messages", senders.map((sender) => messageKey(sender, id)));
    return found.find((record) => record && peers.includes(record.peer));
  }

  /**
   * @param {string} text
   * @param {{peer?: string, limit?: number, signal?: AbortSignal}} options
   * @returns {Promise<MessageView[]>}
   */
  async search(text, { peer, limit = PAGE, signal }) {
    const wanted = folded(text.trim());
    if (!wanted) return [];
    const peers = peer === undefined ? this.engine.conversations.rows.all().map((row) => row.peer) : [peer];
    const slices = new Slices();
    /** @type {MessageView[]} */
    const hits = [];
    for (const each of peers.filter((one) => one !== UNOPENED)) {
      for (const group of this.engine.book.keysOf(each)) {
        for await (const record of this.#scan(group, signal)) {
          if (folded(record.text).includes(wanted)) hits.push(this.engine.viewOf(record, each));
          if (hits.filter((hit) => hit.peer === each).length >= limit) break;
          await slices.breathe();
        }
      }
    }
    return hits.sort((one, other) => other.order - one.order).slice(0, limit);
  }

  /** @param {string} peer @param {string} id */
  async deleteLocally(peer, id) {
    if (peer === UNOPENED) {
      await this.#deleteUnopened(id);
      return;
    }
    const record = await this.record(peer, id);
    if (!record) throw new ChatError("unknown_message");
    await this.engine.writer.run(async (unit) => {
      const { conversations, news, outbox, sequences } = this.engine;
      const key = messageKey(record.sender, record.id);
      this.engine.files.remove(unit, key);
      unit.afterwards(() => this.#stopTransfers(key));
      unit.remove("messages", key);
      if (record.hash !== "") sequences.noteSeen(unit, record.sender, record.id, record.hash);
      if (record.state === "failed") {
        outbox.remove(unit, { purpose: "message", recipient: record.peer, messageId: record.id });
      }
      const row = conversations.edit(unit, peer);
      if (isUnread(record, row.readOrder)) row.unread = Math.max(0, row.unread - 1);
      if (row.last?.id === record.id) {
        const rest = await this.#newest(peer, undefined, 2);
        conversations.noteLast(unit, peer, rest.find((each) => each.id !== record.id));
      }
      news.removed(unit, record.peer, record.id);
    });
  }

  /** @param {string} key */
  #stopTransfers(key) {
    this.engine.uploads.stop(key);
    this.engine.downloads.stop(key);
  }

  /** @param {string} digest */
  async #deleteUnopened(digest) {
    await this.engine.writer.run(async (unit) => {
      if (!(await unit.get("unopened", digest))) throw new ChatError("unknown_message");
      await this.removeUnopened(unit, digest);
    });
  }

  /** @param {import("./unit.js").Unit} unit @param {string} digest */
  async removeUnopened(unit, digest) {
    const { conversations, news, store } = this.engine;
    const record = await unit.get("unopened", digest);
    unit.remove("unopened", digest);
    unit.put("seen", `${UNOPENED}/${digest}`, { hash: digest });
    const row = conversations.edit(unit, UNOPENED);
    if (record && record.order > row.readOrder) row.unread = Math.max(0, row.unread - 1);
    const left = await store.page("unopened", "all", { limit: 2, newestFirst: true });
    const last = left.map(({ value }) => value).find((each) => each.digest !== digest);
    if (!last) row.last = null;
    else if (row.last) Object.assign(row.last, { id: last.digest, text: last.cause, at: last.storedAt });
    news.removed(unit, UNOPENED, digest);
  }

  /**
   * The newest `limit` records before a place, newest first.
   * @param {string} peer
   * @param {number|undefined} before
   * @param {number} limit
   * @returns {Promise<any[]>}
   */
  async #newest(peer, before, limit) {
    const { book, store } = this.engine;
    const options = { limit, newestFirst: true, ...(before === undefined ? {} : { before }) };
    const pages =
      peer === UNOPENED
        ? [await store.page("unopened", "all", options)]
        : await Promise.all(book.keysOf(peer).map((group) => store.page("messages", group, options)));
    const records = pages.flat().map(({ value }) => value);
    return pages.length > 1 ? records.sort((one, other) => other.order - one.order).slice(0, limit) : records;
  }

  /**
   * Newest first.
   * @param {string} group
   * @param {AbortSignal|undefined} signal
   * @returns {AsyncGenerator<MessageRecord>}
   */
  async *#scan(group, signal) {
    /** @type {number|undefined} */
    let before;
    for (;;) {
      const options = { limit: SCAN, newestFirst: true, ...(before === undefined ? {} : { before }) };
      const page = await this.engine.store.page("messages", group, options);
      if (!page.length) return;
      for (const { value } of page) {
        signal?.throwIfAborted();
        yield value;
      }
      before = page[page.length - 1].order;
    }
  }

  /** @param {any} record @param {string} peer @param {number} readOrder */
  #view(record, peer, readOrder) {
    return peer === UNOPENED ? viewOfUnopened(record, UNOPENED, readOrder) : this.engine.viewOf(record, peer);
  }
}

/**
 * As a search compares it: compatibility forms are the same, so are capital and small letters.
 * @param {string} text
 */
export function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}
