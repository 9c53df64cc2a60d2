/**
 * @typedef {import("./records.js").StoredRecord} StoredRecord
 */

/**
 * The first `limit` records of an index within `range`, and those that follow with the same order as the last one.
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
