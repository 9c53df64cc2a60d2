/**
 * One batch of opened deliveries on its way into the store: what is new, what it means, what is owed for it.
 */

import { toBase64, toHex } from "../proto/bytes.js";
import { Slices } from "../proto/slices.js";
import { pictureIn } from "./files/file_view.js";
import { Receipts } from "./receipts.js";
import { proofOf } from "./records.js";
import { UNOPENED } from "./types.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./inbox.js").Opened} Opened */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("./types.js").Notice} Notice */
/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {import("../proto/links.js").Link} Link */

export class Receiving {
  /** @type {Map<string, MessageRecord>} the last new message of each peer */
  #incoming = new Map();

  /** @param {import("./engine.js").Engine} engine @param {Unit} unit */
  constructor(engine, unit) {
    this.engine = engine;
    this.unit = unit;
    this.receipts = new Receipts(engine, unit);
  }

  /** What is new is put into the unit, and delivered receipts are queued with it. @param {Opened[]} opened */
  async store(opened) {
    const slices = new Slices();
    const messages = opened.flatMap(({ message }) => message ?? []);
    await this.engine.sequences.load(this.unit, messages);
    for (const each of opened) {
      if (each.message) await this.#take(each, each.message);
      else await this.#keepUnopened(each, each.code, each.cause);
      await slices.breathe();
    }
    await this.receipts.queueDelivered();
    this.unit.afterwards(() => this.#tellIncoming());
  }

  /** @param {Opened} opened @param {Message} message */
  async #take(opened, message) {
    const { sequences } = this.engine;
    const sender = message.sender.hex;
    const known = await sequences.hashOfSeen(this.unit, sender, message.id);
    if (known === message.hash) {
      await this.receipts.noteRepeated(message);
      return;
    }
    if (known !== undefined) {
      const cause = "The sender has used the id of this message for another message before.";
      await this.#keepUnopened(opened, "duplicate_id", cause);
      return;
    }
    const name = this.engine.names.of(message);
    const notices = message.isSelfCopy ? [] : await this.#notices(message, name);
    if (message.body.type === "receipt") {
      sequences.noteSeen(this.unit, sender, message.id, message.hash);
      await this.receipts.take(message, message.body);
    } else if (message.isSelfCopy || !this.#isUnwanted(sender)) {
      await this.#keep(message, name, notices);
    } else {
      sequences.noteSeen(this.unit, sender, message.id, message.hash);
    }
  }

  /** @param {Message} message @param {import("./types.js").NameState} name @param {Notice[]} notices */
  async #keep(message, name, notices) {
    const record = this.#record(message, name, notices);
    if (record.mine) {
      record.state = (await this.receipts.earlier(record.peer, record.id)) ?? "sent";
    } else {
      this.receipts.noteDelivered(record);
      this.#incoming.set(record.peer, record);
    }
    this.engine.log.add(this.unit, record);
  }

  /**
   * Blocked, or a stranger where none are wanted: dropped, and they learn nothing of it.
   * @param {string} sender
   */
  #isUnwanted(sender) {
    const { book, conversations, settings } = this.engine;
    const row = conversations.rows.within(this.unit, book.home(sender));
    if (row?.blocked) return true;
    const isKnown = row?.accepted || book.ofKey(sender)?.listed;
    return settings.all.strangers === "nobody" && !isKnown;
  }

  /** @param {Message} message @param {import("./types.js").NameState} name @returns {Promise<Notice[]>} */
  async #notices(message, name) {
    const { link, isFirst } = await this.engine.sequences.follow(this.unit, message);
    const found = [linkNotice(link, isFirst)];
    if (link.kind === "fork") {
      await this.engine.chains.keepEvidence(this.unit, {
        peer: message.sender.hex,
        kind: "message_fork",
        reason: `Two different messages carry number ${message.seq}, or name different predecessors.`,
        known: { device: message.device, seq: message.seq },
        served: { message: message.document },
      });
    }
    if (name === "pinned") found.push(await this.engine.chains.compare(this.unit, message));
    if (name === "unverified") {
      const claimed = this.engine.book.display(message.senderHandle.toString());
      const text = `The sender claims to be ${claimed}, which could not be confirmed.`;
      found.push({ code: "name_unverified", text });
    }
    return found.filter((notice) => notice !== null);
  }

  /**
   * @param {Message} message
   * @param {import("./types.js").NameState} name
   * @param {Notice[]} notices
   * @returns {MessageRecord}
   */
  #record(message, name, notices) {
    const { body } = message;
    const mine = message.isSelfCopy;
    const peer = mine ? message.to.hex : message.sender.hex;
    const contact = mine ? this.engine.book.ofKey(peer) : undefined;
    const kind = body.type === "text" || body.type === "file" ? body.type : "unknown";
    return {
      id: message.id,
      sender: message.sender.hex,
      peer,
      mine,
      handle: mine ? (contact?.handle ?? null) : message.senderHandle.toString(),
      nameState: mine ? (contact ? "pinned" : "unchecked") : name,
      device: message.device,
      seq: message.seq,
      hash: message.hash,
      kind,
      body: message.document.payload.body,
      text: body.type === "text" ? body.text : body.type === "file" ? body.filename : "",
      picture: body.type === "file" ? pictureIn(message.document.payload.body) : null,
      replyTo: body.type === "text" ? body.replyTo : null,
      at: message.createdAt.getTime(),
      storedAt: Date.now(),
      order: this.unit.nextOrder(),
      state: mine ? "sent" : "received",
      cause: null,
      causeCode: null,
      notices,
      shown: mine,
      receiptAt: null,
      ...(mine ? {} : { proof: proofOf(message.document) }),
    };
  }

  /** @param {Opened} opened @param {string} code @param {string} cause */
  async #keepUnopened({ envelope }, code, cause) {
    const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(envelope))));
    if (await this.unit.get("unopened", digest)) return;
    if (await this.unit.get("seen", `${UNOPENED}/${digest}`)) return;
    const order = this.unit.nextOrder();
    const record = { digest, envelope: toBase64(envelope), code, cause, storedAt: Date.now(), order };
    this.unit.put("unopened", digest, record, { group: "all", order });
    this.engine.conversations.noteUnopened(this.unit, record);
    this.engine.news.unopened(this.unit, record);
  }

  #tellIncoming() {
    for (const record of this.#incoming.values()) this.engine.tellIncoming(record);
  }
}

/** @param {Link} link @param {boolean} isFirst @returns {Notice|null} */
export function linkNotice({ kind, missing }, isFirst) {
  const count = missing ? missing.end - missing.start : 0;
  const messages = count === 1 ? "1 message" : `${count} messages`;
  switch (kind) {
    case "gap":
      return isFirst
        ? { code: "earlier_missing", text: `${messages} before this one never came to this device.` }
        : { code: "gap", text: `${messages} before this one did not arrive.` };
    case "late":
      return { code: "late", text: "This one arrived late; it was written before others above." };
    case "fork":
      return { code: "fork", text: "This message contradicts an earlier one of the same device; both are kept." };
    default:
      return null;
  }
}
