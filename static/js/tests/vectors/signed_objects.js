// Signed objects: the valid ones, and every mutation with its exact code, as a value and as JSON text.

import { toHex } from "../../proto/bytes.js";
import { canonicalBytes } from "../../proto/canonical.js";
import { verifyFileAnnouncement } from "../../proto/file_announcement.js";
import { Primary } from "../../proto/keys.js";
import * as payloads from "../../proto/payloads.js";
import { verifyRegistration } from "../../proto/registration.js";
import { verifyReport } from "../../proto/report.js";
import { verifySession } from "../../proto/session.js";
import { verifySharedFiles } from "../../proto/shared_files.js";
import { openSignal, verifySignal } from "../../proto/signals.js";
import { sign, verify } from "../../proto/signed.js";
import { parseTimestamp } from "../../proto/timestamps.js";
import { entryHash, followEntries, verifyTransparencyHead } from "../../proto/transparency.js";
import { ALICE } from "./cast.js";
import { refused, same } from "./expect.js";
import { openCase, sealedAgain } from "./sealing.js";

/** @typedef {(document: any, file: any) => Promise<any>} Verifier */

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "registrations.json": tableFor(
    payloads.HANDLE_REGISTRATION,
    ["server", "now"],
    (document, { server, now }) => verifyRegistration(document, { server, now: parseTimestamp(now) }),
  ),
  "sessions.json": tableFor(
    payloads.SESSION,
    ["server", "challenge", "now"],
    (document, { server, challenge, now }) =>
      verifySession(document, { server, challenge, now: parseTimestamp(now) }),
  ),
  "file_announcements.json": tableFor(
    payloads.FILE_ANNOUNCEMENT,
    ["server", "now"],
    (document, { server, now }) => verifyFileAnnouncement(document, { server, now: parseTimestamp(now) }),
  ),
  "shared_files.json": tableFor(payloads.SHARED_FILES, [], (document) => verifySharedFiles(document)),
  "reports.json": tableFor(payloads.REPORT, ["server", "now"], (document, { server, now }) =>
    verifyReport(document, { server, now: parseTimestamp(now) }),
  ),
  "signals.json": signals(),
  "transparency.json": transparency(),
};

/**
 * @param {payloads.PayloadSpec} spec
 * @param {string[]} context
 * @param {Verifier} verifier
 * @returns {import("./runner.js").Table}
 */
function tableFor(spec, context, verifier) {
  return {
    context,
    each: {
      async valid({ document, payload_canonical_hex, hash }, file) {
        await checkValid(spec, { document, payload_canonical_hex, hash });
        const found = await verifier(document, file);
        same(found.primary.toString(), ALICE.primary.toString());
        const fromText = await verifier(canonicalBytes(document), file);
        same(fromText, found, "the result from text");
      },
      async refused({ document, error }, file) {
        await refused(error, () => verifier(document, file));
        await refused(error, () => verifier(canonicalBytes(document), file));
      },
    },
  };
}

/**
 * @param {payloads.PayloadSpec} spec
 * @param {{document: any, payload_canonical_hex: string, hash: string}} valid
 */
export async function checkValid(spec, { document, payload_canonical_hex, hash }) {
  const signed = await verify(document, spec);
  same(signed.hash, hash, "the hash");
  same(toHex(canonicalBytes(signed.payload)), payload_canonical_hex, "the canonical payload");
  same(signed.signer.toString(), ALICE.primary.toString(), "the signer");
  same(sign(spec.tag, signed.payload, ALICE), document, "the object signed again");
}

/** @returns {import("./runner.js").Table} */
function signals() {
  /** @type {Verifier} */
  const verifier = (document, { reader, now }) =>
    verifySignal(document, { reader: Primary.parse(reader), now: parseTimestamp(now) });
  return {
    context: ["reader", "now"],
    each: {
      async valid({ document, payload_canonical_hex, hash, sender, kind }, file) {
        await checkValid(payloads.SIGNAL, { document, payload_canonical_hex, hash });
        for (const form of [document, canonicalBytes(document)]) {
          const signal = await verifier(form, file);
          same([signal.sender.toString(), signal.kind], [sender, kind]);
        }
      },
      async refused({ document, error }, file) {
        await refused(error, () => verifier(document, file));
        await refused(error, () => verifier(canonicalBytes(document), file));
      },
      async sealed({ kind, reader_seed_hex, ephemeral_hex, frame_hex, envelope_hex }, { now }) {
        const { envelope, key } = openCase({ envelope_hex, reader_seed_hex });
        same((await openSignal(envelope, key, { now: parseTimestamp(now) })).kind, kind);
        same(await sealedAgain({ frame_hex, ephemeral_hex, key }), envelope_hex, "the frame sealed again");
      },
      async sealed_refused({ envelope_hex, reader_seed_hex, error }, { now }) {
        const { envelope, key } = openCase({ envelope_hex, reader_seed_hex });
        await refused(error, () => openSignal(envelope, key, { now: parseTimestamp(now) }));
      },
    },
  };
}

/** @returns {import("./runner.js").Table} */
function transparency() {
  /** @type {Verifier} */
  const verifier = (document, { server, key }) =>
    verifyTransparencyHead(document, { server, key: Primary.parse(key) });
  return {
    context: ["server", "key"],
    each: {
      async valid({ document, payload_canonical_hex, hash }, file) {
        await checkValid(payloads.TRANSPARENCY_HEAD, { document, payload_canonical_hex, hash });
        for (const form of [document, canonicalBytes(document)]) {
          same((await verifier(form, file)).head?.seq ?? 0, document.payload.seq);
        }
      },
      async refused({ document, error }, file) {
        await refused(error, () => verifier(document, file));
        await refused(error, () => verifier(canonicalBytes(document), file));
      },
      entries({ entry, hash }) {
        same(entryHash(entry), hash);
        const before = entry.prev === null ? null : { seq: entry.seq - 1, hash: entry.prev };
        same(followEntries(before, [entry]), { seq: entry.seq, hash });
      },
      async broken({ entries, seq }) {
        await refused("transparency_broken", () => followEntries(null, entries));
        try {
          followEntries(null, entries);
        } catch (error) {
          same(/** @type {any} */ (error).seq, seq);
        }
      },
    },
  };
}
