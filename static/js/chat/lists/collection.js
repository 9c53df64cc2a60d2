/**
 * What somebody publishes, as a whole: read out of the owner's own entries, changed, and sealed for its readers again.
 * The same as `kezclient/publishing/collection.py`.
 */

import { parseBody } from "../../proto/bodies.js";
import { MAX_SHARED_ENTRIES, MAX_SHARED_ENTRY_BYTES } from "../../proto/payloads.js";
import { ENTRY_TYPE, ENTRY_VERSION, sealedEntrySize, sealSharedEntry } from "../../proto/shared_entries.js";
import { Slices } from "../../proto/slices.js";
import { ChatError } from "../errors.js";

/** @typedef {import("../../proto/keys.js").Primary} Primary */
/** @typedef {import("../../proto/shared_entries.js").Reader} Reader */
/** @typedef {import("../../proto/shared_entries.js").SharedEntry} SharedEntry */
/**
 * A file on the list. `content` is what its entries say, as JSON: added_at, file, and perhaps thumbnail, note,
 * expires_at.
 * @typedef {{content: Record<string, any>, readers: Reader[]}} Published
 */

// Key and handle of each take at least 80 bytes.
const MOST_READERS = Math.floor(MAX_SHARED_ENTRY_BYTES / 80);

/** What names an entry to people; the same for all of its readers. @param {Published} published */
export function idOf({ content }) {
  const { file_id: fileId, digest } = content.file;
  return fileId ?? digest.slice(digest.indexOf(":") + 1);
}

/**
 * Out of the owner's own entries; several about one file are put together.
 * @param {readonly SharedEntry[]} entries
 * @returns {Published[]}
 */
export function collected(entries) {
  /** @type {Map<string, Published>} */
  const found = new Map();
  for (const { document, file, readers } of entries) {
    const { type: _type, version: _version, owner: _owner, readers: _readers, ...content } = document;
    const known = found.get(file.digest);
    const both = { ...content, ...known?.content, ...pick(content, known?.content) };
    found.set(file.digest, { content: both, readers: unique([...(known?.readers ?? []), ...(readers ?? [])]) });
  }
  return [...found.values()];
}

/**
 * With one more file, or with one renewed: the same content under the same name is one file. Its readers are those of
 * before and the new ones.
 * @param {readonly Published[]} collection
 * @param {Published} added
 * @returns {Published[]}
 */
export function withFile(collection, added) {
  const same = collection.filter((each) => isSame(each, added));
  const rest = collection.filter((each) => !isSame(each, added));
  const before = same.reduce((all, { content }) => ({ ...all, ...optional(content) }), {});
  const readers = unique([...same.flatMap((each) => each.readers), ...added.readers]);
  return [...rest, { content: { ...before, ...added.content }, readers }];
}

/**
 * With other readers for one file; what nobody reads goes.
 * @param {readonly Published[]} collection
 * @param {string} id
 * @param {readonly Reader[]} readers
 * @returns {Published[]}
 */
export function withReaders(collection, id, readers) {
  return collection.flatMap((each) => {
    if (idOf(each) !== id) return [each];
    return readers.length ? [{ ...each, readers: unique(readers) }] : [];
  });
}

/**
 * Every entry of the next list, sealed anew, in random order. ChatError list_full, entry_too_large.
 * @param {readonly Published[]} collection
 * @param {Primary} owner
 */
export async function sealedEntries(collection, owner) {
  const entries = collection.flatMap((each) => entriesOf(each, owner));
  if (entries.length > MAX_SHARED_ENTRIES) throw new ChatError("list_full");
  const slices = new Slices();
  const sealed = [];
  for (const { document, reader } of entries) {
    sealed.push(await sealSharedEntry(document, reader));
    await slices.breathe();
  }
  return shuffled(sealed);
}

/** @param {Published} published @param {Primary} owner @returns {{document: Record<string, any>, reader: Primary}[]} */
function entriesOf({ content, readers }, owner) {
  const document = documentOf(content, owner);
  if (!fits(document)) throw new ChatError("entry_too_large");
  return [
    ...readers.map(({ primary }) => ({ document, reader: primary })),
    ...ownDocuments(content, readers, owner).map((own) => ({ document: own, reader: owner })),
  ];
}

/**
 * The first says everything, and names as many readers as fit; each further one names more of them.
 * @param {Record<string, any>} content
 * @param {readonly Reader[]} readers
 * @param {Primary} owner
 */
function ownDocuments(content, readers, owner) {
  const { thumbnail: _thumbnail, note: _note, ...bare } = content;
  const documents = [];
  let left = readers;
  for (let base = content; documents.length === 0 || left.length > 0; base = bare) {
    let count = Math.min(left.length, MOST_READERS);
    while (count > 0 && !fits(documentOf(base, owner, left.slice(0, count)))) count -= 1;
    if (count === 0 && base === bare && left.length > 0) throw new ChatError("entry_too_large");
    documents.push(documentOf(base, owner, left.slice(0, count)));
    left = left.slice(count);
  }
  return documents;
}

/** @param {Record<string, any>} content @param {Primary} owner @param {readonly Reader[]} [readers] */
function documentOf(content, owner, readers = []) {
  const named = Object.fromEntries(readers.map(({ primary, handle }) => [primary.toString(), handle.toString()]));
  return {
    type: ENTRY_TYPE,
    version: ENTRY_VERSION,
    owner: owner.toString(),
    ...content,
    ...(readers.length ? { readers: named } : {}),
  };
}

/** @param {Record<string, any>} document */
function fits(document) {
  return sealedEntrySize(document) <= MAX_SHARED_ENTRY_BYTES;
}

/**
 * By the digest of the plain bytes; a file that goes by Iroh has none, there its name decides.
 * @param {Published} one
 * @param {Published} other
 */
function isSame(one, other) {
  const [a, b] = [parseBody(one.content.file), parseBody(other.content.file)];
  if (a.type !== "file" || b.type !== "file") return false;
  return a.filename === b.filename && a.mode === b.mode && a.plainDigest === b.plainDigest;
}

/**
 * What one entry about a file says and the others leave out.
 * @param {Record<string, any>} one
 * @param {Record<string, any>} [other]
 */
function pick(one, other = {}) {
  return { ...optional(one), ...optional(other) };
}

/** @param {Record<string, any>} content */
function optional({ thumbnail, note }) {
  return { ...(thumbnail === undefined ? {} : { thumbnail }), ...(note === undefined ? {} : { note }) };
}

/** Each key once. @param {readonly Reader[]} readers */
function unique(readers) {
  return [...new Map(readers.map((reader) => [reader.primary.hex, reader])).values()];
}

/**
 * Fisher and Yates; who sees lists come and go learns nothing from the places of entries.
 * @template T
 * @param {T[]} items
 */
function shuffled(items) {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const place = below(last + 1);
    [items[last], items[place]] = [items[place], items[last]];
  }
  return items;
}

/** A random whole number from 0 to `limit` - 1, each as likely. @param {number} limit at most 65,536 */
function below(limit) {
  const top = Math.floor(0x10000 / limit) * limit;
  const drawn = new Uint16Array(1);
  do crypto.getRandomValues(drawn);
  while (drawn[0] >= top);
  return drawn[0] % limit;
}
