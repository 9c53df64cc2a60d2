/**
 * The keys of the encrypted store, derived from the seed by HKDF-SHA256 (RFC 5869) with an empty salt and one
 * label for each purpose. All are imported as non-extractable.
 */

import { utf8 } from "../proto/bytes.js";

const RECORDS = "kez/vault/records/1";
const NAMES = "kez/vault/names/1";
const ARCHIVE = "kez/vault/archive/1";

/**
 * @typedef {object} StoreKeys
 * @property {CryptoKey} records AES-256-GCM, seals the values
 * @property {CryptoKey} names HMAC-SHA256, hides the names of keys and groups
 */

/**
 * @param {Uint8Array} seed 32 bytes
 * @returns {Promise<StoreKeys>}
 */
export async function deriveStoreKeys(seed) {
  const material = await materialOf(seed);
  const [records, names] = await Promise.all([
    crypto.subtle.deriveKey(hkdf(RECORDS), material, { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]),
    crypto.subtle.deriveKey(
      hkdf(NAMES),
      material,
      { name: "HMAC", hash: "SHA-256", length: 256 },
      false,
      ["sign"],
    ),
  ]);
  return Object.freeze({ records, names });
}

/**
 * The key of one archive: AES-256-GCM, with the archive's own salt, so that no two archives share a key.
 *
 * @param {Uint8Array} seed 32 bytes
 * @param {Uint8Array} salt 32 random bytes
 * @returns {Promise<CryptoKey>}
 */
export async function deriveArchiveKey(seed, salt) {
  const material = await materialOf(seed);
  return crypto.subtle.deriveKey(hkdf(ARCHIVE, salt), material, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

/** @param {Uint8Array} seed */
function materialOf(seed) {
  if (seed.length !== 32) {
    throw new TypeError("A seed has 32 bytes.");
  }
  return crypto.subtle.importKey("raw", new Uint8Array(seed), "HKDF", false, ["deriveKey"]);
}

/** @param {string} label @param {Uint8Array} [salt] @returns {HkdfParams} */
function hkdf(label, salt = new Uint8Array(0)) {
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(salt), info: utf8(label) };
}
