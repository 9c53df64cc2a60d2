/** A history leaves this device, or comes to it, as a file that only its owner's key opens. */

import { exportHistory, importHistory } from "../vault/archive.js";
import { isUnread } from "./records.js";
import { UNOPENED } from "./types.js";

const PAGE = 200;

export class Transfer {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @returns {Promise<Blob>} */
  async exportHistory() {
    await this.engine.writer.settled();
    return exportHistory(this.engine.store, this.engine.identity);
  }

  /**
   * What is here already stays as it is.
   * @param {Blob} blob
   * @returns {Promise<{added: number, known: number}>}
   */
  async importHistory(blob) {
    const { engine } = this;
    // Nothing else is written meanwhile: what is in memory must be what is stored.
    const counts = await engine.writer.run(async () => {
      const found = await importHistory(engine.store, engine.identity, blob);
      await engine.loadTables();
      return found;
    });
    for (const { peer } of engine.conversations.rows.all()) await this.#bringUpToDate(peer);
    engine.emit("conversations", { peers: engine.conversations.rows.all().map((row) => row.peer) });
    return counts;
  }

  /** The row of a conversation, after messages were added behind its back. @param {string} peer */
  async #bringUpToDate(peer) {
    if (peer === UNOPENED) return;
    const { book, conversations, store, writer } = this.engine;
    await writer.run(async (unit) => {
      const row = conversations.edit(unit, peer);
      let unread = 0;
      for (const group of book.keysOf(peer)) {
        const [newest] = await store.page("messages", group, { limit: 1, newestFirst: true });
        if (newest && newest.value.order > row.lastOrder) conversations.noteLast(unit, peer, newest.value);
        let after = row.readOrder;
        for (;;) {
          const page = await store.page("messages", group, { after, limit: PAGE });
          if (!page.length) break;
          unread += page.filter(({ value }) => isUnread(value, row.readOrder)).length;
          after = page[page.length - 1].order ?? Infinity;
        }
      }
      row.unread = unread;
    });
  }
}
