/** What a page can ask about lists of shared files: what somebody shares with me, what I share, and a file of it. */

import { BadHandle, Malformed } from "../../proto/errors.js";
import { plainLine } from "../../proto/fields.js";
import { parseFullHandle, parseHandle } from "../../proto/handles.js";
import { Primary } from "../../proto/keys.js";
import { MAX_ATTACHMENT_BYTES } from "../../proto/payloads.js";
import { MAX_NOTE_BYTES } from "../../proto/shared_entries.js";
import { formatTimestamp } from "../../proto/timestamps.js";
import { now } from "../clock.js";
import { ChatError } from "../errors.js";
import { withFile, withReaders } from "./collection.js";
import { fetchListed } from "./fetching.js";
import { uploadForList } from "./uploading.js";
import { entryViews } from "./views.js";

/** @typedef {import("./views.js").EntryView} EntryView */
/** @typedef {import("../../proto/shared_entries.js").SharedEntry} SharedEntry */
/** @typedef {import("../../proto/shared_entries.js").Reader} Reader */
/**
 * `peer` and `handle` of its owner, `title` as they are called here. `own`: the entries have their readers.
 * @typedef {{peer: string, handle: string, title: string, own: boolean, madeAt: Date|null, entries: EntryView[],
 *   refused: string[]}} ListView
 */

const TOO_LARGE =
  "From the browser a file may have up to 10 MiB. The command kez-chat publish serves larger ones from your machine.";

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

  /**
   * Upload a file and put it on the own list; published again it is renewed, for its readers of before as well. One
   * above the limit is refused before anything is read. Errors: file_too_large, file_empty, key_changed, unknown_peer,
   * those of `uploadForList` and of `OwnList.change`.
   * @param {{file: File, thumbnail: File|null, peers: string[], note: string}} wanted `peers`: who may see it
   * @param {import("./uploading.js").UploadOptions} options
   */
  async publish({ file, thumbnail, peers, note }, { progress, signal }) {
    if (file.size > MAX_ATTACHMENT_BYTES) throw new ChatError("file_too_large", TOO_LARGE);
    if (file.size === 0) throw new ChatError("file_empty");
    checkNote(note);
    const readers = await this.#readers(peers);
    const small = thumbnail ? await uploadForList(this.#engine, thumbnail, { progress: () => undefined, signal }) : null;
    const { body, expiresAt } = await uploadForList(this.#engine, file, { progress, signal });
    const content = {
      added_at: formatTimestamp(now()),
      file: body,
      ...(small ? { thumbnail: small.body } : {}),
      ...(note ? { note } : {}),
      ...(expiresAt ? { expires_at: formatTimestamp(expiresAt) } : {}),
    };
    signal.throwIfAborted();
    await this.#engine.ownList.change((before) => withFile(before, { content, readers }));
  }

  /**
   * Who may see a file of the own list from now on; nobody: it goes. Errors as `publish`, of the list.
   * @param {EntryView} view
   * @param {string[]} peers
   */
  async setReaders(view, peers) {
    const known = (view.readers ?? []).filter(({ peer }) => peers.includes(peer)).map(({ handle, peer }) => (
      { primary: Primary.fromHex(peer), handle: parseFullHandle(handle) }
    ));
    const fresh = peers.filter((peer) => !known.some(({ primary }) => primary.hex === peer));
    const readers = [...known, ...(await this.#readers(fresh))];
    await this.#engine.ownList.change((collection) => withReaders(collection, view.id, readers));
  }

  /** Contacts whose keys may be sealed to. @param {string[]} peers @returns {Promise<Reader[]>} */
  async #readers(peers) {
    const { book, directory } = this.#engine;
    const readers = [];
    for (const peer of peers) {
      const contact = book.ofKey(peer);
      if (!contact) throw new ChatError("unknown_peer");
      const { handle, peer: key } = await directory.forSending(contact);
      readers.push({ primary: Primary.fromHex(key), handle: parseFullHandle(handle) });
    }
    return readers;
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
    const { identity, lists, ownList } = this.#engine;
    await ownList.repair();
    const title = identity.handle.display(identity.handle.server);
    return { ...(await lists.self()), title, handle: identity.handle.toString() };
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

/** ChatError bad_note for what cannot stand in an entry. @param {string} note perhaps empty */
function checkNote(note) {
  try {
    if (note) plainLine(1, MAX_NOTE_BYTES)(note);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new ChatError("bad_note", `The note ${error.message}`);
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
