/**
 * The messages of one conversation on the page: loads what is needed, keeps few rows in the document, stays at the end.
 */

import { isWatched, oncePerFrame } from "./dom.js";
import { Quotes } from "./quotes.js";
import { keyOf, rowsOf } from "./rows.js";
import { RowsView } from "./rows_view.js";
import { isAtEnd, scrollToRow, toEnd } from "./scroll_anchor.js";
import { ThreadModel } from "./thread_model.js";
import { untilMidnight } from "./times.js";
import { around, atEnd, earlier, later, MOST_ROWS } from "./window.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/**
 * @typedef {object} ThreadParts
 * @property {HTMLElement} scroller
 * @property {HTMLElement} list      an <ol>
 * @property {HTMLElement} skeleton  shown while the first page loads
 * @property {HTMLElement} empty     shown where nothing was said yet
 * @property {HTMLElement} toLatest  the button that leads to the end
 * @property {HTMLElement} missed    its words
 */

/**
 * @typedef {object} ThreadOptions
 * @property {import("./thread_model.js").Load} load
 * @property {Omit<import("./message_view.js").Surroundings, "find">} surroundings
 * @property {number} unread how many messages are unread
 * @property {(id: string) => Promise<MessageView|undefined>} fetch one message
 * @property {() => void} onSeen somebody is looking at the newest message
 */

const PAGE = 80;
// Unread messages further back than this are not looked for when a conversation is opened.
const MOST_UNREAD = 300;

export class Thread {
  /**
   * @param {ThreadParts} parts
   * @param {ThreadOptions} options
   */
  constructor(parts, { load, surroundings, unread, fetch, onSeen }) {
    this.parts = parts;
    this.model = new ThreadModel(load);
    const quotes = new Quotes(fetch, () => this.draw());
    const find = (/** @type {string} */ id) => this.model.withId(id) ?? quotes.find(id);
    this.rows = new RowsView(parts.scroller, parts.list, { ...surroundings, find });
    this.onSeen = onSeen;
    this.unread = unread;
    /** @type {string|null} */
    this.firstUnread = null;
    this.missed = 0;
    this.span = atEnd(0);
    this.follow = true;
    this.closed = false;
    this.loaded = false;
    this.draw = oncePerFrame(() => this.render());
    this.abort = new AbortController();
    this.resize = new ResizeObserver(() => this.follow && toEnd(parts.scroller));
  }

  /** Loads the newest page, and back to the first unread message where that is near. */
  async open() {
    const { parts, model } = this;
    parts.list.replaceChildren();
    parts.skeleton.hidden = false;
    parts.empty.hidden = true;
    parts.toLatest.hidden = true;
    await model.loadOlder(Math.min(this.unread, MOST_UNREAD) + PAGE);
    if (this.closed) {
      return;
    }
    this.loaded = true;
    parts.skeleton.hidden = true;
    this.span = atEnd(model.items.length);
    const unread = model.items.findIndex((message) => message.unread && !message.mine);
    // The line stands before the first of them all, or nowhere.
    this.firstUnread = unread > 0 || (unread === 0 && !model.more) ? keyOf(model.items[unread]) : null;
    this.#listen();
    this.render();
    if (this.firstUnread) {
      this.show(this.firstUnread, "start");
    }
    this.#scrolled();
  }

  close() {
    this.closed = true;
    this.draw.cancel();
    this.abort.abort();
    this.resize.disconnect();
    clearTimeout(this.midnight);
  }

  /**
   * News of this conversation, as the engine tells them.
   *
   * @param {{added: MessageView[], changed: MessageView[], removed: string[]}} news
   */
  take({ added, changed, removed }) {
    const fresh = added.filter((message) => !this.model.has(message));
    const { first, size, reachedEnd } = this.#place();
    this.model.remove(removed);
    this.model.change(changed);
    this.model.add(added);
    this.#keepPlace(first, reachedEnd ? MOST_ROWS : size);
    if (!this.loaded) {
      return;
    }
    const incoming = fresh.filter((message) => !message.mine);
    if (incoming.length < fresh.length) {
      this.firstUnread = null;
      this.follow = true;
    } else if (incoming.length > 0 && (!this.follow || !isWatched())) {
      this.missed += incoming.length;
      this.firstUnread ??= keyOf(incoming[0]);
    }
    this.draw();
  }

