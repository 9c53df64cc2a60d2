/**
 * One search field for people and for what was said. The history is searched in this browser; nothing is sent.
 */

import { part } from "../../ui/dom.js";
import { UNOPENED } from "../../chat/types.js";
import { conversationItem, foundItem } from "./conversation_item.js";
import { arrowKeys, linksOf, makeReachable } from "./conversation_list.js";

/** @typedef {import("../../chat/types.js").Summary} Summary */
/** @typedef {import("../../chat/types.js").MessageView} MessageView */

const AFTER_MS = 180;
const MOST = 50;
const NO_PRESENCE = { typing: false, online: false };

/**
 * @param {HTMLElement} root the side of the chat
 * @param {object} options
 * @param {() => Summary[]} options.people conversations and contacts
 * @param {(text: string, options: {limit: number, signal: AbortSignal}) => Promise<MessageView[]>} options.find
 * @param {AbortSignal} options.signal
 * @returns {{focus: () => void, clear: () => void}}
 */
export function searchField(root, { people, find, signal }) {
  const field = /** @type {HTMLInputElement} */ (part(root, "search"));
  const results = part(root, "results");
  let timer = 0;
  let running = new AbortController();

  const run = async () => {
    running.abort();
    running = new AbortController();
    const mine = running.signal;
    const words = field.value.trim();
    const isOn = words !== "";
    part(root, "lists").hidden = isOn;
    results.hidden = !isOn;
    if (!isOn) {
      return;
    }
    const all = people();
    const name = words.toLowerCase().replace(/^@/, "");
    const named = all.filter((one) => one.peer !== UNOPENED && one.title.includes(name));
    show(root, "people", named.slice(0, 8).map((one) => conversationItem(one, NO_PRESENCE, new Date())));
    part(root, "found-status").textContent = "Searching…";
    const found = await find(words, { limit: MOST, signal: mine }).catch((error) => {
      if (mine.aborted) {
        return null;
      }
      throw error;
    });
    if (!found || mine.aborted || signal.aborted) {
      return;
    }
    const byPeer = new Map(all.map((one) => [one.peer, one]));
    show(root, "messages", found.map((message) => {
      const home = byPeer.get(message.peer) ?? { peer: message.peer, title: message.peer.slice(0, 12), handle: null };
      return foundItem(message, home, words, new Date());
    }));
    part(root, "found-status").textContent = summaryOf(named.length, found.length);
    const links = linksOf(results);
    makeReachable(links, links[0]);
  };

  const clear = () => {
    clearTimeout(timer);
    field.value = "";
    run();
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, field.value.trim() === "" ? 0 : AFTER_MS);
  }, { signal });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !results.hidden) {
      event.preventDefault();
      linksOf(results)[0]?.focus();
    } else if (event.key === "Escape" && field.value !== "") {
      event.preventDefault();
      event.stopPropagation();
      clear();
    }
  }, { signal });
  results.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || (event.key === "ArrowUp" && document.activeElement === linksOf(results)[0])) {
      event.preventDefault();
      event.stopImmediatePropagation();
      field.focus();
    }
  }, { signal });
  arrowKeys(results, signal);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    running.abort();
  });
  return {
    clear,
    focus: () => {
      field.focus();
      field.select();
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {"people"|"messages"} what
 * @param {HTMLElement[]} items
 */
function show(root, what, items) {
  part(root, `found-${what}-list`).replaceChildren(...items);
  part(root, `found-${what}`).hidden = items.length === 0;
}

/**
 * @param {number} people
 * @param {number} messages
 */
function summaryOf(people, messages) {
  if (messages === 0) {
    return people === 0 ? "Nothing found. New people are found with the plus button, by their whole handle."
      : "No message says that.";
  }
  return messages >= MOST ? `The newest ${MOST} are shown; more words find older ones.` : "";
}
