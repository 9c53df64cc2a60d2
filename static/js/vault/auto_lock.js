/** Lock after some time without input, whether the page was looked at, hidden, or the machine asleep. */

const INPUT = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"];
const RETURN = ["visibilitychange", "pageshow", "resume", "focus"];
const MINUTE_MS = 60_000;

/**
 * Counts from start(), or from the last input, until `minutes` have gone by; then calls `onLock` once and
 * stops.
 */
export class AutoLock {
  #minutes;
  #onLock;
  #lastWall = 0;
  #lastMonotonic = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #running = false;

  /** @param {{minutes: number, onLock: () => void}} options `minutes`: 0 never locks */
  constructor({ minutes, onLock }) {
    this.#minutes = checked(minutes);
    this.#onLock = onLock;
  }

  get minutes() {
    return this.#minutes;
  }

  /** Counts for what has gone by already, too. */
  set minutes(minutes) {
    this.#minutes = checked(minutes);
    if (this.#running) {
      this.#check();
    }
  }

  /** Begin to count; from now if it was counting already. */
  start() {
    if (!this.#running) {
      this.#running = true;
      for (const name of INPUT) {
        addEventListener(name, this.#onInput, { capture: true, passive: true });
      }
      for (const name of RETURN) {
        addEventListener(name, this.#check, { capture: true });
      }
    }
    this.#touch();
    this.#check();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    for (const name of INPUT) {
      removeEventListener(name, this.#onInput, { capture: true });
    }
    for (const name of RETURN) {
      removeEventListener(name, this.#check, { capture: true });
    }
  }

  #onInput = () => {
    // First input after a long sleep: timers may not have run yet, and this must not keep the page open.
    if (this.#remaining() > 0) {
      this.#touch();
    } else {
      this.#check();
    }
  };

  #check = () => {
    clearTimeout(this.#timer);
    const remaining = this.#remaining();
    if (remaining <= 0) {
      this.stop();
      this.#onLock();
    } else if (remaining !== Infinity) {
      this.#timer = setTimeout(this.#check, remaining);
    }
  };

  #touch() {
    this.#lastWall = Date.now();
    this.#lastMonotonic = performance.now();
  }

  /** Milliseconds. The wall clock may be set back; the other one may stand still while the machine sleeps. */
  #remaining() {
    if (this.#minutes === 0) {
      return Infinity;
    }
    const idle = Math.max(Date.now() - this.#lastWall, performance.now() - this.#lastMonotonic);
    return this.#minutes * MINUTE_MS - idle;
  }
}

/** @param {number} minutes */
function checked(minutes) {
  if (!Number.isFinite(minutes) || minutes < 0 || minutes > 24 * 60) {
    throw new RangeError("The time until a page locks is between 0 (never) and 1,440 minutes.");
  }
  return minutes;
}