  render() {
    if (this.closed || !this.loaded) {
      return;
    }
    const { items } = this.model;
    if (this.follow) {
      this.span = atEnd(items.length);
    }
    this.rows.render(rowsOf(items, this.span.from, this.span.to, this.firstUnread), { atEnd: this.follow });
    this.parts.empty.hidden = items.length > 0;
    this.#showWayDown();
    this.noteSeen();
  }

  /** Go to the newest message. */
  jumpToEnd() {
    this.follow = true;
    this.render();
    this.parts.scroller.focus({ preventScroll: true });
  }

  /**
   * Loads back to a message and shows it; false where it is not in this conversation any more.
   *
   * @param {string} key
   */
  async jumpTo(key) {
    this.parts.scroller.setAttribute("aria-busy", "true");
    const { first, size } = this.#place();
    const found = await this.model.loadUntil(() => this.model.byKey.has(key));
    this.#keepPlace(first, size);
    this.parts.scroller.removeAttribute("aria-busy");
    if (!found || this.closed) {
      return false;
    }
    this.show(key, "center");
    this.rows.point(key);
    return true;
  }

  /**
   * @param {string} key of a loaded message
   * @param {"start"|"center"} place
   */
  show(key, place) {
    const index = this.model.indexOf(key);
    this.follow = false;
    if (index < this.span.from || index >= this.span.to) {
      this.span = around(index, this.model.items.length);
    }
    this.render();
    const row = this.rows.elementOf(key);
    if (row) {
      scrollToRow(this.parts.scroller, row, place);
    }
    this.#noteWhere();
  }

  #listen() {
    const { scroller, toLatest } = this.parts;
    const { signal } = this.abort;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    toLatest.addEventListener("click", () => this.jumpToEnd(), { signal });
    window.addEventListener("focus", () => this.noteSeen(), { signal });
    document.addEventListener("visibilitychange", () => this.noteSeen(), { signal });
    this.resize.observe(scroller);
    const nextDay = () => {
      this.midnight = window.setTimeout(() => {
        this.draw();
        nextDay();
      }, untilMidnight(new Date()));
    };
    nextDay();
  }

  #scrolled() {
    const { scroller } = this.parts;
    const reach = scroller.clientHeight * 1.5;
    const { length } = this.model.items;
    this.#noteWhere();
    if (scroller.scrollTop < reach) {
      this.#lookBack();
    } else if (this.span.to < length && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < reach) {
      this.span = later(this.span, length);
      this.draw();
    }
    this.noteSeen();
  }

  #lookBack() {
    const { model } = this;
    if (this.span.from > 0) {
      if (!this.follow) {
        this.span = earlier(this.span);
        this.draw();
      }
    } else if (model.more && !model.loading) {
      model.loadOlder(PAGE).then((count) => {
        this.span = { from: this.span.from + count, to: this.span.to + count };
        if (!this.closed) {
          this.#scrolled();
        }
      });
    }
  }

  #place() {
    const { items } = this.model;
    const { from, to } = this.span;
    return { first: items[from] && keyOf(items[from]), size: to - from, reachedEnd: to === items.length };
  }

  /**
   * Finds the window again after the list has changed.
   *
   * @param {string|undefined} first key of the row that the window began with
   * @param {number} size
   */
  #keepPlace(first, size) {
    const { length } = this.model.items;
    const index = first === undefined ? 0 : this.model.indexOf(first);
    const from = index < 0 ? Math.min(this.span.from, Math.max(0, length - 1)) : index;
    this.span = { from, to: Math.min(length, from + size) };
  }

  #noteWhere() {
    this.follow = this.span.to === this.model.items.length && isAtEnd(this.parts.scroller);
    this.#showWayDown();
  }

  /** Ask again whether somebody looks at the newest message. */
  noteSeen() {
    if (this.loaded && !this.closed && this.follow && isWatched()) {
      this.missed = 0;
      this.#showWayDown();
      this.onSeen();
    }
  }

  #showWayDown() {
    this.parts.toLatest.hidden = this.follow || this.model.items.length === 0;
    this.parts.missed.textContent = this.missed > 0 ? `${this.missed} new` : "Latest";
  }
}
