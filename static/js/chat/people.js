/** What the owner decides about people: contacts, requests, blocking, keys. */

import { Primary } from "../proto/keys.js";
import { parseFullHandle } from "../proto/handles.js";
import { safetyNumber } from "../proto/safety_number.js";
import { REFRESH_MS } from "./directory.js";
import { ChatError } from "./errors.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./types.js").Contact} Contact */
/** @typedef {Readonly<import("./book.js").ContactRecord>} ContactRecord */
/** @typedef {import("./unit.js").Unit} Unit */

const FORMER_KEY = "It was sealed for the former key of the recipient; send it again.";

export class People {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @param {string} handleText @returns {Promise<Contact>} */
  async meet(handleText) {
    const { book, conversations, directory, writer } = this.engine;
    const met = await directory.meet(directory.handleOf(handleText));
    await writer.run(async (unit) => {
      const contact = this.#edit(unit, met);
      contact.listed = true;
      const row = conversations.rows.within(unit, contact.peer);
      if (row && !row.accepted) conversations.edit(unit, contact.peer).accepted = true;
    });
    return this.#view(book.find(met.handle) ?? met);
  }

  /** @returns {Contact[]} */
  contacts() {
    const listed = this.engine.book.rows.all().filter((contact) => contact.listed);
    return listed.map((contact) => this.#view(contact)).sort((one, other) => one.title.localeCompare(other.title));
  }

  /** @param {string} peer */
  async removeContact(peer) {
    const known = this.#mustFind(peer);
    await this.engine.writer.run(async (unit) => {
      this.#edit(unit, known).listed = false;
    });
  }

  /** @param {string} peer @param {string} text */
  async setDraft(peer, text) {
    if (text) this.engine.conversations.mustKnow(peer);
    await this.engine.conversations.setDraft(peer, text);
  }

  /** @param {string} peer */
  async acceptRequest(peer) {
    const { book, conversations, writer } = this.engine;
    conversations.mustKnow(peer);
    await writer.run(async (unit) => {
      conversations.edit(unit, peer).accepted = true;
      const contact = book.ofKey(peer);
      if (contact) this.#edit(unit, contact).listed = true;
    });
  }

  /** @param {string} peer @param {boolean} blocked */
  async setBlocked(peer, blocked) {
    const { conversations, writer } = this.engine;
    conversations.mustKnow(peer);
    await writer.run(async (unit) => {
      conversations.edit(unit, peer).blocked = blocked;
    });
  }

  /** @param {string} peer @param {boolean} yes */
  async setVerified(peer, yes) {
    const known = this.#mustFind(peer);
    await this.engine.writer.run(async (unit) => {
      this.#edit(unit, known).verifiedAt = yes ? Date.now() : null;
    });
  }

  /** @param {string} peer */
  safetyNumber(peer) {
    if (peer === UNOPENED) throw new ChatError("unknown_peer");
    return safetyNumber(this.engine.identity.primary, Primary.fromHex(peer));
  }

  /** @param {string} peer @returns {Promise<string>} the new key */
  async acceptKey(peer) {
    const { book, directory, names, outbox, writer } = this.engine;
    const shown = this.#mustFind(peer);
    if (!shown.offered) throw new ChatError("no_key_change");
    const entry = await directory.lookUp(parseFullHandle(shown.handle));
    const fresh = entry.primary.hex;
    if (fresh !== shown.offered) {
      // Not the key that the person has decided about.
      await writer.run(async (unit) => book.noteAnswer(unit, entry, Date.now()));
      throw new ChatError(fresh === shown.peer ? "no_key_change" : "key_changed");
    }
    await writer.run(async (unit) => {
      await outbox.failAll(unit, peer, "former_key", FORMER_KEY);
      await this.engine.uploads.failAll(unit, peer);
      book.accept(unit, entry, Date.now());
      this.#moveConversation(unit, peer, fresh);
    });
    names.clear();
    const contact = book.find(shown.handle);
    if (contact) await directory.watchChain(contact);
    return fresh;
  }

  /**
   * Somebody looks at this conversation: a good moment to ask the registry about its key.
   * @param {string} peer
   */
  noteLookedAt(peer) {
    const contact = this.engine.book.ofKey(peer);
    if (!contact || Date.now() - contact.checkedAt <= REFRESH_MS || globalThis.navigator?.onLine === false) return;
    this.engine.background(this.engine.directory.refreshIfPossible(contact));
  }

  /** @param {Unit} unit @param {string} from @param {string} to */
  #moveConversation(unit, from, to) {
    const { conversations, news } = this.engine;
    const before = conversations.rows.within(unit, from);
    if (!before) return;
    const row = conversations.edit(unit, to);
    if (before.lastOrder >= row.lastOrder) Object.assign(row, { last: before.last, lastOrder: before.lastOrder });
    row.unread += before.unread;
    row.readOrder = Math.max(row.readOrder, before.readOrder);
    row.accepted = true;
    row.blocked = before.blocked;
    conversations.moveDraft(unit, from, to);
    conversations.rows.remove(unit, from);
    unit.afterwards(() => news.conversation(from));
  }

  /** @param {Unit} unit @param {ContactRecord} known */
  #edit(unit, known) {
    return this.engine.book.rows.edit(unit, known.handle, () => ({ ...known }));
  }

  /** @param {string} peer @returns {ContactRecord} */
  #mustFind(peer) {
    const contact = this.engine.book.ofKey(peer);
    if (!contact) throw new ChatError("unknown_peer");
    return contact;
  }

  /** @param {ContactRecord} contact @returns {Contact} */
  #view(contact) {
    return {
      handle: contact.handle,
      peer: contact.peer,
      title: this.engine.book.display(contact.handle),
      verified: contact.verifiedAt !== null,
      blocked: this.engine.conversations.rows.get(contact.peer)?.blocked ?? false,
      addedAt: new Date(contact.addedAt),
      keyChange: contact.offered ? { known: contact.peer, offered: contact.offered } : null,
    };
  }
}
