/**
 * Of all tabs of this site only one holds the session: two would read the same inbox and number messages
 * twice. The tabs settle it with a web lock, and tell one another when one was locked or wiped.
 *
 * @typedef {"locked"|"wiped"} News
 */

import { StorageUnavailable } from "./errors.js";

const LOCK = "kez-chat/session";
const CHANNEL = "kez-chat/tabs";
/** @type {readonly unknown[]} */
const NEWS = ["locked", "wiped"];

/** Tell all tabs, with the OneTab of this one. @param {News} news */
export function announce(news) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

/**
 * This tab's part in it. Events: "lost", another tab took the session over; "locked" and "wiped", somebody
 * locked or wiped in another tab (or by `announce` in this one).
 */
export class OneTab extends EventTarget {
  #channel = new BroadcastChannel(CHANNEL);
  /** @type {(() => void)|null} */
  #release = null;
  /** @type {Promise<boolean>|null} */
  #taking = null;

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => {
      if (NEWS.includes(data)) {
        this.dispatchEvent(new Event(data));
      }
    };
  }

  /** Whether this tab holds the session. */
  get held() {
    return this.#release !== null;
  }

  /** Hold the session if no tab does. @returns {Promise<boolean>} whether this tab holds it now */
  async hold() {
    return this.held || this.#request({ ifAvailable: true });
  }

  /** Hold the session, whoever did until now. @returns {Promise<void>} */
  async takeOver() {
    if (!this.held) {
      // One at a time: two would steal from each other.
      this.#taking ??= this.#request({ steal: true }).finally(() => (this.#taking = null));
      await this.#taking;
    }
  }

  /** Let go, without an event. */
  release() {
    this.#release?.();
    this.#release = null;
  }

  /** Tell the other tabs that this one was locked. */
  announceLocked() {
    this.#channel.postMessage("locked");
  }

  /** Let go and listen no more. */
  close() {
    this.release();
    this.#channel.close();
  }

  /** @param {LockOptions} options @returns {Promise<boolean>} */
  async #request(options) {
    if (!navigator.locks) {
      throw new StorageUnavailable();
    }
    return new Promise((resolve, reject) => {
      /** @type {(() => void)|null} */
      let release = null;
      const request = navigator.locks.request(LOCK, options, (lock) => {
        resolve(lock !== null);
        return lock && new Promise((done) => (this.#release = release = () => done(null)));
      });
      request.catch((error) => {
        reject(error); // without effect once the lock was granted
        if (release !== null && this.#release === release) {
          this.#release = null;
          this.dispatchEvent(new Event("lost"));
        }
      });
    });
  }
}
