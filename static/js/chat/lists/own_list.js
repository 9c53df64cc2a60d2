/**
 * The own list of shared files: read, repaired, and changed. A list is committed on the sigchain, then handed in; before
 * that it is stored here, so that what dies in between is made good later. As in `kezclient/publishing/own_list.py`.
 */

import { ApiError } from "../../http.js";
import { SET_SHARED_FILES, sharedFilesBody } from "../../proto/chain_operations.js";
import { digestOf } from "../../proto/digests.js";
import { sharedFilesPayload, verifySharedFiles } from "../../proto/shared_files.js";
import { eventDocument } from "../../proto/sigchain.js";
import { sign } from "../../proto/signed.js";
import { now } from "../clock.js";
import { ChatError, codeOf } from "../errors.js";
import { collected, sealedEntries } from "./collection.js";

/** @typedef {import("../../proto/chain_state.js").ChainState} ChainState */
/** @typedef {import("./collection.js").Published} Published */
/** @typedef {import("./shared_list.js").ListPin} ListPin */
/**
 * A list that was made here, and the server has not confirmed.
 * @typedef {{manifest: string, size: number, versionNo: number, document: object}} MadeList
 */

const COLLECTION = "shared_lists";
const MADE = "made";
const TRIES = 4;
const PAUSE_MS = 500;
// Another device was quicker.
const CONFLICTS = new Set(["chain_wrong_seq", "chain_wrong_prev", "not_committed", "older_version"]);

export class OwnList {
  /** One change after the other. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * Make the next list out of this one, commit it and hand it in. `change` is asked again where another device was
   * quicker. Errors as `SharedLists.read`, ChatError list_full, entry_too_large, list_unreadable, list_busy.
   * @param {(before: Published[]) => Published[]} change
   * @returns {Promise<void>}
   */
  change(change) {
    const done = this.#last.then(() => this.#change(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Hand in what was committed and did not get to the server. */
  async repair() {
    const made = await this.#made();
    if (!made) return;
    const { sigchainUrl, primary } = await this.#owner();
    const { sharedFiles } = await this.engine.chains.fetch(sigchainUrl, primary);
    if (sharedFiles?.manifest === made.manifest) await this.#unlessAnotherWasQuicker(() => this.#handIn(made));
  }

  /** @param {(before: Published[]) => Published[]} change */
  async #change(change) {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      await this.repair();
      const owner = await this.#owner();
      const { state, opened } = await this.engine.lists.readWithChain(owner);
      if (opened?.refused.length) throw new ChatError("list_unreadable");
      const made = await this.#make(change(collected(opened?.entries ?? [])));
      const done = await this.#unlessAnotherWasQuicker(async () => {
        await this.#commit(state, owner.sigchainUrl, made);
        await this.#handIn(made);
      });
      if (done) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
    throw new ChatError("list_busy");
  }

  /** @param {Published[]} collection @returns {Promise<MadeList>} */
  async #make(collection) {
    const { identity, store, writer } = this.engine;
    const { primary, key } = identity;
    const entries = await sealedEntries(collection, primary);
    /** @type {ListPin|undefined} */
    const pin = await store.get(COLLECTION, primary.hex);
    const versionNo = Math.max(pin?.versionNo ?? 0, (await this.#made())?.versionNo ?? 0) + 1;
    const document = sign("shared_files", sharedFilesPayload({ primary, versionNo, entries, createdAt: now() }), key);
    const { canonical } = await verifySharedFiles(document);
    const made = { manifest: digestOf(canonical), size: canonical.length, versionNo, document };
    await writer.run(async (unit) => unit.put(COLLECTION, MADE, made));
    return made;
  }

  /** @param {ChainState} state @param {string} url @param {MadeList} made */
  async #commit(state, url, { manifest, size }) {
    const { api, identity } = this.engine;
    const moment = now();
    // A clock that was set back must not make the chain run backwards.
    const createdAt = state.headTime && state.headTime > moment ? state.headTime : moment;
    const body = sharedFilesBody({ manifest, size });
    const event = eventDocument({ key: identity.key, head: state.head, op: SET_SHARED_FILES, body, createdAt });
    await api.appendEvent(url, event);
  }

  /** @param {MadeList} made to which the chain commits */
  async #handIn({ document, manifest, versionNo }) {
    const { api, identity, writer } = this.engine;
    await api.files.putSharedFiles(identity.primary.hex, document);
    await writer.run(async (unit) => {
      /** @type {ListPin|undefined} */
      const pin = await unit.get(COLLECTION, identity.primary.hex);
      if (!pin || pin.versionNo < versionNo) unit.put(COLLECTION, identity.primary.hex, { versionNo, manifest });
      const made = await unit.get(COLLECTION, MADE);
      if (made?.manifest === manifest) unit.remove(COLLECTION, MADE);
    });
  }

  /** @param {() => Promise<void>} work @returns {Promise<boolean>} */
  async #unlessAnotherWasQuicker(work) {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof ApiError && CONFLICTS.has(codeOf(error) ?? "")) return false;
      throw error;
    }
  }

  /** @returns {Promise<MadeList|undefined>} */
  #made() {
    return this.engine.store.get(COLLECTION, MADE);
  }

  #owner() {
    return this.engine.lists.self();
  }
}
