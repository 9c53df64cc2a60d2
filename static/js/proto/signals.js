// Signals: "is typing" and "is online". Sealed like messages, sent beside them, never stored.
//
// A signal proves who sent it and when, so that nobody else can make someone look present.

import { equal } from "./bytes.js";
import { canonicalBytes, parseJson } from "./canonical.js";
import { openEnvelope, seal } from "./envelope.js";
import { Malformed, NotForThisReader } from "./errors.js";
import { Primary } from "./keys.js";
import { SIGNAL } from "./payloads.js";
import { sign, verify } from "./signed.js";
import { checkFresh, formatTimestamp, parseTimestamp } from "./timestamps.js";

export const MAX_SIGNAL_AGE_SECONDS = 60;

/** @typedef {"typing" | "online"} SignalKind */
/**
 * A verified signal from `sender` for the reader.
 * @typedef {{sender: Primary, to: Primary, kind: SignalKind, createdAt: Date}} Signal
 */

/**
 * The payload to sign with the tag `signal`.
 * @param {{sender: Primary, to: Primary, kind: SignalKind, createdAt: Date}} parts
 */
export function signalPayload({ sender, to, kind, createdAt }) {
  return {
    type: SIGNAL.type,
    version: SIGNAL.version,
    from: sender.toString(),
    to: to.toString(),
    kind,
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * Check the signed object, then that it is for `reader` (NotForThisReader), then that it was made within 60 s
 * of `now` (Stale), in this order.
 * @param {import("./signed.js").Unverified} document
 * @param {{reader: Primary, now: Date}} options
 * @returns {Promise<Signal>}
 */
export async function verifySignal(document, { reader, now }) {
  const signed = await verify(document, SIGNAL);
  const { payload } = signed;
  const to = Primary.parse(payload.to);
  if (!to.equals(reader)) {
    throw new NotForThisReader("This signal was signed for someone else.");
  }
  const createdAt = parseTimestamp(payload.created_at);
  checkFresh(createdAt, { now, withinSeconds: MAX_SIGNAL_AGE_SECONDS });
  return { sender: signed.signer, to, kind: payload.kind, createdAt };
}

/**
 * A signal of `key`'s owner, signed and sealed to `to`: what goes to the broker.
 * @param {{key: import("./keys.js").SigningKey, to: Primary, kind: SignalKind, createdAt: Date}} parts
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function sealSignal({ key, to, kind, createdAt }) {
  return seal(sign(SIGNAL.tag, signalPayload({ sender: key.primary, to, kind, createdAt }), key), to);
}

/**
 * Open an envelope and check the signal in it for the reader who holds `key`. Any ProtocolError means: ignore
 * it.
 * @param {Uint8Array} data
 * @param {import("./keys.js").SigningKey} key
 * @param {{now: Date}} options
 * @returns {Promise<Signal>}
 */
export async function openSignal(data, key, { now }) {
  const plaintext = await openEnvelope(data, key);
  const signal = await verifySignal(plaintext, { reader: key.primary, now });
  if (!equal(canonicalBytes(parseJson(plaintext)), plaintext)) {
    throw new Malformed("The signal was not sealed in its canonical form.");
  }
  return signal;
}
