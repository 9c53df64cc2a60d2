// The ticket of a file that is fetched from its owner's node: `kez1:` and base64url of canonical JSON.
//
// It travels inside a sealed message or a sealed entry and holds the key, so it is as secret as the file. Where the
// node is reached (`addresses`, `relay`) is a hint that may be old; the key of the node is what the transport
// authenticates.

import { equal, fromBase64url, fromHex, toBase64url, toHex } from "./bytes.js";
import { canonicalBytes, parseJson } from "./canonical.js";
import { Malformed } from "./errors.js";
import * as fields from "./fields.js";
import { Primary } from "./keys.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {"file" | "folder"} TicketKind */
/**
 * `node` serves the content `content` (a content id); `key` opens it. A folder's content is its listing.
 * @typedef {{node: Primary, content: string, key: Bytes, kind: TicketKind, addresses: string[],
 *   relay: string | null}} Ticket
 */

export const TICKET_PREFIX = "kez1:";
export const MAX_TICKET_CHARACTERS = 4096;
export const MAX_ADDRESSES = 16;

const FIELDS = {
  node: fields.hexDigits(64),
  addresses: fields.listOf(fields.pattern("[0-9a-f.:\\[\\]]{3,64}", "an address: host and port"), {
    minimum: 0,
    maximum: MAX_ADDRESSES,
  }),
  relay: fields.nullable(fields.url("https://", "http://")),
  content: fields.blake3,
  key: fields.hexDigits(64),
  kind: fields.oneOf("file", "folder"),
};

/**
 * The ticket's text. Malformed if `parseTicket` would refuse it.
 * @param {{node: Primary, content: string, key: Uint8Array, kind?: TicketKind, addresses?: readonly string[],
 *   relay?: string | null}} ticket
 */
export function encodeTicket({ node, content, key, kind = "file", addresses = [], relay = null }) {
  const document = { node: node.hex, addresses: [...addresses], relay, content, key: toHex(key), kind };
  const text = TICKET_PREFIX + toBase64url(canonicalBytes(document));
  parseTicket(text);
  return text;
}

/**
 * Read a ticket: Malformed, UnknownField, or BadKey for a node that is no key.
 * @param {string} text
 * @returns {Ticket}
 */
export function parseTicket(text) {
  if (!text.startsWith(TICKET_PREFIX) || text.length > MAX_TICKET_CHARACTERS) {
    throw new Malformed("This is no ticket of a shared file, or one of a newer version.");
  }
  const data = fromBase64url(text.slice(TICKET_PREFIX.length));
  if (data === null) {
    throw new Malformed("A ticket is written in base64url.");
  }
  /** @type {unknown} */
  const document = parseJson(data);
  fields.checkFields(document, FIELDS, { what: "ticket" });
  if (!equal(canonicalBytes(document), data)) {
    throw new Malformed("The ticket was not written in its canonical form.");
  }
  return {
    node: Primary.fromHex(document.node),
    content: document.content,
    key: fromHex(document.key),
    kind: document.kind,
    addresses: document.addresses,
    relay: document.relay,
  };
}
