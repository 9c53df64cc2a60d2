// One entry of a list of shared files: what the owner offers to one reader, sealed to that reader alone.
//
//     enc (32 bytes) ‖ ciphertext with its tag (16 bytes)        HPKE as in an envelope
//
// with the info `kez/share/1` ‖ 0x00 ‖ the reader's 32 bytes. What is sealed is a frame as in an envelope. The list
// names no reader; a reader tries its key on every entry. The entry names its owner, so that nobody can offer a copy
// of it as their own.
//
// The owner seals entries to themself as well: these name the readers, so that every device of theirs can make the
// next list out of this one.

import { parseBody } from "./bodies.js";
import { concat, equal, utf8 } from "./bytes.js";
import { canonicalBytes, parseJson } from "./canonical.js";
import { CannotDecrypt, KeyMismatch, Malformed, WrongType } from "./errors.js";
import * as fields from "./fields.js";
import { parseFullHandle } from "./handles.js";
import { hpkeOpen, hpkeSeal } from "./hpke.js";
import { Primary } from "./keys.js";
import { frame, frameSize, unframe } from "./padding.js";
import { MAX_SHARED_ENTRY_BYTES } from "./payloads.js";
import { formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./bodies.js").FileBody} FileBody */
/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./handles.js").Handle} Handle */
/** @typedef {import("./keys.js").SigningKey} SigningKey */
/** @typedef {{primary: Primary, handle: Handle}} Reader */
/**
 * `file` is chunked or iroh; `thumbnail`, if there is one, is a chunked picture. `document` is what was sealed.
 * `expiresAt`: until when the server keeps a chunked file, as its owner was told. `readers` are those that the owner
 * made the entry for; only an entry that the owner sealed to themself has them. Several of these may be about one file.
 * @typedef {{owner: Primary, addedAt: Date, file: FileBody, thumbnail: FileBody | null, note: string | null,
 *   expiresAt: Date | null, readers: Reader[] | null, document: Record<string, any>}} SharedEntry
 */

export const ENTRY_TYPE = "kez.chat.shared_entry";
export const ENTRY_VERSION = 1;
export const MAX_NOTE_BYTES = 280;

const INFO = utf8("kez/share/1\0");
const ENC_BYTES = 32;
const OVERHEAD_BYTES = ENC_BYTES + 16;
const ONLY_OWNER = "Only an entry that the owner seals to themself names readers.";
const FIELDS = {
  type: fields.anything,
  version: fields.anything,
  owner: fields.primary,
  added_at: fields.timestamp,
  file: fields.jsonObject,
  thumbnail: fields.jsonObject,
  note: fields.plainLine(1, MAX_NOTE_BYTES),
  expires_at: fields.timestamp,
  readers: checkReaders,
};
const OPTIONAL = ["thumbnail", "note", "expires_at", "readers"];

/**
 * The entry as JSON, from file bodies. Malformed if `parseSharedEntry` would refuse it.
 * @param {{owner: Primary, addedAt: Date, file: object, thumbnail?: object | null, note?: string | null,
 *   expiresAt?: Date | null, readers?: readonly Reader[] | null}} parts
 * @returns {Record<string, any>}
 */
export function sharedEntryDocument(parts) {
  const { owner, addedAt, file, thumbnail = null, note = null, expiresAt = null, readers = null } = parts;
  const document = {
    type: ENTRY_TYPE,
    version: ENTRY_VERSION,
    owner: owner.toString(),
    added_at: formatTimestamp(addedAt),
    file: { ...file },
    ...(thumbnail === null ? {} : { thumbnail: { ...thumbnail } }),
    ...(note === null ? {} : { note }),
    ...(expiresAt === null ? {} : { expires_at: formatTimestamp(expiresAt) }),
    ...(readers === null ? {} : {
      readers: Object.fromEntries(readers.map((each) => [each.primary.toString(), each.handle.toString()])),
    }),
  };
  parseSharedEntry(document, { owner });
  return document;
}

/**
 * Malformed, UnknownField, WrongType for another version, KeyMismatch if the entry is of another owner.
 * @param {unknown} document
 * @param {{owner: Primary}} options
 * @returns {SharedEntry}
 */
export function parseSharedEntry(document, { owner }) {
  if (!fields.isObject(document)) {
    throw new Malformed("An entry is a JSON object.");
  }
  if (document.type !== ENTRY_TYPE || document.version !== ENTRY_VERSION) {
    throw new WrongType(`An entry of type ${ENTRY_TYPE}, version ${ENTRY_VERSION}, was expected.`);
  }
  /** @type {unknown} */
  const entry = document;
  fields.checkFields(entry, FIELDS, { what: "entry", optional: OPTIONAL });
  if (entry.owner !== owner.toString()) {
    throw new KeyMismatch("The entry was made by another owner than the one of this list.");
  }
  return {
    owner,
    addedAt: parseTimestamp(entry.added_at),
    file: fileOf(entry.file, "chunked", "iroh"),
    thumbnail: Object.hasOwn(entry, "thumbnail") ? fileOf(entry.thumbnail, "chunked") : null,
    note: entry.note ?? null,
    expiresAt: Object.hasOwn(entry, "expires_at") ? parseTimestamp(entry.expires_at) : null,
    readers: Object.hasOwn(entry, "readers") ? named(entry.readers) : null,
    document: { ...entry },
  };
}

/** HPKE's `info` for an entry. @param {Primary} reader */
export function entryInfo(reader) {
  return concat(INFO, reader.raw);
}

/** How many bytes the sealed entry has; a list takes up to MAX_SHARED_ENTRY_BYTES. @param {object} document */
export function sealedEntrySize(document) {
  return OVERHEAD_BYTES + frameSize(canonicalBytes(document).length);
}

/**
 * The sealed entry. Malformed if it becomes larger than a list takes, or would tell one reader of others.
 * @param {Record<string, any>} document
 * @param {Primary} reader
 * @returns {Promise<Bytes>}
 */
export async function sealSharedEntry(document, reader) {
  if (Object.hasOwn(document, "readers") && document.owner !== reader.toString()) {
    throw new Malformed(ONLY_OWNER);
  }
  const framed = frame(canonicalBytes(document));
  if (OVERHEAD_BYTES + framed.length > MAX_SHARED_ENTRY_BYTES) {
    throw new Malformed(
      `A sealed entry has at most ${MAX_SHARED_ENTRY_BYTES} bytes: shorten its note, or leave out its picture.`,
    );
  }
  const { enc, ciphertext } = await hpkeSeal(framed, reader, entryInfo(reader));
  return concat(enc, ciphertext);
}

/**
 * CannotDecrypt where it is not for the holder of `key`; BadPadding and the refusals of `parseSharedEntry`.
 * @param {Uint8Array} sealed
 * @param {SigningKey} key
 * @param {{owner: Primary}} options
 * @returns {Promise<SharedEntry>}
 */
export async function openSharedEntry(sealed, key, { owner }) {
  if (sealed.length < OVERHEAD_BYTES) {
    throw new CannotDecrypt("This entry was cut short.");
  }
  const enc = new Uint8Array(sealed.slice(0, ENC_BYTES));
  const ciphertext = new Uint8Array(sealed.slice(ENC_BYTES));
  const plaintext = unframe(await hpkeOpen(enc, ciphertext, key, entryInfo(key.primary)));
  const document = parseJson(plaintext);
  const entry = parseSharedEntry(document, { owner });
  if (entry.readers !== null && key.primary.hex !== owner.hex) {
    throw new Malformed(ONLY_OWNER);
  }
  if (!equal(canonicalBytes(document), plaintext)) {
    throw new Malformed("The entry was not sealed in its canonical form.");
  }
  return entry;
}

/** @param {Record<string, any>} document @param {...string} modes @returns {FileBody} */
function fileOf(document, ...modes) {
  const body = parseBody(document);
  if (body.type !== "file" || !modes.includes(body.mode)) {
    throw new Malformed(`An entry leads to a file of mode ${modes.join(" or ")}.`);
  }
  return body;
}

/** @param {unknown} value */
function checkReaders(value) {
  fields.jsonObject(value);
  const readers = /** @type {Record<string, unknown>} */ (value);
  if (Object.keys(readers).length === 0) {
    throw new Malformed("must name a reader.");
  }
  for (const primary of Object.keys(readers).sort()) {
    fields.primary(primary);
    const handle = readers[primary];
    if (typeof handle !== "string") {
      throw new Malformed("must give each reader's handle as text.");
    }
    parseFullHandle(handle);
  }
}

/** In the order of their keys. @param {Record<string, string>} readers @returns {Reader[]} */
function named(readers) {
  return Object.keys(readers).sort().map((primary) => (
    { primary: Primary.parse(primary), handle: parseFullHandle(readers[primary]) }
  ));
}
