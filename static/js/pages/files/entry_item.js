/** One file of a list: what it is, for whom, until when; and the way to get it. */

import { kindOf } from "../chat/files/kinds.js";
import { progressBar, progressText, setProgress } from "../chat/files/progress_bar.js";
import { oneLine, sizeText } from "../chat/clean_text.js";
import { el } from "../chat/dom.js";
import { fullTime, listTime } from "../chat/times.js";
import { icon } from "../../ui/icons.js";
import { sentence } from "../../ui/sentences.js";

/** @typedef {import("../../chat/lists/views.js").EntryView} EntryView */
/**
 * @typedef {object} Acts
 * @property {(progress: (stage: "pending"|"loading", done: number, total: number) => void) => Promise<Blob>} fetch
 * @property {() => Promise<Blob>} thumbnail
 * @property {(bytes: Blob) => void} save
 * @property {(which: "small"|"whole") => Promise<string|null>} urlOf an address for what `EntryItem.picture` gives
 * @property {(url: string, bytes: Blob) => void} view
 * @property {(text: string) => void} copy
 * @property {() => void} readers change them; of the own list
 * @property {(text: string) => void} say to people who listen
 */

const COMMAND_DIGITS = 8;
const UNKNOWN_TYPE = /^(?:application\/octet-stream|)$/i;

const OWN_SENTENCES = {
  file_unknown: "The server no longer knows this file. Its owner can publish it again.",
  file_expired: "The server's time for this file is over. Its owner can publish it again.",
  file_changed: "What the server gave is not the file that was published; nothing of it was kept.",
};

export class EntryItem {
  /** What was downloaded. @type {Blob|null} */
  #bytes = null;

  /**
   * @param {EntryView} entry
   * @param {{own: boolean, command: string, now: Date, shown: (handle: string) => string}} options
   * @param {Acts} acts
   */
  constructor(entry, options, acts) {
    this.entry = entry;
    this.options = options;
    this.acts = acts;
    this.name = oneLine(entry.name, 200);
    this.place = el("span", { class: "shared-sign" }, icon(kindOf(entry.name, entry.mime)));
    this.foot = el("div", { class: "shared-foot" });
    this.button = this.#button();
    this.element = el(
      "li",
      { class: "shared-item", attrs: { "data-name": this.name } },
      this.place,
      el(
        "div",
        { class: "shared-words" },
        el("b", { text: this.name, attrs: { dir: "auto" } }),
        this.#facts(),
        entry.note ? el("p", { class: "shared-note", text: oneLine(entry.note, 300), attrs: { dir: "auto" } }) : null,
        this.#readers(),
      ),
      el("div", { class: "shared-acts" }, options.own ? this.#readersButton() : null, this.button),
      this.foot,
    );
    if (entry.mode === "iroh") {
      this.foot.replaceChildren(this.#command());
    } else if (this.#isExpired) {
      const text = options.own ? "Publish it again to renew it." : "Its owner can publish it again.";
      this.foot.replaceChildren(el("p", { class: "shared-hint", text }));
    }
  }

  get #isExpired() {
    const { expiresAt } = this.entry;
    return expiresAt !== null && expiresAt <= this.options.now;
  }

  /** The bytes of a picture of it. @param {"small"|"whole"} which @returns {Promise<Blob>} */
  async picture(which) {
    return which === "whole" && this.#bytes ? this.#bytes : this.acts.thumbnail();
  }

  /** Resolves when it is there, or never will be. */
  async showThumbnail() {
    if (!this.entry.hasThumbnail || this.#bytes) {
      return;
    }
    try {
      const url = await this.acts.urlOf("small");
      if (url && !this.#bytes) {
        this.place.replaceChildren(el("img", { attrs: { src: url, alt: "", draggable: false } }));
      }
    } catch {
      // The sign for its kind stays: the picture is not there any more, or is none.
    }
  }

  #facts() {
    const { size, mime, addedAt, expiresAt } = this.entry;
    const { now } = this.options;
    const facts = [
      el("span", { text: sizeText(size) }),
      UNKNOWN_TYPE.test(mime) ? null : el("span", { text: oneLine(mime, 80) }),
      el("span", {}, "added ", timeOf(addedAt, now)),
    ];
    if (this.#isExpired) {
      facts.push(el("span", { class: "shared-over", text: "expired" }));
    } else if (expiresAt) {
      facts.push(el("span", {}, "kept until ", timeOf(expiresAt, now)));
    }
    const there = facts.filter((fact) => fact !== null);
    return el("p", { class: "shared-facts" }, ...there.flatMap((fact, index) => (index > 0 ? [" · ", fact] : [fact])));
  }

