/** Numbers and links of messages: ours to each recipient, and those of every device that writes to us. */

import { checkLink } from "../proto/links.js";
import { messageKey } from "./records.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {import("../proto/sigchain.js").Head} Head */
/** @typedef {import("../proto/links.js").Link} Link */

/**
 * The last message of one device that writes to us, and the numbers that have not come.
 * @typedef {{seq: number, hash: string, missing: [number, number][]}} LinkIn
 */

const MOST_RANGES = 500;
// The hashes by number lie in records of so many: one write for a whole batch of a backlog.
const BLOCK = 128;

export class Sequences {
  /**
   * The number and hash of the last message that this device made.
   * @param {Unit} unit
   * @param {string} recipient
   * @returns {Promise<Head|null>}
   */
  async lastSent(unit, recipient) {
    return (await unit.get("links_out", recipient)) ?? null;
  }

  /** @param {Unit} unit @param {string} recipient @param {Head} made */
  noteSent(unit, recipient, made) {
    unit.put("links_out", recipient, { seq: made.seq, hash: made.hash });
  }

  /** Read at once what `hashOfSeen` will ask for. @param {Unit} unit @param {Message[]} messages */
  async load(unit, messages) {
    const keys = messages.map((message) => messageKey(message.sender.hex, message.id));
    await Promise.all([unit.load("messages", keys), unit.load("seen", keys)]);
  }

  /**
   * The hash of the message that is known by this id, undefined if there is none.
   * @param {Unit} unit
   * @param {string} sender
   * @param {string} id
   * @returns {Promise<string|undefined>}
   */
  async hashOfSeen(unit, sender, id) {
    const key = messageKey(sender, id);
    // One of ours that waits for its file has no hash yet.
    return (await unit.get("messages", key))?.hash || (await unit.get("seen", key))?.hash;
  }

  /**
   * Remember for good a message that leaves no record.
   * @param {Unit} unit
   * @param {string} sender
   * @param {string} id
   * @param {string} hash
   */
  noteSeen(unit, sender, id, hash) {
    unit.put("seen", messageKey(sender, id), { hash });
  }

  /**
   * How a message follows what its device wrote to us before; the sequence moves on.
   * @param {Unit} unit
   * @param {Message} message
   * @returns {Promise<{link: Link, isFirst: boolean}>} `isFirst`: nothing of this sequence was ever seen
   */
  async follow(unit, message) {
    const key = `${message.sender.hex}/${message.device}`;
    /** @type {LinkIn|undefined} */
    const known = await unit.get("links_in", key);
    const last = known ? { seq: known.seq, hash: known.hash } : null;
    const block = await this.#block(unit, key, message.seq);
    const knownHash = block.hashes[message.seq] ?? null;
    const link = checkLink(last, message, { knownHash });
    let missing = known?.missing ?? [];
    if (link.kind === "late") missing = without(missing, message.seq);
    if (link.kind === "gap" && last) missing = [...missing, [last.seq + 1, message.seq - 1]];
    const moves = link.kind === "in_order" || link.kind === "gap";
    const head = moves ? { seq: message.seq, hash: message.hash } : last;
    if (head) unit.put("links_in", key, { ...head, missing: missing.slice(-MOST_RANGES) });
    if (knownHash === null) {
      block.hashes[message.seq] = message.hash;
      unit.put("links_in", block.key, { hashes: block.hashes });
    }
    return { link, isFirst: last === null };
  }

  /**
   * @param {Unit} unit
   * @param {string} key
   * @param {number} seq
   * @returns {Promise<{key: string, hashes: Record<number, string>}>}
   */
  async #block(unit, key, seq) {
    const blockKey = `${key}/${Math.floor(seq / BLOCK)}`;
    const known = await unit.get("links_in", blockKey);
    return { key: blockKey, hashes: known?.hashes ?? {} };
  }
}

/** @param {[number, number][]} ranges @param {number} number @returns {[number, number][]} */
export function without(ranges, number) {
  return ranges.flatMap(([first, last]) => {
    /** @type {[number, number][]} */
    const parts = [[first, Math.min(last, number - 1)], [Math.max(first, number + 1), last]];
    if (number < first || number > last) return [/** @type {[number, number]} */ ([first, last])];
    return parts.filter(([from, to]) => from <= to);
  });
}
