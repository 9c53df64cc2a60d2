/** Long work is cut in slices, so that the page stays usable. Import maps do not reach workers. */

/** How long the page may stand still, in milliseconds. */
export const SLICE_MS = 8;

const AT_ONCE = 64;

/**
 * Let the page handle input, draw, and do its other work; resolves in a later task. By a message and not by
 * scheduler.yield(), whose continuations go before everything else that waits: an import would hold up the
 * socket.
 *
 * @returns {Promise<void>}
 */
export function breathe() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A watch over one stretch of work: `await slice.pause()` gives way whenever 8 ms have gone by. */
export class Slice {
  #since = performance.now();

  async pause() {
    if (performance.now() - this.#since >= SLICE_MS) {
      await breathe();
      this.#since = performance.now();
    }
  }
}

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
  const slice = new Slice();
  for (const group of groups(items, AT_ONCE)) {
    done.push(...(await Promise.all(group.map(work))));
    await slice.pause();
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
