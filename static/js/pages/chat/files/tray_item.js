/** One file in the tray: a thumbnail or an icon, its name, and how far it is. */

import { isHeic, HEAD_BYTES, pictureOf } from "../../../chat/files/picture.js";
import { icon } from "../../../ui/icons.js";
import { sentence } from "../../../ui/sentences.js";
import { oneLine, sizeText } from "../clean_text.js";
import { el } from "../dom.js";
import { kindOf } from "./kinds.js";
import { progressBar, setProgress } from "./progress_bar.js";

/** @typedef {import("../../../chat/files/desk.js").SendOptions} SendOptions */

const HEIC = "This picture is in a format that many browsers can't show (HEIC). It is sent as a file.";

export class TrayItem {
  /** @type {"waiting"|"packing"|"failed"} */
  #state = "waiting";
  #abort = new AbortController();
  /** @type {string|null} */
  #url = null;
  #closed = false;

  /**
   * @param {File} file
   * @param {(item: TrayItem) => void} remove
   */
  constructor(file, remove) {
    this.file = file;
    this.warning = "";
    const name = oneLine(file.name, 80) || "A file";
    this.sign = el("span", { class: "tray-sign", attrs: { "aria-hidden": "true" } }, icon(kindOf(file.name, file.type)));
    this.bar = progressBar(name);
    this.bar.hidden = true;
    this.words = el("span", { class: "tray-size", text: sizeText(file.size) });
    const cross = el(
      "button",
      { class: "icon-button", attrs: { type: "button", "aria-label": `Do not send ${name}`, title: "Do not send it" } },
      icon("cross"),
    );
    cross.addEventListener("click", () => {
      this.#abort.abort();
      remove(this);
    });
    this.element = el(
      "li",
      { class: "tray-item" },
      this.sign,
      el("span", { class: "tray-words" }, el("b", { text: name, attrs: { dir: "auto" } }), this.words),
      cross,
      this.bar,
    );
    this.#lookInside();
  }

  /** Whether the next Send takes it. */
  get isWaiting() {
    return this.#state !== "packing";
  }

  begin() {
    this.#state = "packing";
    this.words.textContent = "Waiting for its turn";
    this.element.classList.remove("failed");
  }

  /**
   * @param {(options: SendOptions) => Promise<unknown>} store
   * @returns {Promise<boolean>} whether it is stored, or not wanted any more
   */
  async send(store) {
    const { signal } = this.#abort;
    if (signal.aborted) {
      return true;
    }
    this.bar.hidden = false;
    const progress = (/** @type {number} */ share) => {
      const words = `Sealing ${Math.floor(100 * share)} %`;
      this.words.textContent = words;
      setProgress(this.bar, share, words);
    };
    progress(0);
    try {
      await store({ progress, signal });
      return true;
    } catch (error) {
      if (signal.aborted) {
        return true;
      }
      this.#state = "failed";
      this.bar.hidden = true;
      this.element.classList.add("failed");
      this.words.textContent = sentence(error);
      return false;
    }
  }

  close() {
    this.#closed = true;
    if (this.#url) {
      URL.revokeObjectURL(this.#url);
    }
  }

  /** A thumbnail where it is a picture that browsers show, a warning where it is one that many can't. */
  async #lookInside() {
    try {
      const head = new Uint8Array(await this.file.slice(0, HEAD_BYTES).arrayBuffer());
      const picture = pictureOf(head);
      if (picture && !this.#closed) {
        this.#url = URL.createObjectURL(this.file.slice(0, this.file.size, picture.type));
        this.sign.replaceChildren(el("img", { attrs: { src: this.#url, alt: "" } }));
      } else if (isHeic(head)) {
        this.warning = HEIC;
        this.element.dispatchEvent(new Event("warning", { bubbles: true }));
      }
    } catch {
      // It can't be read; sending it says so.
    }
  }
}
