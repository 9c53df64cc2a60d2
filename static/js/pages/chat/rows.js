/**
 * From messages to the rows of a thread: which stand under a new day, which belong together, where the unread begin.
 */

import { dayNumber } from "./times.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/**
 * @typedef {object} Row
 * @property {MessageView} message
 * @property {boolean} startsDay      a day separator stands above
 * @property {boolean} startsUnread   the line "New messages" stands above
 * @property {boolean} first          first of a run of one author
 * @property {boolean} last           last of a run of one author
 */

// Messages of one author within this time form one group.
const RUN_MS = 5 * 60_000;

/**
 * What names a message within its conversation: a peer may reuse the id of a message of ours.
 *
 * @param {{id: string, mine: boolean}} message
 */
export function keyOf({ id, mine }) {
  return `${mine ? "out" : "in"}/${id}`;
}

/**
 * @param {MessageView} one
 * @param {MessageView} next
 */
function belongTogether(one, next) {
  return one.mine === next.mine
    && isSpoken(one)
    && isSpoken(next)
    && next.notices.length === 0
    && dayNumber(one.at) === dayNumber(next.at)
    && Math.abs(next.at.getTime() - one.at.getTime()) < RUN_MS;
}

/** Whether somebody said this, as against a remark of this program. @param {MessageView} message */
export function isSpoken(message) {
  return message.kind !== "gap" && message.kind !== "unopened";
}

/**
 * The rows of `messages[from..to)`; neighbours outside count too, so a row looks the same wherever the window stands.
 *
 * @param {MessageView[]} messages oldest first
 * @param {number} from
 * @param {number} to
 * @param {string|null} firstUnread key of the first unread message
 * @returns {Row[]}
 */
export function rowsOf(messages, from, to, firstUnread) {
  /** @type {Row[]} */
  const rows = [];
  for (let index = from; index < to; index += 1) {
    const message = messages[index];
    const before = messages[index - 1];
    const after = messages[index + 1];
    const startsUnread = keyOf(message) === firstUnread;
    rows.push({
      message,
      startsDay: !before || dayNumber(before.at) !== dayNumber(message.at),
      startsUnread,
      first: !before || startsUnread || !belongTogether(before, message),
      last: !after || keyOf(after) === firstUnread || !belongTogether(message, after),
    });
  }
  return rows;
}

/**
 * Puts messages into an ordered list, in place; one that is there already is replaced.
 *
 * @param {MessageView[]} list oldest first
 * @param {MessageView[]} added
 */
export function merge(list, added) {
  for (const message of added) {
    let index = list.length;
    while (index > 0 && list[index - 1].order > message.order) {
      index -= 1;
    }
    if (index > 0 && keyOf(list[index - 1]) === keyOf(message)) {
      list[index - 1] = message;
    } else {
      list.splice(index, 0, message);
    }
  }
}
