/** The owner has seen a conversation: nothing is unread any more, and the senders may learn of it. */

import { MAX_RECEIPT_IDS } from "../proto/bodies.js";
import { Slices } from "../proto/slices.js";
import { isUnread } from "./records.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./records.js").MessageRecord} MessageRecord */

const PAGE = 200;

export class Reading {
  /** @type {Map<string, Promise<void>>} */
  #running = new Map();
  /** @type {Set<string>} */
  #again = new Set();

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @param {string} peer @returns {Promise<void>} */
  markRead(peer) {
    const running = this.#running.get(peer);
    if (running) {
      this.#again.add(peer);
      return running;
    }
    const begun = this.#markUntilDone(peer).finally(() => this.#running.delete(peer));
    this.#running.set(peer, begun);
    return begun;
  }

  /** @param {string} peer */
  async #markUntilDone(peer) {
    do {
      this.#again.delete(peer);
      await this.#mark(peer);
    } while (this.#again.has(peer));
  }

  /** @param {string} peer */
  async #mark(peer) {
    const { conversations, writer } = this.engine;
    const row = conversations.rows.get(peer);
    if (!row || row.unread === 0) return;
    const upTo = row.lastOrder;
    const unread = peer === UNOPENED ? [] : await this.#unread(peer, row.readOrder, upTo);
    const owed = this.#owed(row, unread);
    await writer.run(async (unit) => {
      const slices = new Slices();
      for (const [sender, ids] of owed) {
        for (let first = 0; first < ids.length; first += MAX_RECEIPT_IDS) {
          const some = ids.slice(first, first + MAX_RECEIPT_IDS);
          await this.engine.composer.queueReceipt(unit, sender, some, "read");
          await slices.breathe();
        }
      }
      const draft = conversations.edit(unit, peer);
      draft.readOrder = Math.max(draft.readOrder, upTo);
      draft.unread = draft.lastOrder <= upTo ? 0 : Math.max(0, draft.unread - unread.length);
    });
  }

  /** @param {string} peer @param {number} after @param {number} upTo @returns {Promise<MessageRecord[]>} */
  async #unread(peer, after, upTo) {
    const slices = new Slices();
    /** @type {MessageRecord[]} */
    const found = [];
    for (const group of this.engine.book.keysOf(peer)) {
      let last = after;
      for (;;) {
        const range = { after: last, before: upTo + 1, limit: PAGE };
        const page = await this.engine.store.page("messages", group, range);
        if (!page.length) break;
        found.push(...page.map(({ value }) => value).filter((record) => isUnread(record, after)));
        last = page[page.length - 1].order ?? Infinity;
        await slices.breathe();
      }
    }
    return found;
  }

  /**
   * Who gets a read receipt for what: only people whose name is known to be theirs, and with whom the owner
   * talks.
   * @param {Readonly<import("./conversations.js").ConversationRecord>} row
   * @param {MessageRecord[]} unread
   * @returns {Map<string, string[]>}
   */
  #owed(row, unread) {
    /** @type {Map<string, string[]>} */
    const owed = new Map();
    if (!this.engine.settings.all.readReceipts || !row.accepted || row.blocked) return owed;
    for (const { id, sender, handle, nameState } of unread) {
      if (nameState !== "pinned" && this.engine.book.ofKey(sender)?.handle !== handle) continue;
      const ids = owed.get(sender);
      if (ids) ids.push(id);
      else owed.set(sender, [id]);
    }
    return owed;
  }
}
