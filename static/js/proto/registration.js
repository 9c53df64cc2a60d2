// Handle registration: the claim that a key makes on a handle of a server.

import { WrongServer } from "./errors.js";
import { Handle } from "./handles.js";
import { HANDLE_REGISTRATION } from "./payloads.js";
import { verify } from "./signed.js";
import { checkFresh, formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./keys.js").Primary} Primary */

/**
 * A verified registration; `document` is the whole signed object, kept as evidence.
 * @typedef {{handle: Handle, primary: Primary, createdAt: Date, document:
 *   import("./signed.js").SignedDocument}} Registration
 */

/**
 * The payload to sign with the tag `handle_registration`.
 * @param {{handle: Handle, primary: Primary, createdAt: Date}} parts
 */
export function registrationPayload({ handle, primary, createdAt }) {
  return {
    type: HANDLE_REGISTRATION.type,
    version: HANDLE_REGISTRATION.version,
    handle: handle.local,
    primary: primary.toString(),
    server: handle.server,
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * The seven checks, in order: tag; type, version and fields; signer; signature; server; handle; time.
 * @param {import("./signed.js").Unverified} document
 * @param {{server: string, now: Date}} options
 * @returns {Promise<Registration>}
 */
export async function verifyRegistration(document, { server, now }) {
  const signed = await verify(document, HANDLE_REGISTRATION);
  const { payload } = signed;
  if (payload.server !== server) {
    throw new WrongServer(`This was signed for another server than ${server}.`);
  }
  const handle = new Handle(payload.handle, server);
  const createdAt = parseTimestamp(payload.created_at);
  checkFresh(createdAt, { now });
  return { handle, primary: signed.signer, createdAt, document: signed.document };
}
