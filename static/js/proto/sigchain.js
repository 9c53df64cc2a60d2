// The rules of a sigchain: how an event is made, checked, and linked to the one before it. The replay of a
// whole chain is in chain_state.js.

import { parseOperation } from "./chain_operations.js";
import { TimeBackwards, WrongPrev, WrongSeq } from "./errors.js";
import { SIGCHAIN_EVENT } from "./payloads.js";
import { sign, verify } from "./signed.js";
import { MAX_CLOCK_SKEW_SECONDS, formatTimestamp, parseTimestamp, unixMicros } from "./timestamps.js";

/**
 * The last event of a chain, or message of a sequence: its number (from 1) and `sha256:<hex>` of the whole
 * signed object.
 * @typedef {{seq: number, hash: string}} Head
 */
/** @typedef {import("./signed.js").SignedDocument} SignedDocument */

/**
 * A verified event on its own; whether it fits into a chain, `checkNext` says.
 * @typedef {{primary: import("./keys.js").Primary, seq: number, prev: string | null, op: string,
 *   body: Record<string, any>, operand: import("./chain_operations.js").Operand, createdAt: Date, hash:
 *   string,
 *   document: SignedDocument}} Event
 */

/**
 * The signed event that follows `head` (null: the first one) in the chain of `key`.
 * @param {{key: import("./keys.js").SigningKey, head: Head | null, op: string, body: Record<string, any>,
 *   createdAt: Date}} parts
 * @returns {SignedDocument}
 */
export function eventDocument({ key, head, op, body, createdAt }) {
  parseOperation(op, body);
  const payload = {
    type: SIGCHAIN_EVENT.type,
    version: SIGCHAIN_EVENT.version,
    primary: key.primary.toString(),
    seq: head ? head.seq + 1 : 1,
    prev: head ? head.hash : null,
    op,
    body,
    created_at: formatTimestamp(createdAt),
  };
  return sign(SIGCHAIN_EVENT.tag, payload, key);
}

/**
 * Check one event by itself: the signed object, then the body of its operation.
 * @param {import("./signed.js").Unverified} document
 * @returns {Promise<Event>}
 */
export async function verifyEvent(document) {
  const signed = await verify(document, SIGCHAIN_EVENT);
  const { seq, prev, op, body, created_at: createdAt } = signed.payload;
  return {
    primary: signed.signer,
    seq,
    prev,
    op,
    body,
    operand: parseOperation(op, body),
    createdAt: parseTimestamp(createdAt),
    hash: signed.hash,
    document: signed.document,
  };
}

/**
 * WrongSeq, WrongPrev or TimeBackwards unless `event` may follow `head`, whose event was made at `headTime`
 * (both null: an empty chain).
 * @param {Head | null} head
 * @param {Date | null} headTime
 * @param {Event} event
 */
export function checkNext(head, headTime, event) {
  const expected = head ? head.seq + 1 : 1;
  if (event.seq !== expected) {
    throw new WrongSeq(`The event has number ${event.seq}; the next one in its chain is ${expected}.`);
  }
  if (event.prev !== (head ? head.hash : null)) {
    throw new WrongPrev();
  }
  const allowed = BigInt(MAX_CLOCK_SKEW_SECONDS) * 1_000_000n;
  if (headTime && unixMicros(event.createdAt) < unixMicros(headTime) - allowed) {
    throw new TimeBackwards();
  }
}