  #readers() {
    const { readers } = this.entry;
    if (!readers) {
      return null;
    }
    const names = readers.map(({ handle }) => oneLine(this.options.shown(handle), 80));
    return el("p", { class: "shared-readers" }, icon("people"), `For ${names.join(", ") || "nobody"}`);
  }

  #button() {
    if (this.entry.mode === "iroh" || this.#isExpired) {
      return null;
    }
    const button = el(
      "button",
      { class: "button small", attrs: { type: "button", "aria-label": `Download ${this.name}` } },
      icon("download"),
      el("span", { class: "shared-word", text: "Download" }),
    );
    button.addEventListener("click", () => this.#download());
    return button;
  }

  #readersButton() {
    const label = `Who may see ${this.name}`;
    const button = el(
      "button",
      { class: "icon-button", attrs: { type: "button", "aria-label": label, title: label, "aria-haspopup": "dialog" } },
      icon("people"),
    );
    button.addEventListener("click", () => this.acts.readers());
    return button;
  }

  #command() {
    const { own, command } = this.options;
    if (own) {
      return el("p", { class: "shared-hint", text: "Served by your own machine, by Iroh." });
    }
    const text = `${command}${this.entry.id.slice(0, COMMAND_DIGITS)}`;
    const copy = el(
      "button",
      { class: "icon-button", attrs: { type: "button", "aria-label": "Copy the command", title: "Copy the command" } },
      icon("copy"),
    );
    copy.addEventListener("click", () => this.acts.copy(text));
    return el(
      "div",
      {},
      el("p", { class: "shared-hint", text: "Download needs the CLI:" }),
      el("p", { class: "file-command" }, el("code", { text, attrs: { dir: "ltr" } }), copy),
    );
  }

  async #download() {
    const { acts, button, foot, name } = this;
    if (!button) {
      return;
    }
    button.disabled = true;
    const bar = progressBar(name);
    const words = el("span", { class: "file-state" });
    foot.replaceChildren(words, bar);
    const show = (/** @type {"pending"|"loading"} */ stage, /** @type {number} */ done, /** @type {number} */ total) => {
      words.textContent = progressText(stage, done, total);
      setProgress(bar, total > 0 ? done / total : 0, words.textContent);
    };
    show("loading", 0, 1);
    try {
      this.#bytes ??= await acts.fetch(show);
      acts.save(this.#bytes);
      acts.say(`${name} is downloaded`);
      foot.replaceChildren();
      await this.#offerView(this.#bytes);
    } catch (error) {
      foot.replaceChildren(this.#failed(error));
    } finally {
      button.disabled = false;
    }
  }

  /** A picture that is here can be looked at. @param {Blob} bytes */
  async #offerView(bytes) {
    const url = await this.acts.urlOf("whole");
    if (!url) {
      return;
    }
    const image = el("img", { attrs: { src: url, alt: "", draggable: false } });
    const opener = el(
      "button",
      { class: "shared-sign", attrs: { type: "button", "aria-label": `Open the picture ${this.name}` } },
      image,
    );
    opener.addEventListener("click", () => this.acts.view(url, bytes));
    this.place.replaceWith(opener);
    this.place = opener;
  }

  /** @param {unknown} error */
  #failed(error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return el(
      "p",
      { class: "file-failed", attrs: { "data-code": code, role: "alert" } },
      icon("alert"),
      el("span", { text: oneLine(sentence(error, OWN_SENTENCES), 300) }),
    );
  }
}

/** @param {Date} moment @param {Date} now */
function timeOf(moment, now) {
  const attrs = { datetime: moment.toISOString(), title: fullTime(moment) };
  return el("time", { text: listTime(moment, now), attrs });
}
