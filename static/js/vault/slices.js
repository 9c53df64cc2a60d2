/** Many small asynchronous steps, some at the same time, without holding up the page. */

import { Slices } from "../proto/slices.js";

const AT_ONCE = 64;

/**
 * `work` for each item, some at the same time, giving way to the page in between; the answers in the items'
 * order.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<R>} work
 * @returns {Promise<R[]>}
 */
export async function inSlices(items, work) {
  /** @type {R[]} */
  const done = [];
  const slices = new Slices();
  for (const group of groups(items, AT_ONCE)) {
    done.push(...(await Promise.all(group.map(work))));
    await slices.breathe();
  }
  return done;
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {number} size
 * @returns {Generator<T[], void, void>}
 */
export function* groups(items, size) {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
}
