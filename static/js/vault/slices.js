/** Long work is cut in slices, so that the page stays usable. Import maps do not reach workers. */

const SLICE_MS = 8;

/** Let the page handle input and draw; resolves in a later task. */
export function breathe() {
  const scheduler = /** @type {{yield?: () => Promise<void>}|undefined} */ (
    /** @type {any} */ (globalThis).scheduler
  );
  if (typeof scheduler?.yield === "function") {
    return scheduler.yield();
  }
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    })
  );
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
