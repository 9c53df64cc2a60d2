/** Taking turns, and pauses that end early: what uploads and downloads wait with. */

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** At most `places` pieces of work at a time; the others wait in order. */
export class Turnstile {
  /** @type {(() => void)[]} */
  #waiting = [];
  #free;

  /** @param {number} places */
  constructor(places) {
    this.#free = places;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @param {AbortSignal} signal  its reason is thrown at once by what waits for its turn
   * @returns {Promise<T>}
   */
  async pass(work, signal) {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#queue(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  #queue(signal) {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting = this.#waiting.filter((each) => each !== enter);
        reject(signal.reason);
      };
      this.#waiting.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}

/** Pauses that grow with every failure and end when `wake` is called: there is a connection, or news. */
export class Pauses {
  #failures = 0;
  /** @type {Set<() => void>} */
  #sleepers = new Set();

  /** It went well: the next pause is short again. */
  reset() {
    this.#failures = 0;
  }

  wake() {
    for (const end of this.#sleepers) end();
  }

  /** @param {AbortSignal} signal @param {number} [least] milliseconds */
  async grow(signal, least = 0) {
    const usual = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    await this.sleep(Math.max(usual, least), signal);
  }

  /** @param {number} milliseconds @param {AbortSignal} signal  its reason is thrown */
  async sleep(milliseconds, signal) {
    signal.throwIfAborted();
    await new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#sleepers.delete(end);
        signal.removeEventListener("abort", end);
        resolve(undefined);
      };
      const timer = setTimeout(end, milliseconds);
      this.#sleepers.add(end);
      signal.addEventListener("abort", end);
    });
    signal.throwIfAborted();
  }
}
