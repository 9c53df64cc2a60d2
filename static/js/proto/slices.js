// Long work in slices: import maps do not reach workers, so it is done on the page's own thread and must let
// go of it.

const SLICE_MILLISECONDS = 8;

/** Lets the page draw and react, then goes on. @returns {Promise<void>} */
export function pause() {
  const { scheduler } = /** @type {{scheduler?: {yield?: () => Promise<void>}}} */ (globalThis);
  if (scheduler?.yield) {
    return scheduler.yield();
  }
  return new Promise((resolve) => {
    // Not setTimeout: browsers stretch it to 4 ms and more.
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
    if (performance.now() - this.#start > SLICE_MILLISECONDS) {
      await pause();
      this.#start = performance.now();
    }
  }
}
