/**
 * Messages that others answer but that are not loaded: fetched once, remembered.
 */

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

export class Quotes {
  /**
   * @param {(id: string) => Promise<MessageView|undefined>} fetch
   * @param {() => void} onFound
   */
  constructor(fetch, onFound) {
    this.fetch = fetch;
    this.onFound = onFound;
    /** @type {Map<string, MessageView|null|undefined>} undefined: asked for */
    this.known = new Map();
  }

  /**
   * @param {string} id
   * @returns {MessageView|null|undefined} null where it does not exist here, undefined while it is fetched
   */
  find(id) {
    if (!this.known.has(id)) {
      this.known.set(id, undefined);
      this.fetch(id).then((found) => {
        this.known.set(id, found ?? null);
        this.onFound();
      });
    }
    return this.known.get(id);
  }
}
