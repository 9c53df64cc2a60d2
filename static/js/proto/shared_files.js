// The list of shared files: sealed entries, of which each reader can open those made for them.
//
// What an entry holds, and that the owner's sigchain commits to this list, is checked elsewhere.

import { fromBase64url, toBase64url } from "./bytes.js";
import { MAX_SHARED_FILES_BYTES, SHARED_FILES } from "./payloads.js";
import { verify } from "./signed.js";
import { formatTimestamp, parseTimestamp } from "./timestamps.js";

/**
 * A verified list; `versionNo` grows with every new list of the same owner.
 * @typedef {{primary: import("./keys.js").Primary, versionNo: number, entries: Uint8Array<ArrayBuffer>[],
 *   createdAt: Date, canonical: Uint8Array<ArrayBuffer>, document: import("./signed.js").SignedDocument}}
 *   SharedFilesList
 */

/**
 * The payload to sign with the tag `shared_files`; the caller has padded the entries and put them in random
 * order.
 * @param {{primary: import("./keys.js").Primary, versionNo: number, entries: readonly Uint8Array[],
 *   createdAt: Date}} parts
 */
export function sharedFilesPayload({ primary, versionNo, entries, createdAt }) {
  return {
    type: SHARED_FILES.type,
    version: SHARED_FILES.version,
    primary: primary.toString(),
    version_no: versionNo,
    entries: entries.map(toBase64url),
    created_at: formatTimestamp(createdAt),
  };
}

/**
 * Check the signed object. With 1,000 entries it is larger than other public objects: up to 2 MiB.
 * @param {import("./signed.js").Unverified} document
 * @returns {Promise<SharedFilesList>}
 */
export async function verifySharedFiles(document) {
  const { tag, type, version } = SHARED_FILES;
  const signed = await verify(document, { tag, type, version, maxBytes: MAX_SHARED_FILES_BYTES });
  const { payload } = signed;
  return {
    primary: signed.signer,
    versionNo: payload.version_no,
    entries: payload.entries.map(fromBase64url),
    createdAt: parseTimestamp(payload.created_at),
    canonical: signed.canonical,
    document: signed.document,
  };
}
