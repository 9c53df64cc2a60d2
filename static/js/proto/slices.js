// Long work in slices: import maps do not reach workers, so it is done on the page's own thread and must let
// go of it.

/** How long the page may stand still, in milliseconds. */
export const SLICE_MS = 8;

/**
 * Lets the page handle input, draw, and do its other work; resolves in a later task. By a message and not by
 * scheduler.yield(), whose continuations go before everything else that waits: an import would hold up the
 * socket. Not by setTimeout either, which browsers stretch to 4 ms and more.
 *
 * @returns {Promise<void>}
 */
export function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Counts the time of one long piece of work; await `breathe()` between its small steps. */
export class Slices {
  #start = performance.now();

  /** Goes on at once within a slice of 8 ms, else after the page had its turn. */
  async breathe() {
    if (performance.now() - this.#start > SLICE_MS) {
      await pause();
      this.#start = performance.now();
    }
  }
}
