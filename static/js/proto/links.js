// Links between messages: whether a new one follows what was already received, so that a drop is seen.
//
// The key of a sequence is (sender, device, recipient); a client keeps the highest (seq, hash) that it has
// seen of each.

/** @typedef {import("./sigchain.js").Head} Head */

/**
 * - `in_order`: the next one; it names its predecessor rightly.
 * - `gap`: later than the next one: the numbers in `missing` have not arrived (yet).
 * - `late`: earlier than the last one, and nothing is known of its number: it may close a gap.
 * - `replay`: the very message that is known already.
 * - `fork`: another message than the known one carries this number, or the predecessor that it names is
 *   another one.
 * @typedef {"in_order" | "gap" | "late" | "replay" | "fork"} LinkKind
 */

/**
 * `missing` goes from its first number up to, but not with, `end`; null unless there is a gap.
 * @typedef {{kind: LinkKind, missing: {start: number, end: number} | null}} Link
 */

/**
 * How `message` follows `last`, the highest (seq, hash) seen of its sequence (null: nothing seen yet).
 *
 * `knownHash` is the hash of the message already known under `message.seq`, if there is one; it tells a
 * replay from a fork below `last`. The caller moves `last` on for in_order and gap only.
 * @param {Head | null} last
 * @param {{seq: number, prev: string | null, hash: string}} message
 * @param {{knownHash?: string | null}} [options]
 * @returns {Link}
 */
export function checkLink(last, message, { knownHash = null } = {}) {
  const known = last && message.seq === last.seq ? last.hash : knownHash;
  if (known !== null) {
    return { kind: message.hash === known ? "replay" : "fork", missing: null };
  }
  const next = last ? last.seq + 1 : 1;
  if (message.seq < next) {
    return { kind: "late", missing: null };
  }
  if (message.seq > next) {
    return { kind: "gap", missing: { start: next, end: message.seq } };
  }
  return { kind: message.prev === (last ? last.hash : null) ? "in_order" : "fork", missing: null };
}
