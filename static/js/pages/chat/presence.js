/**
 * Who is writing and who is here, as far as others let it be seen; every such word runs out by itself.
 */

/** @typedef {import("../../chat/session.js").ChatSession} ChatSession */

export class PresenceBook {
  /**
   * @param {ChatSession} session
   * @param {(peer: string) => void} onChange
   * @param {AbortSignal} signal
   */
  constructor(session, onChange, signal) {
    /** @type {Map<string, {typing: number, online: number}>} until when, in ms since the epoch */
    this.until = new Map();
    this.onChange = onChange;
    /** @type {Set<number>} */
    this.timers = new Set();
    session.addEventListener("typing", (event) => {
      const { peer, until } = /** @type {CustomEvent<{peer: string, until: number}>} */ (event).detail;
      this.#note(peer, { typing: until });
    }, { signal });
    session.addEventListener("presence", (event) => {
      const { detail } = /** @type {CustomEvent<{peer: string, online: boolean, until: number}>} */ (event);
      const { peer, online, until } = detail;
      this.#note(peer, { online: online ? until : 0 });
    }, { signal });
    session.addEventListener("incoming", (event) => {
      const { peer } = /** @type {CustomEvent<{peer: string}>} */ (event).detail;
      if (this.until.has(peer)) {
        this.#note(peer, { typing: 0 });
      }
    }, { signal });
    signal.addEventListener("abort", () => this.timers.forEach((timer) => clearTimeout(timer)));
  }

  /** @param {string} peer */
  of(peer) {
    const now = Date.now();
    const until = this.until.get(peer);
    return { typing: (until?.typing ?? 0) > now, online: (until?.online ?? 0) > now };
  }

  /**
   * @param {string} peer
   * @param {{typing?: number, online?: number}} news
   */
  #note(peer, news) {
    const until = { typing: 0, online: 0, ...this.until.get(peer), ...news };
    this.until.set(peer, until);
    this.onChange(peer);
    for (const end of Object.values(news)) {
      if (end > Date.now()) {
        const timer = window.setTimeout(() => {
          this.timers.delete(timer);
          this.onChange(peer);
        }, end - Date.now() + 20);
        this.timers.add(timer);
      }
    }
  }
}
