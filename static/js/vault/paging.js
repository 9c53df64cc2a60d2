/**
 * Parts of what is stored.
 *
 * @typedef {import("./records.js").StoredRecord} StoredRecord
 */

const BATCH_RECORDS = 200;
const BATCH_BYTES = 256 * 1024;

/**
 * The first `limit` records of an index within `range`, and those that follow with the same order as the last
 * one.
 *
 * @param {any} index over (group, order), of a running transaction
 * @param {IDBKeyRange} range
 * @param {number} limit
 * @param {"next"|"prev"} direction
 * @returns {Promise<StoredRecord[]>}
 */
export async function firstOf(index, range, limit, direction) {
  /** @type {StoredRecord[]} */
  const found = [];
  let cursor = await index.openCursor(range, direction);
  while (cursor && (found.length < limit || cursor.value.order === found.at(-1)?.order)) {
    found.push(cursor.value);
    cursor = await cursor.continue();
  }
  return found;
}

/**
 * A whole collection, in the order of its hidden names. Read in parts, because one large answer would stop
 * the page.
 *
 * @param {any} records an object store of a running transaction
 * @returns {Promise<StoredRecord[]>}
 */
export async function everyOne(records) {
  /** @type {StoredRecord[]} */
  const all = [];
  let part = await records.getAll(undefined, BATCH_RECORDS);
  while (part.length > 0) {
    all.push(...part);
    part = await records.getAll(IDBKeyRange.lowerBound(part.at(-1).name, true), BATCH_RECORDS);
  }
  return all;
}

/**
 * Cut into batches of at most 200 records and about 256 KiB; a larger record is a batch of its own.
 *
 * @param {readonly StoredRecord[]} stored
 * @returns {Generator<StoredRecord[], void, void>}
 */
export function* batches(stored) {
  /** @type {StoredRecord[]} */
  let batch = [];
  let size = 0;
  for (const record of stored) {
    const bytes = record.sealed?.byteLength ?? 0;
    if (batch.length > 0 && (batch.length === BATCH_RECORDS || size + bytes > BATCH_BYTES)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(record);
    size += bytes;
  }
  if (batch.length > 0) {
    yield batch;
  }
}
