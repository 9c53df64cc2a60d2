// Login: a signature over a challenge that the server gave out.

import { Stale, WrongServer } from "./errors.js";
import { Handle } from "./handles.js";
import { SESSION } from "./payloads.js";
import { verify } from "./signed.js";
import { checkFresh, formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./keys.js").Primary} Primary */

/**
 * A verified answer to a challenge. That the challenge is spent now, the server must see to.
 * @typedef {{handle: Handle, primary: Primary, challenge: string, createdAt: Date}} Session
 */

/**
 * The payload to sign with the tag `session`.
 * @param {{handle: Handle, primary: Primary, challenge: string, createdAt: Date}} parts
 */
export function sessionPayload({ handle, primary, challenge, createdAt }) {
  return {
    type: SESSION.type,
    version: SESSION.version,
    handle: handle.local,
    primary: primary.toString(),
    server: handle.server,
    challenge,
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * Check signature, server, handle, challenge (64 hex digits; another one is Stale) and time, in this order.
 * @param {import("./signed.js").Unverified} document
 * @param {{server: string, challenge: string, now: Date}} options
 * @returns {Promise<Session>}
 */
export async function verifySession(document, { server, challenge, now }) {
  const signed = await verify(document, SESSION);
  const { payload } = signed;
  if (payload.server !== server) {
    throw new WrongServer(`This was signed for another server than ${server}.`);
  }
  const handle = new Handle(payload.handle, server);
  if (payload.challenge !== challenge) {
    throw new Stale("This answers another challenge than the one given; ask for a new one.");
  }
  const createdAt = parseTimestamp(payload.created_at);
  checkFresh(createdAt, { now });
  return { handle, primary: signed.signer, challenge: payload.challenge, createdAt };
}
