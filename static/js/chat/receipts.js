/**
 * Receipts, given and taken. They are messages themselves, are never receipted, and only the recipient's
 * count.
 */

import { MAX_RECEIPT_IDS } from "../proto/bodies.js";
import { isUnread, messageKey } from "./records.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {import("../proto/bodies.js").ReceiptBody} ReceiptBody */

// The broker repeats a delivery after seconds; a sender without a receipt sends again after days.
const RECEIPT_AGAIN_AFTER_MS = 60 * 60_000;

/** The receipts of one batch; used inside the batch's unit. */
export class Receipts {
  /** @type {Map<string, string[]>} */
  #due = new Map();

  /** @param {import("./engine.js").Engine} engine @param {Unit} unit */
  constructor(engine, unit) {
    this.engine = engine;
    this.unit = unit;
  }

  /**
   * Read a receipt of a peer, or the copy of one that another device of ours has sent.
   * @param {Message} message
   * @param {ReceiptBody} body
   */
  async take(message, body) {
    if (message.isSelfCopy) await this.#takeOwn(message.to.hex, body);
    else await this.#takeOf(message.sender.hex, body);
  }

  /**
   * The receipt that came before the self-copy of its message.
   * @param {string} peer
   * @param {string} id
   * @returns {Promise<"delivered"|"read"|undefined>}
   */
  async earlier(peer, id) {
    const key = messageKey(peer, id);
    const status = await this.unit.get("receipts", key);
    if (status) this.unit.remove("receipts", key);
    return status;
  }

  /** A new message is due a receipt, unless its sender bears a false name. @param {MessageRecord} record */
  noteDelivered(record) {
    if (record.nameState === "unverified") return;
    record.receiptAt = Date.now();
    this.#note(record);
  }

  /**
   * A message that is known came again: the receipt may have been lost on its way.
   * @param {Message} message
   */
  async noteRepeated(message) {
    if (message.isSelfCopy || message.body.type === "receipt") return;
    /** @type {MessageRecord|undefined} */
    const record = await this.unit.get("messages", messageKey(message.sender.hex, message.id));
    if (!record || record.nameState === "unverified") return;
    if (record.receiptAt !== null && record.receiptAt > Date.now() - RECEIPT_AGAIN_AFTER_MS) return;
    const again = { ...record, receiptAt: Date.now() };
    this.engine.log.put(this.unit, again);
    this.#note(again);
  }

  /** One receipt for many messages of a peer. */
  async queueDelivered() {
    for (const [peer, ids] of this.#due) {
      for (let first = 0; first < ids.length; first += MAX_RECEIPT_IDS) {
        const some = ids.slice(first, first + MAX_RECEIPT_IDS);
        await this.engine.composer.queueReceipt(this.unit, peer, some, "delivered");
      }
    }
    this.#due.clear();
  }

  /** @param {MessageRecord} record */
  #note(record) {
    const ids = this.#due.get(record.sender);
    if (ids) ids.push(record.id);
    else this.#due.set(record.sender, [record.id]);
  }

  /** @param {string} peer @param {ReceiptBody} body */
  async #takeOf(peer, { of, status }) {
    const { identity, log, outbox } = this.engine;
    const own = identity.primary.hex;
    await this.unit.load("messages", of.map((id) => messageKey(own, id)));
    for (const id of of) {
      const record = await log.own(this.unit, id);
      if (record?.peer === peer) await log.moveOn(this.unit, id, status);
      else if (!record) await this.#keep(peer, id, status);
      outbox.receipted(this.unit, peer, id);
    }
  }

  /**
   * For a message of another device whose copy is still to come.
   * @param {string} peer
   * @param {string} id
   * @param {"delivered"|"read"} status
   */
  async #keep(peer, id, status) {
    const key = messageKey(peer, id);
    const deleted = await this.unit.get("seen", messageKey(this.engine.identity.primary.hex, id));
    if (!deleted && (await this.unit.get("receipts", key)) !== "read") this.unit.put("receipts", key, status);
  }

  /** Another device of ours has shown these. @param {string} peer @param {ReceiptBody} body */
  async #takeOwn(peer, { of, status }) {
    if (status !== "read") return;
    const { book, conversations, log } = this.engine;
    const home = book.home(peer);
    await this.unit.load("messages", of.map((id) => messageKey(peer, id)));
    for (const id of of) {
      /** @type {MessageRecord|undefined} */
      const record = await this.unit.get("messages", messageKey(peer, id));
      const row = conversations.rows.within(this.unit, home);
      if (!record || !row || !isUnread(record, row.readOrder)) continue;
      log.change(this.unit, { ...record, shown: true });
      const draft = conversations.edit(this.unit, home);
      draft.unread = Math.max(0, draft.unread - 1);
    }
  }
}
