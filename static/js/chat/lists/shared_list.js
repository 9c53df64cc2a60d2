/**
 * Reading somebody's list of shared files. The server is not believed: the owner's sigchain says which list it is.
 * The same checks as in `kezclient/publishing/shared_list.py`, in the same order.
 */

import { digestOf } from "../../proto/digests.js";
import { CannotDecrypt, ProtocolError } from "../../proto/errors.js";
import { openSharedEntry } from "../../proto/shared_entries.js";
import { verifySharedFiles } from "../../proto/shared_files.js";
import { Slices } from "../../proto/slices.js";
import { ChatError } from "../errors.js";

/** @typedef {import("../../proto/chain_state.js").ChainState} ChainState */
/** @typedef {import("../../proto/shared_entries.js").SharedEntry} SharedEntry */
/** @typedef {import("../../proto/shared_files.js").SharedFilesList} SharedFilesList */

/**
 * Whose list is read, and how people call them.
 * @typedef {{primary: import("../../proto/keys.js").Primary, sigchainUrl: string, whose: string}} Owner
 */
/**
 * A list that holds, and its entries for this identity. `refused`: why entries that open could not be taken.
 * @typedef {{versionNo: number, createdAt: Date, entries: SharedEntry[], refused: string[]}} OpenedList
 */
/** The newest list that was seen of an owner. @typedef {{versionNo: number, manifest: string}} ListPin */

const COLLECTION = "shared_lists";
const TRIES = 3;
const PAUSE_MS = 500;

const MISSING =
  "names a list of shared files that the server does not have. It may be on its way: try again in a moment.";
const REPLACED =
  ": their sigchain has replaced it since. Nothing of it is shown. A new one may be on its way: try again in a moment.";
const FOREIGN =
  " does not name. Nothing of it is shown: it is not theirs, or somebody withholds a part of their sigchain.";

export class SharedLists {
  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * What the owner shares with this identity; null if they have no list. ApiError where nobody answered; ChatError
   * chain_rewritten, list_missing, list_replaced, list_not_committed, list_forged, list_older. A list that its owner is
   * just replacing is asked for again.
   * @param {Owner} owner
   * @returns {Promise<OpenedList|null>}
   */
  async read(owner) {
    return (await this.readWithChain(owner)).opened;
  }

  /**
   * The list as `read` gives it, and the chain that commits to it.
   * @param {Owner} owner
   * @returns {Promise<{state: ChainState, opened: OpenedList|null}>}
   */
  async readWithChain(owner) {
    const { api, chains } = this.engine;
    for (let attempt = 1; ; attempt += 1) {
      const state = await chains.fetch(owner.sigchainUrl, owner.primary);
      if (!state.sharedFiles) return { state, opened: null };
      const listed = await verified(owner, await api.files.sharedFiles(owner.primary.hex));
      const wrong = contradiction(owner, state, listed);
      if (listed && !wrong) {
        await this.#checkPin(owner, listed);
        return { state, opened: await this.#open(listed) };
      }
      if (wrong && attempt === TRIES) throw wrong;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Oneself, as an owner. ChatError wrong_key; errors of look-ups. @returns {Promise<Owner>} */
  async self() {
    const { identity, directory } = this.engine;
    const entry = await directory.lookUp(identity.handle);
    if (!entry.primary.equals(identity.primary)) throw new ChatError("wrong_key");
    return { primary: identity.primary, sigchainUrl: entry.sigchainUrl, whose: "your own handle" };
  }

  /**
   * Try the key on every entry; those of others do not open.
   * @param {SharedFilesList} listed
   * @returns {Promise<OpenedList>}
   */
  async #open(listed) {
    const { key } = this.engine.identity;
    const slices = new Slices();
    /** @type {SharedEntry[]} */
    const entries = [];
    /** @type {string[]} */
    const refused = [];
    for (const sealed of listed.entries) {
      await slices.breathe();
      try {
        entries.push(await openSharedEntry(sealed, key, { owner: listed.primary }));
      } catch (error) {
        if (error instanceof CannotDecrypt) continue;
        if (!(error instanceof ProtocolError)) throw error;
        refused.push(error.message);
      }
    }
    return { versionNo: listed.versionNo, createdAt: listed.createdAt, entries, refused };
  }

  /**
   * ChatError list_older if a newer list of this owner was seen, or another one with the same number.
   * @param {Owner} owner
   * @param {SharedFilesList} listed
   */
  async #checkPin({ primary, whose }, listed) {
    const { versionNo } = listed;
    const manifest = digestOf(listed.canonical);
    await this.engine.writer.run(async (unit) => {
      /** @type {ListPin|undefined} */
      const pin = await unit.get(COLLECTION, primary.hex);
      if (pin && versionNo <= pin.versionNo && (versionNo !== pin.versionNo || manifest !== pin.manifest)) {
        const text = `The list of shared files of ${whose} has the number ${versionNo}, and one with the number ` +
          `${pin.versionNo} was seen before. Nothing of it is shown: ask them about it by other means.`;
        throw new ChatError("list_older", text);
      }
      if (pin?.manifest !== manifest) unit.put(COLLECTION, primary.hex, { versionNo, manifest });
    });
  }
}

/**
 * What the server has, with form, signature and owner checked.
 * @param {Owner} owner
 * @param {object|null} document
 * @returns {Promise<SharedFilesList|null>}
 */
async function verified({ primary, whose }, document) {
  if (document === null) return null;
  const forged = (/** @type {string} */ reason, /** @type {unknown} */ cause = undefined) => {
    const text = `The server gives something that is no list of shared files of ${whose}: ${reason}`;
    return new ChatError("list_forged", text, { cause });
  };
  let listed;
  try {
    listed = await verifySharedFiles(/** @type {any} */ (document));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw forged(error.message, error);
  }
  if (!listed.primary.equals(primary)) throw forged("it is signed by another key.");
  return listed;
}

/**
 * What is wrong with the list by a chain that commits to one; null if nothing is.
 * @param {Owner} owner
 * @param {ChainState} state
 * @param {SharedFilesList|null} listed
 * @returns {ChatError|null}
 */
function contradiction({ whose }, state, listed) {
  if (!listed) {
    return new ChatError("list_missing", `The sigchain of ${whose} ${MISSING}`);
  }
  const found = { manifest: digestOf(listed.canonical), size: listed.canonical.length };
  if (isSame(found, state.sharedFiles)) return null;
  const isOld = state.events.some(
    ({ operand }) => operand.kind === "shared_files" && isSame(found, operand.sharedFiles),
  );
  if (isOld) {
    return new ChatError("list_replaced", `The server gives an old list of shared files of ${whose}${REPLACED}`);
  }
  const text = `The server gives a list of shared files that the sigchain of ${whose}${FOREIGN}`;
  return new ChatError("list_not_committed", text);
}

/**
 * @param {{manifest: string, size: number}} one
 * @param {{manifest: string, size: number}|null} other
 */
function isSame(one, other) {
  return other !== null && one.manifest === other.manifest && one.size === other.size;
}
