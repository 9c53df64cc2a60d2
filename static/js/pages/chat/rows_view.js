/**
 * The rows that stand in the document: built once, kept while they look the same, dropped when they leave the window.
 */

import { el, reconcile } from "./dom.js";
import { looksOf, messageRow } from "./message_view.js";
import { keyOf } from "./rows.js";
import { holding, scrollToRow, toEnd } from "./scroll_anchor.js";

/** @typedef {import("./message_view.js").Surroundings} Surroundings */
/** @typedef {import("./rows.js").Row} Row */

export class RowsView {
  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list an <ol>
   * @param {Surroundings} surroundings
   */
  constructor(scroller, list, surroundings) {
    this.scroller = scroller;
    this.list = list;
    this.surroundings = surroundings;
    /** @type {Map<string, {looks: string, element: HTMLLIElement}>} */
    this.kept = new Map();
  }

  /**
   * @param {Row[]} rows
   * @param {{atEnd: boolean}} options whether the end is to be seen; else what is visible stays in its place
   */
  render(rows, { atEnd }) {
    const now = new Date();
    const wanted = rows.map((row) => this.#elementFor(row, now));
    const focused = document.activeElement?.closest("[data-id]");
    const had = focused instanceof HTMLElement && this.list.contains(focused) ? focused : null;
    if (atEnd) {
      reconcile(this.list, wanted);
      toEnd(this.scroller);
    } else {
      holding(this.scroller, this.list, () => reconcile(this.list, wanted));
    }
    for (const [key, { element }] of this.kept) {
      if (!element.isConnected) {
        this.kept.delete(key);
      }
    }
    if (had && !this.list.contains(document.activeElement)) {
      (this.elementOf(had.dataset.id ?? "") ?? this.scroller).focus({ preventScroll: true });
    }
  }

  /** @param {string} key */
  elementOf(key) {
    return this.kept.get(key)?.element;
  }

  /** Draw attention to a row, and put the focus there. @param {string} key */
  point(key) {
    const row = this.elementOf(key);
    row?.classList.add("found");
    row?.addEventListener("animationend", () => row.classList.remove("found"), { once: true });
    row?.focus({ preventScroll: true });
  }

  /**
   * Moves the focus between rows; from outside it goes to the newest.
   *
   * @param {number} step
   */
  moveFocus(step) {
    const rows = [...this.list.children];
    const index = rows.findIndex((row) => row.contains(document.activeElement));
    const next = index < 0 ? rows.length - 1 : index + step;
    const row = rows[Math.max(0, Math.min(next, rows.length - 1))];
    if (row instanceof HTMLElement) {
      row.focus({ preventScroll: true });
      scrollToRow(this.scroller, row, "nearest");
    }
  }

  /**
   * @param {Row} row
   * @param {Date} now
   */
  #elementFor(row, now) {
    const looks = looksOf(row, this.surroundings, now);
    const kept = this.kept.get(keyOf(row.message));
    if (kept?.looks === looks) {
      return kept.element;
    }
    const element = messageRow(row, this.surroundings, now);
    this.kept.set(keyOf(row.message), { looks, element });
    return element;
  }
}

/** The grey rows that stand while messages load. @param {HTMLElement} parent */
export function fillSkeleton(parent) {
  const shapes = ["w3", "w2", "mine w4", "mine w1", "w4", "w1", "mine w3", "w2"];
  parent.replaceChildren(...shapes.map((shape) => el("div", { class: `ghost ${shape}` })));
}
