/** What a page can ask about lists of shared files: what somebody shares with me, what I share, and a file of it. */

import { BadHandle } from "../../proto/errors.js";
import { parseHandle } from "../../proto/handles.js";
import { Primary } from "../../proto/keys.js";
import { ChatError } from "../errors.js";
import { fetchListed } from "./fetching.js";
import { entryViews } from "./views.js";

/** @typedef {import("./views.js").EntryView} EntryView */
/** @typedef {import("../../proto/shared_entries.js").SharedEntry} SharedEntry */
/**
 * `peer` and `handle` of its owner, `title` as they are called here. `own`: the entries have their readers.
 * @typedef {{peer: string, handle: string, title: string, own: boolean, madeAt: Date|null, entries: EntryView[],
 *   refused: string[]}} ListView
 */

export class ListDesk {
  #engine;
  /** @type {WeakMap<EntryView, SharedEntry>} */
  #entries = new WeakMap();

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * What somebody shares with me, newest first; my own list for my own handle, or for none. Errors: bad_handle,
   * foreign_server, handle_unknown, key_changed, those of `SharedLists.read`.
   * @param {string} [handleText]
   * @returns {Promise<ListView>}
   */
  async of(handleText) {
    const { identity, lists } = this.#engine;
    const own = handleText === undefined || isOwn(handleText, identity.handle);
    const owner = own ? await this.#self() : await this.#other(handleText ?? "");
    const opened = await lists.read(owner);
    const pairs = entryViews(opened?.entries ?? [], { own });
    for (const { view, entry } of pairs) this.#entries.set(view, entry);
    return {
      peer: owner.primary.hex,
      handle: owner.handle,
      title: owner.title,
      own,
      madeAt: opened?.createdAt ?? null,
      entries: pairs.map(({ view }) => view),
      refused: opened?.refused ?? [],
    };
  }

  /**
   * The file of an entry that came in chunks, checked. Errors as `fetchListed`, ChatError file_not_here for Iroh.
   * @param {EntryView} view
   * @param {import("./fetching.js").FetchOptions} options
   * @returns {Promise<Blob>}
   */
  async fetch(view, options) {
    return this.#fetch(this.#entryOf(view).document.file, options);
  }

  /**
   * The small picture of an entry that has one, checked.
   * @param {EntryView} view
   * @param {AbortSignal} signal
   * @returns {Promise<Blob>}
   */
  async thumbnail(view, signal) {
    return this.#fetch(this.#entryOf(view).document.thumbnail, { signal });
  }

  /** @param {Record<string, any>|undefined} body @param {import("./fetching.js").FetchOptions} options */
  async #fetch(body, options) {
    if (body?.mode !== "chunked") throw new ChatError("file_not_here");
    return fetchListed(this.#engine, body, options);
  }

  /** @param {EntryView} view */
  #entryOf(view) {
    const entry = this.#entries.get(view);
    if (!entry) throw new TypeError("This entry is of no list that was read here.");
    return entry;
  }

  async #self() {
    const { identity, directory } = this.#engine;
    const entry = await directory.lookUp(identity.handle);
    if (!entry.primary.equals(identity.primary)) throw new ChatError("wrong_key");
    return {
      primary: identity.primary,
      sigchainUrl: entry.sigchainUrl,
      whose: "your own handle",
      title: identity.handle.display(identity.handle.server),
      handle: identity.handle.toString(),
    };
  }

  /** @param {string} handleText */
  async #other(handleText) {
    const { book, directory } = this.#engine;
    const contact = await directory.forSending(await directory.meet(directory.handleOf(handleText)));
    const title = book.display(contact.handle);
    return {
      primary: Primary.fromHex(contact.peer),
      sigchainUrl: contact.sigchainUrl,
      whose: title,
      title,
      handle: contact.handle,
    };
  }
}

/** @param {string} text @param {import("../../proto/handles.js").Handle} own */
function isOwn(text, own) {
  try {
    return parseHandle(text.trim(), { ownServer: own.server }).equals(own);
  } catch (error) {
    if (!(error instanceof BadHandle)) throw error;
    return false; // what is wrong with it, the look-up says
  }
}
