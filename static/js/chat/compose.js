/**
 * Making messages: numbered, linked, signed, sealed and queued in one unit.
 *
 * The number of a message is taken and its envelopes are stored at the same moment, so a crash leaves either
 * both or
 * neither, and no number is ever used for two messages.
 */

import { toBase64 } from "../proto/bytes.js";
import { MAX_TEXT_BYTES, receiptBody, textBody } from "../proto/bodies.js";
import { canonicalBytes, sha256Of } from "../proto/canonical.js";
import { sealEnvelope } from "../proto/envelope.js";
import { EnvelopeTooLarge, Malformed } from "../proto/errors.js";
import { Primary } from "../proto/keys.js";
import { messagePayload } from "../proto/messages.js";
import { sign } from "../proto/signed.js";
import { newDeliveryId, newMessageId, now } from "./clock.js";
import { ChatError } from "./errors.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("./outbox_entry.js").Purpose} Purpose */
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
   * Queue a text for a contact, with a copy for the owner's other devices.
   * @param {Unit} unit
   * @param {{peer: string, handle: string}} contact
   * @param {Record<string, any>} body  of `checkText`
   * @returns {Promise<MessageRecord>}
   */
  async queueText(unit, contact, body) {
    const { identity } = this.engine;
    const made = await this.#make(unit, contact.peer, body);
    /** @type {MessageRecord} */
    const record = {
      id: made.id,
      sender: identity.primary.hex,
      peer: contact.peer,
      mine: true,
      handle: contact.handle,
      nameState: "pinned",
      device: identity.device,
      seq: made.seq,
      hash: made.hash,
      kind: "text",
      body,
      text: body.text,
      replyTo: body.reply_to ?? null,
      at: made.createdAt.getTime(),
      storedAt: made.createdAt.getTime(),
      order: unit.nextOrder(),
      state: "queued",
      cause: null,
      causeCode: null,
      notices: [],
      shown: true,
      receiptAt: null,
    };
    await this.#enqueue(unit, made, "message", contact.peer, contact.peer);
    await this.#enqueue(unit, made, "self_copy", identity.primary.hex, contact.peer);
    this.engine.log.add(unit, record);
    return record;
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
   * @param {Unit} unit
   * @param {string} recipient
   * @param {Record<string, any>} body
   * @returns {Promise<Made>}
   */
  async #make(unit, recipient, body) {
    const { identity, sequences, chains } = this.engine;
    const createdAt = now();
    const last = await sequences.lastSent(unit, recipient);
    const payload = messagePayload({
      id: newMessageId(createdAt),
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
