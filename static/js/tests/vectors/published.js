// Vectors that others published: the primitives below the protocol do what their RFCs say.

import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { HkdfSha256 } from "@hpke/core";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import canonicalize from "canonicalize";

import { fromHex, toBase64, toHex, utf8 } from "../../proto/bytes.js";
import { canonicalBytes, parseJson } from "../../proto/canonical.js";
import { digestOf, digestOfParts } from "../../proto/digests.js";
import { hpkeSuite } from "../../proto/hpke.js";
import { Primary, SigningKey, verifySignature } from "../../proto/keys.js";
import { decodePublic, decodeSeed, encodePublic, encodeSeed, userNkey } from "../../proto/nkeys.js";
import { phraseToSeed, seedToPhrase } from "../../proto/phrase.js";
import { counting, refused, same } from "./expect.js";
import { keyPair } from "./sealing.js";

const NOTHING = new Uint8Array(0);
// "HPKE" and the numbers of the KEM, the KDF and the AEAD (RFC 9180, 5.1).
const SUITE_ID = fromHex("48504b45002000010003");

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "published/rfc8032_ed25519.json": {
    each: {
      async cases({ seed_hex, public_hex, message_hex, signature_hex }) {
        const key = new SigningKey(fromHex(seed_hex));
        same(key.primary.equals(Primary.fromHex(public_hex)), true, "the key");
        same(toHex(key.sign(fromHex(message_hex))), signature_hex);
        await verifySignature(key.primary, fromHex(message_hex), fromHex(signature_hex));
      },
    },
  },
  "published/rfc8785_jcs.json": {
    each: {
      async cases({ input, floats, canonical_hex }) {
        if (floats) {
          // A canonicaliser may have them; this protocol's parser refuses them.
          same(toHex(utf8(canonicalize(JSON.parse(input)) ?? "")), canonical_hex);
          await refused("malformed", () => parseJson(utf8(input)));
          await refused("malformed", () => canonicalBytes(JSON.parse(input)));
        } else {
          same(toHex(canonicalBytes(parseJson(utf8(input)))), canonical_hex);
        }
      },
    },
  },
  "published/bip39_english_24.json": {
    each: {
      cases({ entropy_hex, words }) {
        same(seedToPhrase(fromHex(entropy_hex)), words);
        same(toHex(phraseToSeed(words)), entropy_hex);
      },
    },
  },
  "published/nkeys.json": {
    each: {
      cases(item) {
        const { prefix, seed } = decodeSeed(item.seed);
        const key = new SigningKey(seed);
        same(encodeSeed(prefix, seed), item.seed);
        same(userNkey(key.primary), item.public);
        same(encodePublic("U", decodePublic(item.public, { prefix: "U" })), item.public);
        same(toBase64(key.sign(utf8(item.nonce))), item.signature_base64);
      },
    },
  },
  "published/blake3.json": {
    context: ["context"],
    each: {
      cases({ input_bytes, hash_hex, derive_key_hex }, { context }) {
        const data = counting(input_bytes);
        same(digestOf(data), `blake3:${hash_hex}`);
        const parts = [data.subarray(0, 1000), data.subarray(1000)];
        same(digestOfParts(parts), `blake3:${hash_hex}`, "the digest of two parts");
        same(toHex(blake3(data, { context: utf8(context) })), derive_key_hex, "the derived key");
      },
    },
  },
  "published/rfc8439_aead.json": {
    each: {
      cases({ key_hex, nonce_hex, aad_hex, plaintext_hex, ciphertext_hex, tag_hex }) {
        const cipher = () => chacha20poly1305(fromHex(key_hex), fromHex(nonce_hex), fromHex(aad_hex));
        same(toHex(cipher().encrypt(fromHex(plaintext_hex))), ciphertext_hex + tag_hex);
        same(toHex(cipher().decrypt(fromHex(ciphertext_hex + tag_hex))), plaintext_hex);
      },
    },
  },
  "published/rfc5869_hkdf.json": {
    each: {
      cases({ ikm_hex, salt_hex, info_hex, length, okm_hex }) {
        const salt = salt_hex === "" ? undefined : fromHex(salt_hex);
        same(toHex(hkdf(sha256, fromHex(ikm_hex), salt, fromHex(info_hex), length)), okm_hex);
      },
    },
  },
  "published/rfc9180_a2_1.json": {
    context: ["info_hex", "ikmE_hex", "ikmR_hex", "skEm_hex", "skRm_hex"],
    whole: {
      pkEm_hex: (expected, file) => checkDerived(file.ikmE_hex, file.skEm_hex, expected),
      pkRm_hex: (expected, file) => checkDerived(file.ikmR_hex, file.skRm_hex, expected),
      async enc_hex(expected, file) {
        same(toHex(new Uint8Array((await senderContext(file)).enc)), expected);
      },
      async shared_secret_hex(expected, file) {
        const { kem } = await hpkeSuite();
        const secret = await kem.decap({
          recipientKey: await keyPair(file.skRm_hex),
          enc: fromHex(file.enc_hex).buffer,
        });
        same(toHex(new Uint8Array(secret)), expected);
      },
      async key_schedule_context_hex(expected, { info_hex }) {
        const kdf = labelled();
        const pskIdHash = await kdf.labeledExtract(NOTHING.buffer, utf8("psk_id_hash"), NOTHING);
        const infoHash = await kdf.labeledExtract(NOTHING.buffer, utf8("info_hash"), fromHex(info_hex));
        same(`00${toHex(new Uint8Array(pskIdHash))}${toHex(new Uint8Array(infoHash))}`, expected);
      },
      async secret_hex(expected, { shared_secret_hex }) {
        const secret = await labelled().labeledExtract(
          fromHex(shared_secret_hex).buffer,
          utf8("secret"),
          NOTHING,
        );
        same(toHex(new Uint8Array(secret)), expected);
      },
      key_hex: (expected, file) => checkExpanded("key", expected, file),
      base_nonce_hex: (expected, file) => checkExpanded("base_nonce", expected, file),
      exporter_secret_hex: (expected, file) => checkExpanded("exp", expected, file),
    },
    each: {
      async encryptions({ sequence, plaintext_hex, aad_hex, ciphertext_hex }, file) {
        const [plaintext, aad] = [fromHex(plaintext_hex).buffer, fromHex(aad_hex).buffer];
        const sender = await senderContext(file);
        for (let before = 0; before < sequence; before += 1) {
          await sender.seal(NOTHING.buffer);
        }
        same(toHex(new Uint8Array(await sender.seal(plaintext, aad))), ciphertext_hex);
        const context = new Chacha20Poly1305().createEncryptionContext(fromHex(file.key_hex).buffer);
        const nonce = nonceOf(file.base_nonce_hex, sequence);
        const opened = await context.open(nonce.buffer, fromHex(ciphertext_hex).buffer, aad);
        same(toHex(new Uint8Array(opened)), plaintext_hex);
      },
    },
  },
};

