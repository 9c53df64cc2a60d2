// Messages: the signed object inside an envelope. Only its readers can check it.

import { toHex } from "./bytes.js";
import { parseBody } from "./bodies.js";
import { Malformed, NotForThisReader } from "./errors.js";
import { parseFullHandle } from "./handles.js";
import { Primary } from "./keys.js";
import { MAX_MESSAGE_BYTES } from "./padding.js";
import { MESSAGE } from "./payloads.js";
import { verify } from "./signed.js";
import { formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./sigchain.js").Head} Head */
/** @typedef {import("./handles.js").Handle} Handle */

/**
 * A verified message for one of its two readers.
 *
 * `sender` signed it; that `senderHandle` belongs to `sender`, only the registry or an earlier pin can tell.
 * `seq` and `prev` count and link what `device` of the sender sent to `to` (see links.js). `chain` is the
 * sender's sigchain head when it was written, null before the first event. `hash` is `sha256:<hex>` of the
 * whole object. `isSelfCopy` is true on the sender's other devices: the reader sent it, and it went to
 * someone else.
 * @typedef {{id: string, sender: Primary, senderHandle: Handle, to: Primary, device: string, seq: number,
 *   prev: string | null, chain: Head | null, createdAt: Date, body: import("./bodies.js").Body, hash: string,
 *   document: import("./signed.js").SignedDocument, isSelfCopy: boolean}} Message
 */

/**
 * A version 7 UUID (RFC 9562, 5.7) from a moment and 10 random bytes, of which 74 bits are used.
 * @param {Date} now
 * @param {Uint8Array} random10
 */
export function uuid7(now, random10) {
  if (random10.length !== 10) {
    throw new Malformed("A message id needs 10 random bytes.");
  }
  const milliseconds = now.getTime();
  if (!(milliseconds >= 0 && milliseconds < 2 ** 48)) {
    throw new Malformed("A message id cannot carry this moment.");
  }
  const random = BigInt(`0x${toHex(random10)}`);
  const number =
    (BigInt(milliseconds) << 80n) |
    (7n << 76n) |
    (BigInt.asUintN(12, random >> 62n) << 64n) |
    (2n << 62n) |
    BigInt.asUintN(62, random);
  const digits = number.toString(16).padStart(32, "0");
  return [0, 8, 12, 16, 20].map((start, i) => digits.slice(start, [8, 12, 16, 20, 32][i])).join("-");
}

/**
 * The payload to sign with the tag `message`. Malformed where `prev` or `body` break their rules.
 * @param {{id: string, sender: Primary, senderHandle: Handle, to: Primary, device: string, seq: number,
 *   prev: string | null, chain: Head | null, createdAt: Date, body: Record<string, any>}} parts
 */
export function messagePayload({ id, sender, senderHandle, to, device, seq, prev, chain, createdAt, body }) {
  checkLinkFields(seq, prev);
  parseBody(body);
  return {
    type: MESSAGE.type,
    version: MESSAGE.version,
    id,
    from: sender.toString(),
    from_handle: senderHandle.toString(),
    to: to.toString(),
    device,
    seq,
    prev,
    chain: { seq: chain ? chain.seq : 0, head: chain ? chain.hash : null },
    created_at: formatTimestamp(createdAt),
    body,
  };
}

/**
 * Check signature and form, then that `reader` is the recipient or the sender, then handle, link and body.
 * @param {import("./signed.js").Unverified} document
 * @param {{reader: Primary}} options
 * @returns {Promise<Message>}
 */
export async function verifyMessage(document, { reader }) {
  const { tag, type, version } = MESSAGE;
  const signed = await verify(document, { tag, type, version, maxBytes: MAX_MESSAGE_BYTES });
  const { payload } = signed;
  const to = Primary.parse(payload.to);
  if (!reader.equals(to) && !reader.equals(signed.signer)) {
    throw new NotForThisReader();
  }
  checkLinkFields(payload.seq, payload.prev);
  return {
    id: payload.id,
    sender: signed.signer,
    senderHandle: parseFullHandle(payload.from_handle),
    to,
    device: payload.device,
    seq: payload.seq,
    prev: payload.prev,
    chain: payload.chain.seq > 0 ? { seq: payload.chain.seq, hash: payload.chain.head } : null,
    createdAt: parseTimestamp(payload.created_at),
    body: parseBody(payload.body),
    hash: signed.hash,
    document: signed.document,
    isSelfCopy: !reader.equals(to),
  };
}

/** @param {number} seq @param {string | null} prev */
function checkLinkFields(seq, prev) {
  if ((seq === 1) !== (prev === null)) {
    throw new Malformed("prev is null in a sender's first message to someone, and only there.");
  }
}
