/**
 * The place to write: grows with its text, sends with Enter, keeps a draft, knows the limit of a message. Files that
 * wait beside it (files/tray.js) go with the same press.
 */

import { byteLength } from "./clean_text.js";
import { excerpt } from "./message_view.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/** The longest text of one message, in UTF-8 bytes (as `kezproto/bodies.py`). */
export const MOST_BYTES = 65536;
// The counter shows from here on.
const TELL_FROM = MOST_BYTES - 2000;
const DRAFT_AFTER_MS = 400;

/**
 * @typedef {object} ComposerParts
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} area
 * @property {HTMLButtonElement} send
 * @property {HTMLElement} counter
 * @property {HTMLElement} reply      what is answered
 * @property {HTMLElement} replyName
 * @property {HTMLElement} replyText
 * @property {HTMLButtonElement} replyCancel
 */

/**
 * @typedef {object} ComposerEvents
 * @property {(text: string, replyTo: string|undefined) => Promise<unknown>} send rejects where it was refused; the text
 *   is empty where only files wait
 * @property {() => boolean} hasFiles
 * @property {(text: string) => void} draft
 * @property {() => void} typing
 * @property {() => void} lookUp   arrow up in an empty field
 * @property {(error: unknown) => void} refused
 */

export class Composer {
  /**
   * @param {ComposerParts} parts
   * @param {ComposerEvents} events
   * @param {AbortSignal} signal
   */
  constructor(parts, events, signal) {
    this.parts = parts;
    this.events = events;
    /** @type {string|undefined} */
    this.replyTo = undefined;
    this.saved = "";
    this.timer = 0;
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    }, { signal });
    parts.area.addEventListener("input", () => this.#typed(), { signal });
    parts.area.addEventListener("keydown", (event) => this.#key(event), { signal });
    parts.replyCancel.addEventListener("click", () => this.answer(null, ""), { signal });
    window.addEventListener("pagehide", () => this.saveDraft(), { signal });
    document.addEventListener("visibilitychange", () => this.saveDraft(), { signal });
  }

  /** Begin with a draft. @param {string} draft */
  start(draft) {
    this.answer(null, "");
    this.parts.area.value = draft;
    this.saved = draft;
    this.#fit();
  }

  /** Save what is not saved yet, and stop. */
  stop() {
    this.saveDraft();
  }

  focus() {
    this.parts.area.focus({ preventScroll: true });
  }

  /**
   * @param {MessageView|null} message that the next text answers
   * @param {string} author
   */
  answer(message, author) {
    this.replyTo = message?.id;
    this.parts.reply.hidden = !message;
    if (message) {
      this.parts.replyName.textContent = author;
      this.parts.replyText.textContent = excerpt(message);
    }
  }

  /** Put a text where the cursor is. @param {string} text */
  insert(text) {
    const { area } = this.parts;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    this.#typed();
    this.focus();
  }

  async submit() {
    const { area } = this.parts;
    const text = area.value;
    const { replyTo } = this;
    if ((text.trim() === "" && !this.events.hasFiles()) || byteLength(text) > MOST_BYTES) {
      return;
    }
    area.value = "";
    this.answer(null, "");
    this.#fit();
    this.saveDraft();
    try {
      await this.events.send(text, replyTo);
    } catch (error) {
      // Nothing was stored: the words go back to where they were written.
      area.value = area.value === "" ? text : `${text}\n${area.value}`;
      this.#typed();
      this.events.refused(error);
    }
  }

  /** Whether there is something to send has changed. */
  fit() {
    this.#fit();
  }

  saveDraft() {
    clearTimeout(this.timer);
    this.timer = 0;
    const text = this.parts.area.value;
    if (text !== this.saved) {
      this.saved = text;
      this.events.draft(text);
    }
  }

  #typed() {
    this.#fit();
    if (this.parts.area.value !== "") {
      this.events.typing();
    }
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.saveDraft(), DRAFT_AFTER_MS);
  }

  #fit() {
    const { area, send, counter } = this.parts;
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${area.scrollHeight}px`);
    // Counting bytes costs; a text this short cannot be near the limit.
    const bytes = area.value.length * 3 > TELL_FROM ? byteLength(area.value) : 0;
    const left = MOST_BYTES - bytes;
    counter.hidden = bytes < TELL_FROM;
    counter.textContent = left >= 0 ? `${left.toLocaleString("en")} left` : `${(-left).toLocaleString("en")} too many`;
    counter.classList.toggle("over", left < 0);
    send.disabled = left < 0 || (area.value.trim() === "" && !this.events.hasFiles());
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && this.parts.area.value === "") {
      event.preventDefault();
      this.events.lookUp();
    } else if (event.key === "Escape" && this.replyTo) {
      event.stopPropagation();
      this.answer(null, "");
    }
  }
}
