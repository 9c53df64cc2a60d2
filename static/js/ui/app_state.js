/** The app between its pages: who is unlocked, and the one session. Pages get this object. */

import { Api } from "../api.js";
import { ChatSession } from "../chat/session.js";
import { AutoLock } from "../vault/auto_lock.js";
import { OneTab } from "../vault/one_tab.js";
import { openStore } from "../vault/store.js";
import { wipe } from "../vault/wipe.js";
import { announce } from "./focus.js";
import { showToast } from "./toasts.js";

/**
 * @typedef {import("../config.js").Config} Config
 * @typedef {import("../vault/identity.js").UnlockedIdentity} UnlockedIdentity
 * @typedef {import("./toasts.js").Kind} Kind
 * @typedef {(path: string, options?: {replace?: boolean}) => void} Navigate
 */

/**
 * Events: "unlocked" (a session is open), "locked" (detail.reason: "asked", "idle", "elsewhere" or "wiped"),
 * "session" (another session took the place of the one before, or null did while the app rests), "page" (another page
 * is shown).
 */
export class App extends EventTarget {
  /** @type {UnlockedIdentity|null} */
  identity = null;
  /** @type {ChatSession|null} */
  session = null;
  /** @type {import("../vault/store.js").Store|null} */
  store = null;
  /** Settles when every module that a page may need is here. @type {Promise<unknown>} */
  loaded = Promise.resolve();
  /** Where somebody wanted to go before being asked for the passphrase. @type {() => string} */
  wanted = () => "/chat";

  /** @type {Navigate} */
  #navigate;
  /** @type {AutoLock|null} */
  #autoLock = null;
  #tabs = new OneTab();
  #ownWipes = 0;

  /** @param {Config} config @param {Navigate} navigate */
  constructor(config, navigate) {
    super();
    this.config = config;
    this.api = new Api({ config });
    this.#navigate = navigate;
    this.#tabs.addEventListener("lost", () => this.#end("elsewhere"));
    this.#tabs.addEventListener("wiped", () => this.#onWiped());
  }

  /** Change the page. @param {string} path @param {{replace?: boolean}} [options] replace: "back" skips this one */
  go(path, options) {
    this.#navigate(path, options);
  }

  /** @param {string} text @param {{kind?: Kind}} [options] */
  toast(text, options) {
    showToast(text, options);
  }

  /** @param {string} text */
  announce(text) {
    announce(text);
  }

  /** How a handle is shown here: bare when it is of this server. @param {{local: string, server: string}} handle */
  shown({ local, server }) {
    return server === this.config.server ? local : `${local}@${server}`;
  }

  /**
   * Open the store and the session of an unlocked identity. Does not wait for a connection.
   *
   * @param {UnlockedIdentity} identity
   */
  async signIn(identity) {
    await this.#tabs.takeOver();
    try {
      this.store = await openStore(identity);
      this.identity = identity;
      await this.wake();
    } catch (error) {
      // Half unlocked is locked.
      this.identity = null;
      this.store?.close();
      this.store = null;
      this.#tabs.release();
      throw error;
    }
    const minutes = this.session?.settings.autoLockMinutes ?? 15;
    this.#autoLock = new AutoLock({ minutes, onLock: () => this.#end("idle") });
    this.#autoLock.start();
    this.dispatchEvent(new CustomEvent("unlocked"));
  }

  /** Open the session again after `rest`. */
  async wake() {
    const { identity, store, config, api } = this;
    if (!identity || !store || this.session) {
      return;
    }
    const session = await ChatSession.open({ identity, store, config, api });
    session.addEventListener("setting", (event) => {
      const { name, value } = /** @type {CustomEvent<{name: string, value: number}>} */ (event).detail;
      if (name === "autoLockMinutes") {
        this.#setMinutes(value);
      }
    });
    this.#changeSession(session);
  }

  /** Close the session and with it every connection, but stay unlocked: while the 24 words are on the screen. */
  async rest() {
    const session = this.session;
    this.#changeSession(null);
    await session?.close();
  }

  /** Forget the key; /unlock is shown. */
  lock() {
    return this.#end("asked");
  }

  /** @param {"asked"|"idle"|"elsewhere"|"wiped"} reason */
  async #end(reason) {
    if (!this.identity) {
      return;
    }
    const { session, store } = this;
    this.#autoLock?.stop();
    this.#autoLock = null;
    this.identity = null;
    this.store = null;
    this.#changeSession(null);
    this.dispatchEvent(new CustomEvent("locked", { detail: { reason } }));
    await session?.close();
    store?.close();
    this.#tabs.release();
  }

  /**
   * Remove everything of this server from this browser. The page stays; whoever wipes decides what comes next.
   *
   * @returns {Promise<void>} throws StorageBlocked
   */
  async wipe() {
    await this.#end("wiped");
    this.#ownWipes += 1;
    await wipe();
  }

  /** Every tab hears of a wipe, also the one that wiped. */
  #onWiped() {
    if (this.#ownWipes > 0) {
      this.#ownWipes -= 1;
    } else {
      location.assign("/");
    }
  }

  /** @param {number} minutes */
  #setMinutes(minutes) {
    if (this.#autoLock) {
      this.#autoLock.minutes = minutes;
    }
  }

  /** @param {ChatSession|null} session */
  #changeSession(session) {
    this.session = session;
    this.dispatchEvent(new CustomEvent("session"));
  }
}