/** The KDF with the labels of RFC 9180, 4. */
function labelled() {
  const kdf = new HkdfSha256();
  kdf.init(SUITE_ID);
  return kdf;
}

/** @param {string} ikmHex @param {string} privateHex @param {string} publicHex */
async function checkDerived(ikmHex, privateHex, publicHex) {
  const { kem } = await hpkeSuite();
  const derived = await kem.deriveKeyPair(fromHex(ikmHex).buffer);
  for (const { publicKey, privateKey } of [derived, await keyPair(privateHex)]) {
    same(toHex(new Uint8Array(await kem.serializePublicKey(publicKey))), publicHex);
    same(toHex(new Uint8Array(await kem.serializePrivateKey(privateKey))), privateHex);
  }
}

/** @param {any} file */
async function senderContext(file) {
  const suite = await hpkeSuite();
  return suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(fromHex(file.pkRm_hex).buffer),
    info: fromHex(file.info_hex).buffer,
    ekm: await keyPair(file.skEm_hex),
  });
}

/** @param {string} label @param {string} expected @param {any} file */
async function checkExpanded(label, expected, { secret_hex, key_schedule_context_hex }) {
  const expanded = await labelled().labeledExpand(
    fromHex(secret_hex).buffer,
    utf8(label),
    fromHex(key_schedule_context_hex),
    expected.length / 2,
  );
  same(toHex(new Uint8Array(expanded)), expected);
}

/**
 * The base nonce with the message's number in its last bytes (RFC 9180, 5.2).
 * @param {string} baseHex
 * @param {number} sequence
 */
function nonceOf(baseHex, sequence) {
  const nonce = fromHex(baseHex);
  nonce[11] ^= sequence & 0xff;
  nonce[10] ^= sequence >> 8;
  return nonce;
}
