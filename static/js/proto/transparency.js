// A server's public log of what its operators did to handles: how entries are linked, and the signed head.
//
// Whoever keeps the last head can tell later that nothing before it was changed or removed.

import { sha256Of } from "./canonical.js";
import { KeyMismatch, Malformed, ProtocolError, TransparencyBroken, WrongServer } from "./errors.js";
import * as fields from "./fields.js";
import { TRANSPARENCY_HEAD } from "./payloads.js";
import { verify } from "./signed.js";
import { formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./keys.js").Primary} Primary */
/** @typedef {import("./chain_state.js").Head} Head */

/** Where a log ended when `key` signed it. @typedef {{server: string, key: Primary, head: Head|null, createdAt: Date}} TransparencyHead */

const ENTRY = {
  seq: fields.integer(1),
  at: fields.timestamp,
  action: fields.pattern("[a-z][a-z0-9_]{0,31}", "the name of an action"),
  handle: fields.nullable(fields.text(1, 64)),
  count: fields.integer(0),
  prev: fields.nullable(fields.sha256),
};

/** @param {{server: string, key: Primary, head: Head|null, createdAt: Date}} parts */
export function transparencyHeadPayload({ server, key, head, createdAt }) {
  return {
    type: TRANSPARENCY_HEAD.type,
    version: TRANSPARENCY_HEAD.version,
    server,
    key: key.toString(),
    seq: head ? head.seq : 0,
    head: head ? head.hash : null,
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * Check signature, then server, then that it is signed by `key`, where one is known (KeyMismatch).
 * @param {import("./signed.js").Unverified} document
 * @param {{server: string, key?: Primary}} options
 * @returns {Promise<TransparencyHead>}
 */
export async function verifyTransparencyHead(document, { server, key }) {
  const { payload, signer } = await verify(document, TRANSPARENCY_HEAD);
  if (payload.server !== server) {
    throw new WrongServer(`This is the log of another server than ${server}.`);
  }
  if (key && !signer.equals(key)) {
    throw new KeyMismatch("The log is signed by another key than the one that was seen before.");
  }
  if ((payload.seq === 0) !== (payload.head === null)) {
    throw new Malformed("head is null exactly where seq is 0.");
  }
  const head = payload.seq > 0 ? { seq: payload.seq, hash: payload.head } : null;
  return { server, key: signer, head, createdAt: parseTimestamp(payload.created_at) };
}

/** `sha256:<hex>` over the canonical form of an entry: what the next entry's `prev` names. @param {object} entry */
export function entryHash(entry) {
  return sha256Of(entry);
}

/**
 * Where the log ends after further entries, which follow `head`. TransparencyBroken names the first that does not.
 * @param {Head|null} head
 * @param {unknown[]} entries
 * @returns {Head|null}
 */
export function followEntries(head, entries) {
  let last = head;
  for (const entry of entries) {
    const seq = (last?.seq ?? 0) + 1;
    checkForm(entry, seq);
    if (entry.seq !== seq) {
      throw new TransparencyBroken(`Entry ${seq} of the log is missing.`, { seq });
    }
    if (entry.prev !== (last?.hash ?? null)) {
      throw new TransparencyBroken(`Entry ${seq} of the log does not link to the one before it.`, { seq });
    }
    last = { seq, hash: entryHash(entry) };
  }
  return last;
}

/** @param {unknown} entry @param {number} seq @returns {asserts entry is Record<string, any>} */
function checkForm(entry, seq) {
  try {
    fields.checkFields(entry, ENTRY, { what: "The entry" });
  } catch (error) {
    if (error instanceof ProtocolError) {
      const sentence = `Entry ${seq} of the log is not in its form: ${error.message}`;
      throw new TransparencyBroken(sentence, { seq, cause: error });
    }
    throw error;
  }
}
