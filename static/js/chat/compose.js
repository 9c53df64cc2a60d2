/**
 * Making messages: numbered, linked, signed, sealed and queued in one unit.
 *
 * The number of a message is taken and its envelopes are stored at the same moment, so a crash leaves either
 * both or
 * neither, and no number is ever used for two messages.
 */

import { toBase64 } from "../proto/bytes.js";
import { FILE, MAX_TEXT_BYTES, receiptBody, textBody } from "../proto/bodies.js";
import { canonicalBytes, sha256Of } from "../proto/canonical.js";
import { sealEnvelope } from "../proto/envelope.js";
import { EnvelopeTooLarge, Malformed } from "../proto/errors.js";
import { Primary } from "../proto/keys.js";
import { messagePayload } from "../proto/messages.js";
import { sign } from "../proto/signed.js";
import { newDeliveryId, newMessageId, now } from "./clock.js";
import { ChatError } from "./errors.js";
import { pictureIn } from "./files/file_view.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("./outbox_entry.js").Purpose} Purpose */
/** @typedef {{peer: string, handle: string}} Contact */
/** @typedef {{id: string, seq: number, hash: string, bytes: Uint8Array, createdAt: Date}} Made */

/**
 * The body for a text. ChatError empty_message, message_too_large or not_text.
 * @param {string} text
 * @param {string} [replyTo]
 * @returns {Record<string, any>}
 */
export function checkText(text, replyTo) {
  if (!text.trim()) throw new ChatError("empty_message");
  const size = new TextEncoder().encode(text).length;
  if (size > MAX_TEXT_BYTES) {
    throw new ChatError("message_too_large", undefined, { details: { size, limit: MAX_TEXT_BYTES } });
  }
  try {
    return textBody(text, replyTo === undefined ? {} : { replyTo });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new ChatError("not_text", `This can't be sent as text: ${error.message}`, { cause: error });
  }
}

export class Composer {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * Queue a text or a file for a contact, with a copy for the owner's other devices.
   * @param {Unit} unit
   * @param {Contact} contact
   * @param {Record<string, any>} body
   * @returns {Promise<MessageRecord>}
   */
  async queueBody(unit, contact, body) {
    const made = await this.#make(unit, contact.peer, body);
    const record = this.#record(unit, contact, body, made);
    await this.#enqueueBoth(unit, made, contact.peer);
    this.engine.log.add(unit, record);
    return record;
  }

  /**
   * A message that is shown as queued but is not made yet: it has no number and no hash until `sendKept`, since what
   * it leads to must be on the server first.
   * @param {Unit} unit
   * @param {Contact} contact
   * @param {Record<string, any>} body
   * @param {{id: string, at: Date}} options
   * @returns {MessageRecord}
   */
  keepForLater(unit, contact, body, { id, at }) {
    const record = this.#record(unit, contact, body, { id, seq: 0, hash: "", createdAt: at });
    this.engine.log.add(unit, record);
    return record;
  }

  /** Make and queue a message of `keepForLater`. @param {Unit} unit @param {MessageRecord} record */
  async sendKept(unit, record) {
    const made = await this.#make(unit, record.peer, record.body, record.id);
    await this.#enqueueBoth(unit, made, record.peer);
    this.engine.log.change(unit, { ...record, seq: made.seq, hash: made.hash, cause: null, causeCode: null });
  }

  /**
   * Queue a receipt for up to 256 messages of `peer`; a read one also tells the owner's other devices.
   * @param {Unit} unit
   * @param {string} peer
   * @param {string[]} ids
   * @param {"delivered"|"read"} status
   */
  async queueReceipt(unit, peer, ids, status) {
    const made = await this.#make(unit, peer, receiptBody(ids, status));
    const own = this.engine.identity.primary.hex;
    this.engine.sequences.noteSeen(unit, own, made.id, made.hash);
    await this.#enqueue(unit, made, "receipt", peer, peer);
    if (status === "read") await this.#enqueue(unit, made, "self_copy", own, peer);
  }

  /**
   * What is stored of a message of ours.
   * @param {Unit} unit
   * @param {Contact} contact
   * @param {Record<string, any>} body
   * @param {Pick<Made, "id"|"seq"|"hash"|"createdAt">} made
   * @returns {MessageRecord}
   */
  #record(unit, contact, body, { id, seq, hash, createdAt }) {
    const { identity } = this.engine;
    const isFile = body.type === FILE;
    return {
      id,
      sender: identity.primary.hex,
      peer: contact.peer,
      mine: true,
      handle: contact.handle,
      nameState: "pinned",
      device: identity.device,
      seq,
      hash,
      kind: isFile ? "file" : "text",
      body,
      text: isFile ? body.filename : body.text,
      picture: isFile ? pictureIn(body) : null,
      replyTo: body.reply_to ?? null,
      at: createdAt.getTime(),
      storedAt: createdAt.getTime(),
      order: unit.nextOrder(),
      state: "queued",
      cause: null,
      causeCode: null,
      notices: [],
      shown: true,
      receiptAt: null,
    };
  }

  /**
   * @param {Unit} unit
   * @param {string} recipient
   * @param {Record<string, any>} body
   * @param {string} [id] where it has one already
   * @returns {Promise<Made>}
   */
  async #make(unit, recipient, body, id) {
    const { identity, sequences, chains } = this.engine;
    const createdAt = now();
    const last = await sequences.lastSent(unit, recipient);
    const payload = messagePayload({
      id: id ?? newMessageId(createdAt),
      sender: identity.primary,
      senderHandle: identity.handle,
      to: Primary.fromHex(recipient),
      device: identity.device,
      seq: last ? last.seq + 1 : 1,
      prev: last ? last.hash : null,
      chain: await chains.headOf(unit, identity.primary.hex),
      createdAt,
      body,
    });
    const document = sign("message", payload, identity.key);
    const made = {
      id: payload.id,
      seq: payload.seq,
      hash: sha256Of(document),
      bytes: canonicalBytes(document),
      createdAt,
    };
    sequences.noteSent(unit, recipient, made);
    return made;
  }

  /** @param {Unit} unit @param {Made} made @param {string} peer */
  async #enqueueBoth(unit, made, peer) {
    await this.#enqueue(unit, made, "message", peer, peer);
    await this.#enqueue(unit, made, "self_copy", this.engine.identity.primary.hex, peer);
  }

  /**
   * @param {Unit} unit
   * @param {Made} made
   * @param {Purpose} purpose
   * @param {string} recipient
   * @param {string} peer
   */
  async #enqueue(unit, made, purpose, recipient, peer) {
    let envelope;
    try {
      envelope = await sealEnvelope(made.bytes, Primary.fromHex(recipient));
    } catch (error) {
      // Control characters take six bytes each in JSON.
      if (!(error instanceof EnvelopeTooLarge)) throw error;
      throw new ChatError("message_too_large", undefined, { cause: error });
    }
    this.engine.outbox.add(unit, {
      purpose,
      messageId: made.id,
      recipient,
      peer,
      deliveryId: newDeliveryId(),
      envelope: toBase64(envelope),
      state: "queued",
      causeCode: null,
      cause: null,
      queuedAt: made.createdAt.getTime(),
      sentAt: null,
      resends: 0,
      order: unit.nextOrder(),
    });
  }
}
