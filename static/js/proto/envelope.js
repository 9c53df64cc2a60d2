// Envelope version 2: HPKE base mode (RFC 9180) around a padded, signed object.
//
//     0x02 ‖ enc (32 bytes) ‖ ciphertext with its tag (16 bytes)
//
// What is sealed is a frame: u32 length (big-endian) ‖ canonical JSON ‖ zeros up to the padded size.

import { concat, equal, utf8 } from "./bytes.js";
import { canonicalBytes } from "./canonical.js";
import { CannotDecrypt, EnvelopeTooLarge, Malformed, UnknownEnvelopeVersion } from "./errors.js";
import { hpkeOpen, hpkeSeal } from "./hpke.js";
import { verifyMessage } from "./messages.js";
import { MAX_ENVELOPE_BYTES, OVERHEAD_BYTES, frame, unframe } from "./padding.js";

/** @typedef {import("./keys.js").Primary} Primary */
/** @typedef {import("./keys.js").SigningKey} SigningKey */
/** @typedef {import("./bytes.js").Bytes} Bytes */

export { MAX_ENVELOPE_BYTES } from "./padding.js";
export const VERSION_BYTE = 2;
const INFO = utf8("kez/envelope/2\0");

/**
 * HPKE's `info`: it binds the envelope's purpose, version, and the recipient's ed25519 key.
 * @param {Primary} recipient
 */
export function envelopeInfo(recipient) {
  return concat(INFO, recipient.raw);
}

/**
 * Seal bytes (the canonical JSON of a signed object) to a recipient. EnvelopeTooLarge above 258,044 bytes.
 * @param {Uint8Array} plaintext
 * @param {Primary} recipient
 * @returns {Promise<Bytes>}
 */
export async function sealEnvelope(plaintext, recipient) {
  const { enc, ciphertext } = await hpkeSeal(frame(plaintext), recipient, envelopeInfo(recipient));
  return concat(Uint8Array.of(VERSION_BYTE), enc, ciphertext);
}

/** Seal a signed object to a recipient. @param {object} document @param {Primary} recipient */
export async function seal(document, recipient) {
  return sealEnvelope(canonicalBytes(document), recipient);
}

/**
 * The canonical JSON inside. UnknownEnvelopeVersion, EnvelopeTooLarge, CannotDecrypt or BadPadding.
 * @param {Uint8Array} envelope
 * @param {SigningKey} key
 * @returns {Promise<Bytes>}
 */
export async function openEnvelope(envelope, key) {
  if (envelope[0] !== VERSION_BYTE) {
    throw new UnknownEnvelopeVersion();
  }
  if (envelope.length > MAX_ENVELOPE_BYTES) {
    throw new EnvelopeTooLarge();
  }
  if (envelope.length < OVERHEAD_BYTES) {
    throw new CannotDecrypt("This envelope was cut short.");
  }
  const enc = envelope.slice(1, 33);
  return unframe(await hpkeOpen(enc, envelope.slice(33), key, envelopeInfo(key.primary)));
}

/**
 * Open an envelope and check the message in it for the reader who holds `key`.
 *
 * Any ProtocolError: CannotOpen for the envelope and for someone else's message, else what `verifyMessage`
 * says.
 * @param {Uint8Array} envelope
 * @param {SigningKey} key
 * @returns {Promise<import("./messages.js").Message>}
 */
export async function openMessage(envelope, key) {
  const plaintext = await openEnvelope(envelope, key);
  const message = await verifyMessage(plaintext, { reader: key.primary });
  if (!equal(canonicalBytes(message.document), plaintext)) {
    throw new Malformed("The message was not sealed in its canonical form.");
  }
  return message;
}
