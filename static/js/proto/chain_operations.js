// The bodies of sigchain operations.
//
// An operation of an unknown name, or a known one with an unknown `protocol` or `kind`, is kept and changes
// nothing, so that an older client can still follow a newer one's chain. What is known must have exactly its
// fields.

import { Malformed } from "./errors.js";
import * as fields from "./fields.js";

export const ADD_ENDPOINT = "add_endpoint";
export const REMOVE_ENDPOINT = "remove_endpoint";
export const ADD_CLAIM = "add_claim";
export const REVOKE_CLAIM = "revoke_claim";
export const SET_SHARED_FILES = "set_shared_files";

/**
 * A place where the chain's owner can be reached: nats has url and inbox, iroh a node_id, https a url.
 * @typedef {{protocol: string, url?: string, inbox?: string, node_id?: string}} Endpoint
 */
/**
 * A name elsewhere (`kind` and `subject`) that the owner says is theirs, and where the proof stands.
 * @typedef {{kind: string, subject: string, proof_url: string}} Claim
 */
/**
 * What the owner's shared-files object hashes to, and its size in bytes.
 * @typedef {{manifest: string, size: number}} SharedFiles
 */
/**
 * What an operation is about. The values have the same form as the bodies on the wire.
 * @typedef {{kind: "endpoint", endpoint: Endpoint} | {kind: "claim", claim: Claim} |
 *   {kind: "shared_files", sharedFiles: SharedFiles} | {kind: "unknown"}} Operand
 */

/** @type {Record<string, fields.Table>} */
const ENDPOINTS = {
  nats: {
    url: fields.url("nats://", "tls://", "ws://", "wss://"),
    inbox: fields.pattern("kez\\.inbox\\.[0-9a-f]{64}", "the subject of an inbox"),
  },
  iroh: { node_id: fields.hexDigits(64) },
  https: { url: fields.url("https://") },
};
const CLAIM_KINDS = ["dns", "github", "nostr", "web"];
const CLAIM = {
  kind: fields.anything,
  subject: fields.plainLine(1, 255),
  proof_url: fields.url("https://", "dns:", "nostr:"),
};
const SHARED_FILES = { manifest: fields.blake3, size: fields.integer(0) };

/** The body of `add_endpoint` and `remove_endpoint`. @param {Endpoint} endpoint @returns {Endpoint} */
export function endpointBody({ protocol, url, inbox, node_id }) {
  return {
    protocol,
    ...(url === undefined ? {} : { url }),
    ...(inbox === undefined ? {} : { inbox }),
    ...(node_id === undefined ? {} : { node_id }),
  };
}

/** The body of `add_claim` and `revoke_claim`. @param {Claim} claim @returns {Claim} */
export function claimBody({ kind, subject, proof_url }) {
  return { kind, subject, proof_url };
}

/** The body of `set_shared_files`. @param {SharedFiles} shared @returns {SharedFiles} */
export function sharedFilesBody({ manifest, size }) {
  return { manifest, size };
}

/**
 * What the operation is about. Malformed or UnknownField where a known operation has a wrong body.
 * @param {string} op
 * @param {Record<string, any>} body
 * @returns {Operand}
 */
export function parseOperation(op, body) {
  switch (op) {
    case ADD_ENDPOINT:
    case REMOVE_ENDPOINT:
      return parseEndpoint(op, body);
    case ADD_CLAIM:
    case REVOKE_CLAIM:
      return parseClaim(op, body);
    case SET_SHARED_FILES:
      fields.checkFields(body, SHARED_FILES, { what: op });
      return { kind: "shared_files", sharedFiles: sharedFilesBody(/** @type {any} */ (body)) };
    default:
      return { kind: "unknown" };
  }
}

/** @param {string} op @param {Record<string, any>} body @returns {Operand} */
function parseEndpoint(op, body) {
  const protocol = selector(op, body, "protocol");
  if (!Object.hasOwn(ENDPOINTS, protocol)) {
    return { kind: "unknown" };
  }
  fields.checkFields(body, { protocol: fields.anything, ...ENDPOINTS[protocol] }, { what: op });
  return { kind: "endpoint", endpoint: endpointBody(/** @type {any} */ (body)) };
}

/** @param {string} op @param {Record<string, any>} body @returns {Operand} */
function parseClaim(op, body) {
  if (!CLAIM_KINDS.includes(selector(op, body, "kind"))) {
    return { kind: "unknown" };
  }
  fields.checkFields(body, CLAIM, { what: op });
  return { kind: "claim", claim: claimBody(/** @type {any} */ (body)) };
}

/** @param {string} op @param {Record<string, any>} body @param {string} name */
function selector(op, body, name) {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (typeof value !== "string") {
    throw new Malformed(`${op} needs the text field '${name}'.`);
  }
  return value;
}
