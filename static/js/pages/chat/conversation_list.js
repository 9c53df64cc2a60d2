/**
 * The list of conversations: requests apart, the open one marked, arrow keys between them.
 */

import { part } from "../../ui/dom.js";
import { conversationItem } from "./conversation_item.js";
import { oncePerFrame, reconcile } from "./dom.js";
import { dayNumber } from "./times.js";

/** @typedef {import("../../chat/types.js").Summary} Summary */
/** @typedef {import("./conversation_item.js").Presence} Presence */

/**
 * One <ul> of links: only one of them is reached by Tab, arrow keys lead to the others.
 *
 * @param {HTMLElement} root that may hold several such lists
 * @param {AbortSignal} signal
 */
export function arrowKeys(root, signal) {
  root.addEventListener("keydown", (event) => {
    const links = linksOf(root);
    const index = links.findIndex((link) => link === document.activeElement);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: links.length - 1 };
    const next = links[moves[event.key]];
    if (index < 0 || !(event.key in moves) || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    if (next) {
      makeReachable(links, next);
      next.focus();
    }
  }, { signal });
}

/** @param {HTMLElement} root @returns {HTMLAnchorElement[]} those that can be seen */
export function linksOf(root) {
  return [...root.querySelectorAll("a")].filter((link) => link.matches(".conversation") && link.checkVisibility());
}

/**
 * @param {HTMLElement[]} links
 * @param {HTMLElement|undefined} wanted
 */
export function makeReachable(links, wanted) {
  for (const link of links) {
    link.tabIndex = link === wanted ? 0 : -1;
  }
}

export class ConversationList {
  /**
   * @param {HTMLElement} root with the parts "requests", "requests-list", "conversations", …
   * @param {{conversations: () => Summary[], presenceOf: (peer: string) => Presence, signal: AbortSignal}} options
   */
  constructor(root, { conversations, presenceOf, signal }) {
    this.root = root;
    this.conversations = conversations;
    this.presenceOf = presenceOf;
    /** @type {Map<string, {looks: string, element: HTMLLIElement}>} */
    this.kept = new Map();
    /** @type {string|null} */
    this.open = null;
    this.draw = oncePerFrame(() => this.render());
    signal.addEventListener("abort", () => this.draw.cancel());
    arrowKeys(root, signal);
  }

  render() {
    const all = this.conversations();
    const requests = all.filter((one) => one.request && !one.blocked);
    const others = all.filter((one) => !one.request || one.blocked);
    const hadFocus = this.root.contains(document.activeElement) ? document.activeElement : null;
    const peer = hadFocus instanceof HTMLElement ? hadFocus.dataset.peer : undefined;
    reconcile(part(this.root, "requests-list"), requests.map((one) => this.#item(one)));
    reconcile(part(this.root, "conversations"), others.map((one) => this.#item(one)));
    part(this.root, "requests").hidden = requests.length === 0;
    part(this.root, "requests-count").textContent = String(requests.length);
    part(this.root, "no-conversations").hidden = all.length > 0;
    const links = linksOf(this.root);
    for (const link of links) {
      this.#mark(link);
    }
    const again = peer === undefined ? undefined : links.find((link) => link.dataset.peer === peer);
    const current = links.find((link) => link.dataset.peer === this.open);
    makeReachable(links, again ?? current ?? links[0]);
    if (again && document.activeElement !== again) {
      again.focus({ preventScroll: true });
    }
  }

  /** @param {string|null} peer that is open now */
  setOpen(peer) {
    this.open = peer;
    this.render();
  }

  /** Put the focus on the open conversation, or the first one; false where there is none. */
  focus() {
    const links = linksOf(this.root);
    const target = links.find((link) => link.dataset.peer === this.open) ?? links[0];
    target?.focus();
    return target !== undefined;
  }

  /**
   * The peer before or after the open one, as listed.
   *
   * @param {1|-1} step
   * @returns {string|undefined}
   */
  neighbour(step) {
    const peers = linksOf(this.root).map((link) => link.dataset.peer);
    const index = peers.indexOf(this.open ?? "");
    return index < 0 ? peers[0] : peers[index + step];
  }

  /** @param {HTMLAnchorElement} link */
  #mark(link) {
    if (link.dataset.peer === this.open) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }

  /** @param {Summary} summary */
  #item(summary) {
    const now = new Date();
    const presence = this.presenceOf(summary.peer);
    const looks = JSON.stringify([summary, presence, dayNumber(now)]);
    const kept = this.kept.get(summary.peer);
    if (kept?.looks === looks) {
      return kept.element;
    }
    const element = conversationItem(summary, presence, now);
    this.kept.set(summary.peer, { looks, element });
    return element;
  }
}
