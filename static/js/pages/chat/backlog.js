/**
 * How far the opening of waiting messages has come; only shown where it takes a while.
 */

import { find, part } from "../../ui/dom.js";

// Fewer than this are opened before anybody could read the words.
const WORTH_TELLING = 100;

/**
 * @param {HTMLElement} place
 * @param {{pending: number, opened: number}} news `opened` of this backlog so far, `pending` still to come
 */
export function showBacklog(place, { pending, opened }) {
  const all = pending + opened;
  place.hidden = pending === 0 || all < WORTH_TELLING;
  const bar = find(place, "progress", HTMLProgressElement);
  bar.max = Math.max(1, all);
  bar.value = opened;
  const [done, whole] = [opened, all].map((count) => count.toLocaleString("en"));
  part(place, "backlog-text").textContent = `Opening ${done} of ${whole} messages…`;
}
