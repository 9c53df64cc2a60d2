// Sealing with a fixed ephemeral key, as the vectors were made. For tests only: a client must never fix it.

import { x25519 } from "@noble/curves/ed25519.js";

import { concat, fromHex, toHex } from "../../proto/bytes.js";
import { VERSION_BYTE, envelopeInfo } from "../../proto/envelope.js";
import { hpkeSuite } from "../../proto/hpke.js";
import { SigningKey, x25519Public } from "../../proto/keys.js";

/** @param {{envelope_hex: string, reader_seed_hex: string}} item */
export function openCase({ envelope_hex, reader_seed_hex }) {
  return { envelope: fromHex(envelope_hex), key: new SigningKey(fromHex(reader_seed_hex)) };
}

/**
 * The envelope that the frame gives with this ephemeral secret, in hex.
 * @param {{frame_hex: string, ephemeral_hex: string, key: SigningKey}} item
 */
export async function sealedAgain(item) {
  const sealed = await sealedWithEphemeral({ ...item, info: envelopeInfo(item.key.primary) });
  return toHex(concat(Uint8Array.of(VERSION_BYTE), sealed));
}

/**
 * `enc` and the ciphertext that the frame gives with this ephemeral secret.
 * @param {{frame_hex: string, ephemeral_hex: string, key: SigningKey, info: Uint8Array<ArrayBuffer>}} item
 */
export async function sealedWithEphemeral({ frame_hex, ephemeral_hex, key, info }) {
  const suite = await hpkeSuite();
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(x25519Public(key.primary).buffer),
    info: info.buffer,
    ekm: await keyPair(ephemeral_hex),
  });
  const ciphertext = await sender.seal(fromHex(frame_hex).buffer);
  return concat(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
}

/** An X25519 key pair of the suite from its secret half. @param {string} privateHex */
export async function keyPair(privateHex) {
  const { kem } = await hpkeSuite();
  const raw = fromHex(privateHex);
  return {
    privateKey: await kem.deserializePrivateKey(raw.buffer),
    publicKey: await kem.deserializePublicKey(new Uint8Array(x25519.getPublicKey(raw)).buffer),
  };
}
