/** The files that wait in the composer: picked for one conversation, to be sent with the next press of Send. */

import { MAX_FILE_BYTES } from "../../../chat/files/desk.js";
import { oneLine } from "../clean_text.js";
import { el, setChildren } from "../dom.js";
import { TrayItem } from "./tray_item.js";

const MOST = 20;

/**
 * @typedef {object} TrayOptions
 * @property {HTMLElement} list  a <ul>
 * @property {HTMLElement} note  what stands below it
 * @property {(peer: string, file: File, options: import("../../../chat/files/desk.js").SendOptions) => Promise<unknown>}
 *   send stores one
 * @property {() => void} changed  there are more or fewer
 * @property {(sentence: string) => void} refused
 * @property {(peer: string) => string} nameOf  as the command line knows the peer
 */

export class Tray {
  /** @type {Map<string, TrayItem[]>} */
  #items = new Map();
  /** @type {string|null} */
  #peer = null;

  /** @param {TrayOptions} options */
  constructor(options) {
    this.options = options;
    options.list.addEventListener("warning", () => this.#draw());
  }

  /** Whether something waits for Send in the open conversation. */
  get isFull() {
    return this.#shown().some((item) => item.isWaiting);
  }

  /** @param {string|null} peer whose files are shown */
  show(peer) {
    this.#peer = peer;
    this.#draw();
  }

  /**
   * Take files up; those that are too large are refused before anything of them is read.
   *
   * @param {string} peer
   * @param {File[]} files
   */
  add(peer, files) {
    const items = this.#items.get(peer) ?? [];
    this.#items.set(peer, items);
    for (const file of files) {
      const refusal = this.#refusal(peer, file, items.length);
      if (refusal) {
        this.options.refused(refusal);
      } else {
        items.push(new TrayItem(file, (item) => this.#remove(peer, item)));
      }
    }
    this.#draw();
  }

  /**
   * Store them all, one after the other, in their order. What fails stays, with its reason.
   *
   * @param {string} peer
   * @returns {Promise<boolean>} whether all are stored
   */
  async send(peer) {
    const waiting = (this.#items.get(peer) ?? []).filter((item) => item.isWaiting);
    waiting.forEach((item) => item.begin());
    this.options.changed();
    let all = true;
    for (const item of waiting) {
      const stored = await item.send((options) => this.options.send(peer, item.file, options));
      if (stored) {
        this.#remove(peer, item);
      }
      all &&= stored;
    }
    this.#draw();
    return all;
  }

  close() {
    for (const [peer, items] of this.#items) {
      [...items].forEach((item) => this.#remove(peer, item));
    }
  }

  /**
   * @param {string} peer
   * @param {File} file
   * @param {number} count
   */
  #refusal(peer, file, count) {
    if (count >= MOST) {
      return `At most ${MOST} files go at a time; send these first.`;
    }
    if (file.size <= MAX_FILE_BYTES) {
      return null;
    }
    return `“${oneLine(file.name, 60)}” is too large to go from the browser, where a file may have up to 10 MiB. `
      + `In a terminal, kez-chat share ${this.options.nameOf(peer)} FILE sends one of any size.`;
  }

  /** @param {string} peer @param {TrayItem} item */
  #remove(peer, item) {
    const items = this.#items.get(peer) ?? [];
    this.#items.set(peer, items.filter((one) => one !== item));
    item.close();
    this.#draw();
  }

  #shown() {
    return this.#peer === null ? [] : (this.#items.get(this.#peer) ?? []);
  }

  #draw() {
    const { list, note, changed } = this.options;
    const items = this.#shown();
    setChildren(list, items.map((item) => item.element));
    list.hidden = items.length === 0;
    note.hidden = items.length === 0;
    const warnings = items.flatMap((item) => item.warning || []);
    setChildren(note, [...new Set(warnings)].map((warning) => el("span", { text: warning })));
    note.append(warnings.length === 0 ? "Up to 10 MiB each; larger with kez-chat share." : "");
    changed();
  }
}
