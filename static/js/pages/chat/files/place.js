/** The files of one open conversation: what is shown of each, kept while it looks the same, so that no picture flickers. */

import { oneLine } from "../clean_text.js";
import { el } from "../dom.js";
import { keyOf } from "../rows.js";
import { fileContent, updateProgress } from "./content.js";
import { Pictures } from "./pictures.js";
import { saveAs } from "./saving.js";
import { showPicture } from "./viewer.js";

/** @typedef {import("../../../chat/types.js").MessageView} MessageView */
/** @typedef {import("../../../chat/types.js").EventDetails} EventDetails */

const MOST_KEPT = 300;
/** Enough to tell the files of one person apart. */
const REF_DIGITS = 12;

export class FilePlace {
  /** @type {Map<string, {looks: string, element: HTMLElement}>} */
  #kept = new Map();
  /** @type {Set<string>} asked about since the conversation was opened */
  #looked = new Set();

  /**
   * @param {object} options
   * @param {string} options.peer
   * @param {string} options.handle by which the command line knows the peer
   * @param {import("../../../chat/files/desk.js").FileDesk} options.files
   * @param {() => boolean} options.isHeld whether this is a request that is not accepted yet
   * @param {(words: string) => void} options.announce for screen readers
   */
  constructor({ peer, handle, files, isHeld, announce }) {
    this.peer = peer;
    this.handle = handle;
    this.files = files;
    this.isHeld = isHeld;
    this.announce = announce;
    this.pictures = new Pictures((key) => files.open(peer, key.split("/")[1]));
  }

  close() {
    this.pictures.close();
    this.#kept.clear();
  }

  /** Everything that the looks of a file depend on, but for its progress. @param {MessageView} message */
  looksOf(message) {
    const { done: _done, ...file } = message.file ?? { done: 0 };
    return JSON.stringify([message.text, file, message.mine, this.#isHeldFrom(message)]);
  }

  /**
   * What is shown of a message's file; the same element as long as it looks the same.
   *
   * @param {MessageView} message
   * @returns {HTMLElement}
   */
  contentOf(message) {
    const { file } = message;
    if (!file) {
      throw new TypeError("This message holds no file.");
    }
    const key = keyOf(message);
    const looks = this.looksOf(message);
    const kept = this.#kept.get(key);
    if (kept?.looks === looks) {
      updateProgress(kept.element, file);
      return kept.element;
    }
    const held = this.#isHeldFrom(message);
    const name = nameOfFile(message);
    if (kept && file.stage === "failed") {
      this.announce(`${name} has failed.`);
    }
    const element = fileContent({ message, file, name, held, command: this.commandFor(message) });
    this.#keep(key, { looks, element });
    if (!held) {
      this.#fill(key, element, name);
      this.#look(key, message);
    }
    return element;
  }

  /** @param {EventDetails["transfer"]} transfer */
  progress(transfer) {
    const kept = this.#kept.get(keyOf(transfer));
    if (kept) {
      updateProgress(kept.element, transfer);
    }
  }

  /** @param {MessageView} message */
  async view(message) {
    const url = await this.pictures.urlOf(keyOf(message));
    if (url) {
      const save = () => this.save(message);
      await showPicture({ name: nameOfFile(message), size: message.file?.size ?? 0, url, save });
    }
  }

  /** @param {MessageView} message */
  async save(message) {
    saveAs(await this.files.open(this.peer, message.id), message.text);
  }

  /** What to type in a terminal. @param {MessageView} message */
  commandFor(message) {
    return `kez-chat fetch ${this.handle} ${message.file?.ref.slice(0, REF_DIGITS) ?? ""}`;
  }

  /** @param {MessageView} message */
  #isHeldFrom(message) {
    return !message.mine && this.isHeld();
  }

  /** @param {string} key @param {{looks: string, element: HTMLElement}} entry */
  #keep(key, entry) {
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    if (this.#kept.size > MOST_KEPT) {
      const oldest = [...this.#kept].find(([, { element }]) => !element.isConnected);
      this.#kept.delete(oldest?.[0] ?? "");
    }
  }

  /** @param {string} key @param {HTMLElement} element @param {string} name */
  async #fill(key, element, name) {
    const image = element.querySelector("img");
    if (!image) {
      return;
    }
    image.addEventListener("load", () => image.classList.add("shown"), { once: true });
    image.addEventListener("error", () => cannotShow(element, name), { once: true });
    try {
      const url = await this.pictures.urlOf(key);
      if (url) {
        image.src = url;
      }
    } catch {
      cannotShow(element, name); // deleted a moment ago, or damaged on the disk
    }
  }

  /** Find out how it stands, once for each time that the conversation is opened. @param {string} key @param {MessageView} message */
  #look(key, { id, file }) {
    if (!file?.here && file?.mode === "chunked" && !this.#looked.has(key)) {
      this.#looked.add(key);
      this.files.look(this.peer, id).catch(() => this.#looked.delete(key));
    }
  }
}

/** @param {HTMLElement} content @param {string} name */
function cannotShow(content, name) {
  const place = content.querySelector("button.picture");
  if (place instanceof HTMLButtonElement) {
    place.disabled = true;
    place.removeAttribute("aria-label");
    place.replaceChildren(el("span", { text: `${name}: this picture can't be shown here.` }));
  }
}

/** A file's name that others chose, safe to show. @param {MessageView} message */
export function nameOfFile({ text }) {
  return oneLine(text, 120) || "A file";
}
