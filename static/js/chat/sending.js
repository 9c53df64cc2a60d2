/** Sending: the contact is checked, then the text or file is stored as queued; several at once share one write. */

import { parseFullHandle } from "../proto/handles.js";
import { checkText } from "./compose.js";
import { ChatError } from "./errors.js";
import { messageKey } from "./records.js";
import { Receiving } from "./receiving.js";
import { fromBase64 } from "../proto/bytes.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./types.js").MessageView} MessageView */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {Readonly<import("./book.js").ContactRecord>} ContactRecord */
/**
 * @typedef {{contact: ContactRecord, body: Record<string, any>, resolve: (record: MessageRecord) => void,
 *   reject: (error: unknown) => void}} Waiting
 */

const AT_ONCE = 32;
// The person waits: where the registry does not answer by then, the pinned key is as good as before.
const CHECK_MS = 4_000;

export class Sending {
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {Map<string, Promise<unknown>>} the last check for each peer, so that texts keep their order */
  #checks = new Map();

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * @param {string} peer
   * @param {string} text
   * @param {{replyTo?: string}} options
   * @returns {Promise<MessageView>}
   */
  async send(peer, text, { replyTo } = {}) {
    return this.sendBody(peer, checkText(text, replyTo));
  }

  /**
   * @param {string} peer
   * @param {Record<string, any>} body
   * @returns {Promise<MessageView>}
   */
  async sendBody(peer, body) {
    const before = this.#checks.get(peer) ?? Promise.resolve();
    const queued = before.catch(() => undefined).then(async () => {
      const contact = await this.contactFor(peer);
      return { stored: this.#queue(contact, body) };
    });
    this.#checks.set(peer, queued);
    const record = await (await queued).stored;
    return this.engine.viewOf(record, this.engine.book.home(record.peer));
  }

  /**
   * Whom to write to: the contact of a conversation, asked about again where that is long ago.
   * @param {string} peer
   * @returns {Promise<ContactRecord>}
   */
  async contactFor(peer) {
    const { book, conversations, directory } = this.engine;
    if (conversations.rows.get(peer)?.blocked) throw new ChatError("blocked");
    const contact = book.ofKey(peer) ?? (await this.#meetClaimed(peer));
    if (globalThis.navigator?.onLine === false && !contact.offered) return contact;
    const checked = directory.forSending(contact);
    const late = new Promise((resolve) => setTimeout(resolve, CHECK_MS)).then(() => contact);
    checked.catch(() => undefined);
    return contact.offered ? checked : Promise.race([checked, late]);
  }

  /**
   * Somebody whose name could not be checked when they wrote.
   * @param {string} peer
   * @returns {Promise<ContactRecord>}
   */
  async #meetClaimed(peer) {
    const { book, conversations, directory } = this.engine;
    const claimed = conversations.rows.get(peer)?.claimed;
    if (!claimed || peer === UNOPENED) throw new ChatError("unknown_peer");
    const handle = parseFullHandle(claimed);
    if (handle.server !== this.engine.identity.handle.server) throw new ChatError("foreign_server");
    await directory.meet(handle);
    const contact = book.ofKey(peer);
    if (contact) return contact;
    throw new ChatError("unknown_peer", "This sender's name could not be confirmed, so nothing can be sent there.");
  }

  /** @param {ContactRecord} contact @param {Record<string, any>} body @returns {Promise<MessageRecord>} */
  #queue(contact, body) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ contact, body, resolve, reject });
      if (this.#waiting.length === 1) void this.#storeAll();
    });
  }

  async #storeAll() {
    const { composer, writer } = this.engine;
    while (this.#waiting.length) {
      /** @type {Waiting[]} */
      let batch = [];
      try {
        const records = await writer.run(async (unit) => {
          batch = this.#waiting.slice(0, AT_ONCE);
          const made = [];
          for (const { contact, body } of batch) made.push(await composer.queueBody(unit, contact, body));
          return made;
        });
        batch.forEach(({ resolve }, index) => resolve(records[index]));
      } catch (error) {
        await this.#storeOneByOne(batch, error);
      }
      this.#waiting.splice(0, Math.max(batch.length, 1));
    }
  }

  /**
   * One that cannot be stored must not take the others with it.
   * @param {Waiting[]} batch
   * @param {unknown} error
   */
  async #storeOneByOne(batch, error) {
    if (batch.length === 1) batch[0].reject(error);
    if (batch.length <= 1) return;
    const { composer, writer } = this.engine;
    for (const { contact, body, resolve, reject } of batch) {
      await writer.run((unit) => composer.queueBody(unit, contact, body)).then(resolve, reject);
    }
  }

  /** @param {string} peer @param {string} id */
  async retry(peer, id) {
    if (peer === UNOPENED) {
      await this.#openAgain(id);
      return;
    }
    const record = await this.engine.history.record(peer, id);
    if (!record) throw new ChatError("unknown_message");
    if (await this.engine.uploads.retry(record)) return;
    if (record.state === "queued") this.engine.outbox.wake(record.peer);
    else if (record.state !== "failed") throw new ChatError("not_failed");
    else if (!(await this.#queueAgain(record))) await this.#sendAnew(peer, record);
  }

  /**
   * The same envelope again; false where it was sealed for a key that counts no more.
   * @param {MessageRecord} record
   */
  #queueAgain(record) {
    return this.engine.writer.run(async (unit) => {
      const entry = await this.engine.outbox.find(unit, record.peer, record.id);
      if (entry?.state !== "failed" || entry.causeCode === "former_key") return false;
      this.engine.outbox.queueAgain(unit, entry, 0);
      await this.engine.log.setCause(unit, record.id, "queued", null, null);
      return true;
    });
  }

  /** @param {string} peer @param {MessageRecord} record */
  async #sendAnew(peer, record) {
    if (this.engine.files.rows.get(messageKey(record.sender, record.id))) {
      await this.engine.uploads.sendAnew(peer, record);
    } else {
      await this.sendBody(peer, record.body);
    }
    await this.engine.history.deleteLocally(peer, record.id);
  }

  /** @param {string} digest */
  async #openAgain(digest) {
    const { engine } = this;
    const kept = await engine.store.get("unopened", digest);
    if (!kept) throw new ChatError("unknown_message");
    const envelope = fromBase64(kept.envelope) ?? new Uint8Array();
    const opened = await engine.inbox.open({ seq: 0, envelope });
    if (!opened.message || kept.code === "duplicate_id") {
      throw new ChatError("still_unopened", opened.cause || kept.cause);
    }
    await engine.names.ask([opened.message]);
    await engine.writer.run(async (unit) => {
      await new Receiving(engine, unit).store([opened]);
      await engine.history.removeUnopened(unit, digest);
    });
  }
}
