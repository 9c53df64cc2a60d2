// The signed object: the one shape of everything that is signed.
//
// `verify` is the only way from bytes to a `SignedObject`; code that holds one may rely on its signature and
// form.

import { fromHex, toHex } from "./bytes.js";
import { MAX_PUBLIC_BYTES, canonicalBytes, parseJson, plainCopy, sha256Of } from "./canonical.js";
import { BadKey, BadSignature, KeyMismatch, Malformed, WrongTag } from "./errors.js";
import { anything, checkFields } from "./fields.js";
import { Primary, verifySignature } from "./keys.js";
import { specFor, specForTag } from "./payloads.js";

/** @typedef {import("./json_text.js").JsonObject} JsonObject */
/**
 * @typedef {{kez: string, payload: Record<string, any>, signature: {alg: string, key: string, sig: string}}}
 *   SignedDocument
 */
/**
 * What a verifier takes: JSON text as bytes, or the value that was read from it.
 * @typedef {Uint8Array | object} Unverified
 */

export const ALGORITHM = "ed25519-sha512-jcs";
const TOP = { kez: anything, payload: anything, signature: anything };
const SIGNATURE = { alg: anything, key: anything, sig: anything };

/** A signed object whose form and signature hold. `document` is the whole object as plain JSON values. */
export class SignedObject {
  /** @type {string | null} */
  #hash = null;

  /** @param {{tag: string, payload: Record<string, any>, signer: Primary, document: SignedDocument}} parts */
  constructor({ tag, payload, signer, document }) {
    this.tag = tag;
    this.payload = payload;
    this.signer = signer;
    this.document = document;
  }

  /** RFC 8785 bytes of the whole object: what is stored, sealed and hashed. */
  get canonical() {
    return canonicalBytes(this.document);
  }

  /** `sha256:<hex>` of `canonical`: what the next object's `prev` names. */
  get hash() {
    this.#hash ??= sha256Of(this.document);
    return this.#hash;
  }
}

/**
 * The whole signed object. Refuses what `verify` would refuse, so nothing invalid is ever signed.
 * @param {string} tag
 * @param {object} payload
 * @param {import("./keys.js").SigningKey} key
 * @returns {SignedDocument}
 */
export function sign(tag, payload, key) {
  /** @type {import("./payloads.js").PayloadSpec} */
  const spec = specForTag(tag);
  /** @type {unknown} */
  const plain = plainCopy(payload);
  spec.check(plain);
  const signer = key.primary.toString();
  if (plain[spec.signer] !== signer) {
    throw new KeyMismatch();
  }
  const sig = toHex(key.sign(canonicalBytes(plain)));
  return { kez: tag, payload: plain, signature: { alg: ALGORITHM, key: signer, sig } };
}

/**
 * Check form, tag, type, fields, signer and signature, in this order. The errors: Malformed, UnknownField,
 * WrongTag, WrongType, BadKey, KeyMismatch, BadSignature.
 * @param {Unverified} document
 * @param {{tag: string, type: string, version: number, maxBytes?: number}} options
 * @returns {Promise<SignedObject>}
 */
export async function verify(document, { tag, type, version, maxBytes = MAX_PUBLIC_BYTES }) {
  /** @type {import("./payloads.js").PayloadSpec} */
  const spec = specFor(tag, type, version);
  const plain = plainDocument(document, maxBytes);
  checkFields(plain, TOP, { what: "The signed object" });
  if (plain.kez !== tag) {
    throw new WrongTag(`A signed object with the tag '${tag}' was expected.`);
  }
  const { signature, payload } = plain;
  checkFields(signature, SIGNATURE, { what: "signature" });
  spec.check(payload);
  if (signature.alg !== ALGORITHM) {
    throw new BadSignature(`The only signature algorithm is ${ALGORITHM}.`);
  }
  if (typeof signature.key !== "string") {
    throw new BadKey();
  }
  const signer = Primary.parse(signature.key);
  if (payload[spec.signer] !== signature.key) {
    throw new KeyMismatch();
  }
  if (typeof signature.sig !== "string" || !/^[0-9a-f]{128}$/u.test(signature.sig)) {
    throw new BadSignature("A signature is written as 128 lower-case hex digits.");
  }
  await verifySignature(signer, canonicalBytes(payload), fromHex(signature.sig));
  return new SignedObject({ tag, payload, signer, document: /** @type {any} */ (plain) });
}

/** @param {Unverified} document @param {number} maxBytes @returns {unknown} */
function plainDocument(document, maxBytes) {
  if (document instanceof Uint8Array) {
    return parseJson(document, { maxBytes });
  }
  const plain = plainCopy(document);
  if (canonicalBytes(plain).length > maxBytes) {
    throw new Malformed(`The signed object is larger than ${maxBytes} bytes.`);
  }
  return plain;
}
