// HPKE (RFC 9180), base mode, in the one suite of this protocol.

import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";

import { CannotDecrypt } from "./errors.js";
import { x25519Private, x25519Public } from "./keys.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./keys.js").Primary} Primary */
/** @typedef {import("./keys.js").SigningKey} SigningKey */

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});

/**
 * Seal to a primary, with an ephemeral key that the suite draws.
 * @param {Bytes} plaintext
 * @param {Primary} recipient
 * @param {Bytes} info
 * @returns {Promise<{enc: Bytes, ciphertext: Bytes}>}
 */
export async function hpkeSeal(plaintext, recipient, info) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(x25519Public(recipient).buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: info.buffer }, plaintext.buffer);
  return { enc: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

/**
 * What was sealed. CannotDecrypt where the tag is wrong, or `enc` makes an all-zero shared secret.
 * @param {Bytes} enc
 * @param {Bytes} ciphertext
 * @param {SigningKey} key
 * @param {Bytes} info
 * @returns {Promise<Bytes>}
 */
export async function hpkeOpen(enc, ciphertext, key, info) {
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(x25519Private(key).buffer);
    const opened = await suite.open({ recipientKey, enc: enc.buffer, info: info.buffer }, ciphertext.buffer);
    return new Uint8Array(opened);
  } catch (error) {
    throw new CannotDecrypt(undefined, { cause: error });
  }
}
