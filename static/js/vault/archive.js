/**
 * A history as one file that only its owner can open: the 24 words open it anywhere (format:
 * archive_format.js).
 *
 * @typedef {import("./identity.js").UnlockedIdentity} UnlockedIdentity
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Change} Change
 * @typedef {import("./archive_format.js").Bytes} Bytes
 */

import { formatTimestamp } from "../proto/timestamps.js";
import {
  ArchiveReader,
  MEDIA_TYPE,
  SALT_BYTES,
  openChunk,
  readRecords,
  sealChunk,
  writePrelude,
  writeRecords,
} from "./archive_format.js";
import { ArchiveBroken, ArchiveTruncated, ForeignArchive } from "./errors.js";
import { COLLECTIONS } from "./schema.js";
import { Slices } from "../proto/slices.js";
import { deriveArchiveKey } from "./store_keys.js";

const ARCHIVED = Object.keys(COLLECTIONS).filter((name) => COLLECTIONS[name].archived);

/**
 * Everything that is worth taking along (see COLLECTIONS), sealed.
 *
 * @param {Store} store
 * @param {UnlockedIdentity} identity
 * @returns {Promise<Blob>}
 */
export async function exportHistory(store, identity) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await deriveArchiveKey(identity.key.seed, salt);
  const createdAt = formatTimestamp(new Date());
  const prelude = writePrelude({ primary: identity.primary.hex, createdAt, salt });
  const parts = [prelude];
  const slices = new Slices();
  let total = 0;
  for await (const records of store.snapshot(ARCHIVED)) {
    total += records.length;
    parts.push(await sealChunk(key, prelude, parts.length - 1, false, writeRecords(records)));
    await slices.breathe();
  }
  parts.push(await sealChunk(key, prelude, parts.length - 1, true, writeRecords([], total)));
  return new Blob(parts, { type: MEDIA_TYPE });
}

/**
 * Add what an archive of the same identity holds and this store does not; what is here already stays as it
 * is. The whole file is checked before anything is written, then everything is written at once.
 *
 * @param {Store} store
 * @param {UnlockedIdentity} identity
 * @param {Blob} blob
 * @returns {Promise<{added: number, known: number}>} throws ForeignArchive, ArchiveTruncated, ArchiveNewer,
 *   ArchiveBroken, StorageFull…
 */
export async function importHistory(store, identity, blob) {
  return store.addMissing(readArchive(identity, blob));
}

/** @param {UnlockedIdentity} identity @param {Blob} blob @returns {AsyncGenerator<Change[], void, void>} */
async function* readArchive(identity, blob) {
  const reader = new ArchiveReader(blob);
  const { prelude, header } = await reader.prelude();
  if (header.primary !== identity.primary.hex) {
    throw new ForeignArchive();
  }
  const key = await deriveArchiveKey(identity.key.seed, header.salt);
  const slices = new Slices();
  let seen = 0;
  for (let index = 0; ; index += 1) {
    const box = await reader.chunk();
    const plain = await openEither(key, prelude, index, reader.atEnd, box);
    const { records, total } = readRecords(plain);
    seen += records.length;
    yield records;
    if (total !== (reader.atEnd ? seen : undefined)) {
      throw new ArchiveBroken();
    }
    if (reader.atEnd) {
      return;
    }
    await slices.breathe();
  }
}

/**
 * Open a box that is, or is not, the last one of the file. A box in front of the end that opens only as one
 * from the middle says that the rest was cut off.
 *
 * @param {CryptoKey} key
 * @param {Bytes} prelude
 * @param {number} index
 * @param {boolean} atEnd
 * @param {Bytes} box
 */
async function openEither(key, prelude, index, atEnd, box) {
  const plain = await openChunk(key, prelude, index, atEnd, box);
  if (plain) {
    return plain;
  }
  const isCut = atEnd && (await openChunk(key, prelude, index, false, box)) !== null;
  throw isCut ? new ArchiveTruncated() : new ArchiveBroken();
}
