// The people and objects of these tests.

import { textBody } from "../../static/js/proto/bodies.js";
import { ProtocolError } from "../../static/js/proto/errors.js";
import { Handle } from "../../static/js/proto/handles.js";
import { SigningKey } from "../../static/js/proto/keys.js";
import { messagePayload } from "../../static/js/proto/messages.js";
import { registrationPayload } from "../../static/js/proto/registration.js";
import { sign } from "../../static/js/proto/signed.js";
import { parseTimestamp } from "../../static/js/proto/timestamps.js";

export const ALICE = new SigningKey(new Uint8Array(32).fill(0xa1));
export const BOB = new SigningKey(new Uint8Array(32).fill(0xb0));
export const MALLORY = new SigningKey(new Uint8Array(32).fill(0x66));
export const NOW = parseTimestamp("2026-05-25T03:00:00Z");
export const ALICE_HANDLE = new Handle("alice", "kez.lat");
export const MESSAGE_ID = "019e5d07-0000-7000-8000-000000000001";

/** @param {Record<string, any>} [body] */
export function messageDocument(body = textBody("hi")) {
  const payload = messagePayload({
    id: MESSAGE_ID,
    sender: ALICE.primary,
    senderHandle: ALICE_HANDLE,
    to: BOB.primary,
    device: "a11ce00000000001",
    seq: 1,
    prev: null,
    chain: null,
    createdAt: NOW,
    body,
  });
  return sign("message", payload, ALICE);
}

export function registration() {
  return sign(
    "handle_registration",
    registrationPayload({ handle: ALICE_HANDLE, primary: ALICE.primary, createdAt: NOW }),
    ALICE,
  );
}

/** Whether an error is a ProtocolError with this code. @param {string} wanted */
export function code(wanted) {
  return (/** @type {any} */ error) => error instanceof ProtocolError && error.code === wanted;
}
