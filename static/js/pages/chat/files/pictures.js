/**
 * The pictures of one conversation as addresses that an `<img>` can show: made when they are wanted, a few dozen kept,
 * all given back in the end.
 */

import { HEAD_BYTES, pictureOf } from "../../../chat/files/picture.js";

const MOST = 48;

export class Pictures {
  /** @type {Map<string, Promise<string|null>>} oldest first */
  #urls = new Map();
  #closed = false;

  /** @param {(key: string) => Promise<Blob>} open the bytes of a message's file */
  constructor(open) {
    this.open = open;
  }

  /**
   * An address for the picture; null where its bytes are not one that may be shown.
   *
   * @param {string} key of the message
   * @returns {Promise<string|null>}
   */
  urlOf(key) {
    const known = this.#urls.get(key) ?? this.#make(key);
    this.#urls.delete(key);
    this.#urls.set(key, known);
    known.catch(() => this.#urls.delete(key)); // it may go better the next time
    if (this.#urls.size > MOST) {
      this.#drop([...this.#urls.keys()][0]);
    }
    return known;
  }

  close() {
    this.#closed = true;
    for (const key of [...this.#urls.keys()]) {
      this.#drop(key);
    }
  }

  /** @param {string} key */
  async #make(key) {
    const url = await pictureUrl(await this.open(key));
    if (this.#closed && url) {
      URL.revokeObjectURL(url);
      return null;
    }
    return url;
  }

  /** @param {string} key */
  #drop(key) {
    this.#urls.get(key)?.then((url) => url && URL.revokeObjectURL(url), () => undefined);
    this.#urls.delete(key);
  }
}

/**
 * An address for a picture, as the type that its bytes have, whatever somebody says; null for anything else.
 *
 * @param {Blob} file
 * @returns {Promise<string|null>}
 */
export async function pictureUrl(file) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const picture = pictureOf(head);
  return picture && URL.createObjectURL(file.slice(0, file.size, picture.type));
}
