/**
 * The loaded part of one conversation: always its newest messages, as far back as somebody has looked. No DOM.
 */

import { keyOf, merge } from "./rows.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {(wanted: {before?: number, limit: number}) => Promise<{items: MessageView[], more: boolean}>} Load */

export class ThreadModel {
  /** @param {Load} load pages of the conversation, oldest first */
  constructor(load) {
    this.load = load;
    /** @type {MessageView[]} oldest first */
    this.items = [];
    /** Whether the store holds older ones. */
    this.more = false;
    /** @type {Map<string, MessageView>} by `keyOf` */
    this.byKey = new Map();
    /** @type {Promise<number>|null} */
    this.loading = null;
  }

  /**
   * Loads one more page of older messages; calls at the same time share it.
   *
   * @param {number} limit
   * @returns {Promise<number>} how many came
   */
  loadOlder(limit) {
    this.loading ??= this.#loadPage(limit).finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  /** @param {number} limit */
  async #loadPage(limit) {
    const before = this.items[0]?.order;
    const { items, more } = await this.load(before === undefined ? { limit } : { before, limit });
    this.more = more && items.length > 0;
    const fresh = items.filter((message) => !this.has(message));
    this.add(fresh);
    return fresh.length;
  }

  /**
   * Loads back until `isThere` says yes or the beginning is reached.
   *
   * @param {() => boolean} isThere
   * @param {number} [limit] a page
   */
  async loadUntil(isThere, limit = 400) {
    while (!isThere() && this.more) {
      await this.loadOlder(limit);
    }
    return isThere();
  }

  /** @param {MessageView[]} messages new ones; those that are here already are replaced */
  add(messages) {
    const fresh = [];
    for (const message of messages) {
      if (this.has(message)) {
        this.change([message]);
      } else {
        this.byKey.set(keyOf(message), message);
        fresh.push(message);
      }
    }
    if (fresh.length > 0 && fresh[fresh.length - 1].order < (this.items[0]?.order ?? -Infinity)) {
      this.items.unshift(...fresh);
    } else {
      merge(this.items, fresh);
    }
  }

  /** @param {MessageView[]} messages such as are not loaded are left out */
  change(messages) {
    for (const message of messages) {
      const index = this.indexOf(keyOf(message));
      if (index >= 0) {
        this.byKey.set(keyOf(message), message);
        this.items[index] = message;
      }
    }
  }

  /** @param {string[]} ids */
  remove(ids) {
    for (const key of ids.flatMap((id) => [`out/${id}`, `in/${id}`])) {
      const index = this.indexOf(key);
      if (index >= 0) {
        this.items.splice(index, 1);
        this.byKey.delete(key);
      }
    }
  }

  /** @param {MessageView} message */
  has(message) {
    return this.byKey.has(keyOf(message));
  }

  /**
   * A message that another answers.
   *
   * @param {string} id
   */
  withId(id) {
    return this.byKey.get(`out/${id}`) ?? this.byKey.get(`in/${id}`);
  }

  /**
   * @param {string} key
   * @returns {number} -1 where it is not loaded
   */
  indexOf(key) {
    const message = this.byKey.get(key);
    if (!message) {
      return -1;
    }
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].order < message.order) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    while (this.items[low] && keyOf(this.items[low]) !== key) {
      low += 1;
    }
    return this.items[low] ? low : -1;
  }
}
