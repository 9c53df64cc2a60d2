// HPKE (RFC 9180), base mode, in the one suite of this protocol.
//
// X25519 is the browser's own where it has one that can be relied on (about four times as fast), else
// JavaScript's.

import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, DhkemX25519HkdfSha256 as NativeKem, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 as PlainKem } from "@hpke/dhkem-x25519";

import { equal, fromHex } from "./bytes.js";
import { CannotDecrypt } from "./errors.js";
import { x25519Private, x25519Public } from "./keys.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./keys.js").Primary} Primary */
/** @typedef {import("./keys.js").SigningKey} SigningKey */

// RFC 9180, A.2.1.
const PROBE = {
  private: fromHex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"),
  enc: fromHex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"),
  sharedSecret: fromHex("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7"),
};

/** @type {Promise<CipherSuite> | null} */
let chosen = null;
/** @type {WeakMap<SigningKey, Promise<CryptoKeyPair>>} */
const recipientKeys = new WeakMap();

/**
 * Seal to a primary, with an ephemeral key that the suite draws.
 * @param {Bytes} plaintext
 * @param {Primary} recipient
 * @param {Bytes} info
 * @returns {Promise<{enc: Bytes, ciphertext: Bytes}>}
 */
export async function hpkeSeal(plaintext, recipient, info) {
  const suite = await hpkeSuite();
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
  const suite = await hpkeSuite();
  const recipientKey = await recipientKeyOf(key, suite);
  try {
    return new Uint8Array(
      await suite.open({ recipientKey, enc: enc.buffer, info: info.buffer }, ciphertext.buffer),
    );
  } catch (error) {
    // The suite wraps what the browser throws: a wrong tag, and (RFC 9180, 7.1.4) an `enc` of small order.
    throw new CannotDecrypt(undefined, { cause: error });
  }
}

/** The suite with the better of the two X25519, chosen once. @returns {Promise<CipherSuite>} */
export function hpkeSuite() {
  chosen ??= choose();
  return chosen;
}

async function choose() {
  if (!globalThis.crypto?.subtle) {
    // Else every envelope would seem to be sealed for another key.
    throw new Error("This page has no WebCrypto: it must be served over https, or from localhost.");
  }
  const native = new NativeKem();
  const kem = (await isReliable(native)) ? native : new PlainKem();
  return new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
}

/** Whether it exists, gives the RFC's result, and refuses an all-zero one. @param {NativeKem} kem */
async function isReliable(kem) {
  try {
    const recipientKey = await kem.deserializePrivateKey(PROBE.private.buffer);
    const secret = await kem.decap({ recipientKey, enc: PROBE.enc.buffer });
    if (!equal(new Uint8Array(secret), PROBE.sharedSecret)) {
      return false;
    }
    return await kem.decap({ recipientKey, enc: new ArrayBuffer(32) }).then(
      () => false,
      () => true,
    );
  } catch {
    // Browsers without X25519 each say so with another error.
    return false;
  }
}

/** @param {SigningKey} key @param {CipherSuite} suite */
function recipientKeyOf(key, suite) {
  let pair = recipientKeys.get(key);
  if (!pair) {
    pair = importPair(key, suite);
    recipientKeys.set(key, pair);
  }
  return pair;
}

/** @param {SigningKey} key @param {CipherSuite} suite @returns {Promise<CryptoKeyPair>} */
async function importPair(key, suite) {
  const [privateKey, publicKey] = await Promise.all([
    suite.kem.deserializePrivateKey(x25519Private(key).buffer),
    suite.kem.deserializePublicKey(x25519Public(key.primary).buffer),
  ]);
  return { privateKey, publicKey };
}
