// How much may be sent: so much a second on average, a burst of it at once.

export class Bucket {
  #rate;
  #burst;
  #tokens;
  #countedAt = performance.now();

  /**
   * @param {number} rate a second
   * @param {number} burst
   */
  constructor(rate, burst) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** What is there now; below zero if more was spent. */
  get tokens() {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#countedAt) / 1000) * this.#rate);
    this.#countedAt = now;
    return this.#tokens;
  }

  /** Whether or not it is there. @param {number} count */
  spend(count) {
    this.#tokens = this.tokens - count;
  }

  /** 0 if it is there. Who wants more than a burst gets it when the bucket is full. @param {number} count */
  secondsUntil(count) {
    return Math.max(0, Math.min(count, this.#burst) - this.tokens) / this.#rate;
  }

  /** The other side counts otherwise: there is nothing, and nothing comes, for so long. @param {number} seconds */
  drain(seconds) {
    this.#tokens = Math.min(this.tokens, -seconds * this.#rate);
  }
}
