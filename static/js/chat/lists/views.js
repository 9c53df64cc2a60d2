/** Entries of lists as pages show them. Names, types and notes are the owner's words. */

/** @typedef {import("../../proto/shared_entries.js").SharedEntry} SharedEntry */
/**
 * `id` may be shortened to its first digits in commands. `expiresAt`: until when the server keeps it, as the owner was
 * told. `readers`, by handle: of the own list only.
 * @typedef {object} EntryView
 * @property {string} id
 * @property {string} name
 * @property {string} mime
 * @property {number} size in bytes
 * @property {"chunked"|"iroh"} mode
 * @property {string|null} note
 * @property {Date} addedAt
 * @property {Date|null} expiresAt
 * @property {boolean} hasThumbnail
 * @property {{handle: string, peer: string}[]|null} readers
 */

/**
 * The newest first. On the own list several entries may be about one file: they become one, with all of its readers.
 * @param {readonly SharedEntry[]} entries
 * @param {{own: boolean}} options
 * @returns {{view: EntryView, entry: SharedEntry}[]}
 */
export function entryViews(entries, { own }) {
  /** @type {Map<string, {view: EntryView, entry: SharedEntry}>} */
  const found = new Map();
  for (const entry of entries) {
    const { digest } = entry.file;
    const known = own ? found.get(digest) : undefined;
    if (!known) found.set(own ? digest : `${digest} ${found.size}`, { view: viewOf(entry, own), entry });
    else {
      // The fuller one leads; the others only name more readers.
      const [first, other] = entry.thumbnail || entry.note ? [entry, known.entry] : [known.entry, entry];
      const view = viewOf(first, own);
      view.readers = byHandle([...readersOf(first), ...(known.view.readers ?? []), ...readersOf(other)]);
      found.set(digest, { view, entry: first });
    }
  }
  return [...found.values()].sort((one, two) => two.view.addedAt.getTime() - one.view.addedAt.getTime());
}

/** @param {SharedEntry} entry @param {boolean} own @returns {EntryView} */
function viewOf(entry, own) {
  const { file, note, addedAt, expiresAt, thumbnail } = entry;
  return {
    id: file.fileId ?? file.digest.slice(file.digest.indexOf(":") + 1),
    name: file.filename,
    mime: file.mime,
    size: file.size,
    mode: file.mode === "iroh" ? "iroh" : "chunked",
    note,
    addedAt,
    expiresAt,
    hasThumbnail: thumbnail !== null,
    readers: own ? byHandle(readersOf(entry)) : null,
  };
}

/** @param {SharedEntry} entry */
function readersOf({ readers }) {
  return (readers ?? []).map(({ handle, primary }) => ({ handle: handle.toString(), peer: primary.hex }));
}

/** Each once, by name. @param {{handle: string, peer: string}[]} readers */
function byHandle(readers) {
  const each = new Map(readers.map((reader) => [reader.peer, reader]));
  return [...each.values()].sort((one, other) => one.handle.localeCompare(other.handle));
}
