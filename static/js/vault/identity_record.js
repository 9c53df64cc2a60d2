/**
 * The one stored record of an identity: what is public about it, and the seed under the passphrase.
 *
 * Format 1: scrypt gives 48 bytes. The first 32 are the AES-256-GCM key that seals the seed; the last 16 are
 * stored as `check` and tell a wrong passphrase from a damaged record. Every other field is bound by the
 * additional data.
 *
 * @typedef {import("./kdf.js").Cost} Cost
 * @typedef {import("./kdf.js").OnProgress} OnProgress
 * @typedef {object} PublicPart
 * @property {{local: string, server: string}} handle
 * @property {string} primary 64 lower-case hex digits
 * @property {string} device 16 lower-case hex digits
 * @property {string} createdAt RFC 3339, UTC
 * @typedef {object} Sealing
 * @property {1} version
 * @property {{name: "scrypt", N: number, r: number, p: number, salt: Uint8Array<ArrayBuffer>}} kdf
 * @property {Uint8Array<ArrayBuffer>} check 16 bytes
 * @property {Uint8Array<ArrayBuffer>} nonce 12 bytes
 * @property {Uint8Array<ArrayBuffer>} sealed 48 bytes: the seed and its tag
 * @typedef {PublicPart & Sealing} IdentityRecord
 */

import { equal, toHex, utf8 } from "../proto/bytes.js";
import { BadHandle } from "../proto/errors.js";
import { Handle } from "../proto/handles.js";
import { SigningKey } from "../proto/keys.js";
import { VaultBroken, VaultNewer, WrongPassphrase } from "./errors.js";
import { isReasonable, stretch } from "./kdf.js";

const VERSION = 1;
const KEY_BYTES = 32;
const CHECK_BYTES = 16;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const SEALED_BYTES = 32 + 16;

const FIELDS = ["check", "createdAt", "device", "handle", "kdf", "nonce", "primary", "sealed", "version"];

/**
 * Seal a seed.
 *
 * @param {PublicPart} open
 * @param {Uint8Array} seed
 * @param {string} passphrase
 * @param {{cost: Cost, onProgress?: OnProgress}} options
 * @returns {Promise<IdentityRecord>}
 */
export async function sealIdentity(open, seed, passphrase, { cost, onProgress }) {
  const { N, r, p } = cost;
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const { key, check } = await keyOf(passphrase, salt, cost, onProgress);
  const { handle, primary, device, createdAt } = open;
  /** @type {IdentityRecord} */
  const record = {
    version: VERSION,
    handle: { local: handle.local, server: handle.server },
    primary,
    device,
    createdAt,
    kdf: { name: "scrypt", N, r, p, salt },
    check,
    nonce,
    sealed: new Uint8Array(0),
  };
  const box = await crypto.subtle.encrypt(gcm(record), key, new Uint8Array(seed));
  return { ...record, sealed: new Uint8Array(box) };
}

/**
 * The key that a record holds.
 *
 * @param {IdentityRecord} record as readIdentity() gave it
 * @param {string} passphrase
 * @param {{onProgress?: OnProgress}} options
 * @returns {Promise<SigningKey>} throws WrongPassphrase, VaultBroken
 */
export async function openIdentity(record, passphrase, { onProgress }) {
  const { key, check } = await keyOf(passphrase, record.kdf.salt, record.kdf, onProgress);
  let seed;
  try {
    seed = await crypto.subtle.decrypt(gcm(record), key, record.sealed);
  } catch (error) {
    const isPassphrase = equal(check, record.check);
    throw isPassphrase ? new VaultBroken(undefined, { cause: error }) : new WrongPassphrase();
  }
  const signing = new SigningKey(new Uint8Array(seed));
  if (signing.primary.hex !== record.primary) {
    throw new VaultBroken();
  }
  return signing;
}

/**
 * What came out of the database, checked field by field.
 *
 * @param {any} record
 * @returns {IdentityRecord} throws VaultBroken, VaultNewer
 */
export function readIdentity(record) {
  if (record === null || typeof record !== "object") {
    throw new VaultBroken();
  }
  if (Number.isSafeInteger(record.version) && record.version > VERSION) {
    throw new VaultNewer();
  }
  const { version, handle, primary, device, createdAt, kdf, check, nonce, sealed } = record;
  const fits =
    hasFields(record, FIELDS) &&
    version === VERSION &&
    isHandle(handle) &&
    isText(primary, /^[0-9a-f]{64}$/u) &&
    isText(device, /^[0-9a-f]{16}$/u) &&
    isText(createdAt, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$/u) &&
    hasFields(kdf, ["N", "name", "p", "r", "salt"]) &&
    kdf.name === "scrypt" &&
    isReasonable(kdf) &&
    isBytes(kdf.salt, SALT_BYTES) &&
    isBytes(check, CHECK_BYTES) &&
    isBytes(nonce, NONCE_BYTES) &&
    isBytes(sealed, SEALED_BYTES);
  if (!fits) {
    throw new VaultBroken();
  }
  return record;
}

/** @param {IdentityRecord} record @returns {PublicPart} */
export function publicPart({ handle: { local, server }, primary, device, createdAt }) {
  return { handle: { local, server }, primary, device, createdAt };
}

/**
 * @param {string} passphrase
 * @param {Uint8Array} salt
 * @param {Cost} cost
 * @param {OnProgress} [onProgress]
 */
async function keyOf(passphrase, salt, cost, onProgress) {
  const stretched = await stretch(passphrase, salt, cost, KEY_BYTES + CHECK_BYTES, onProgress);
  const key = await crypto.subtle.importKey("raw", stretched.subarray(0, KEY_BYTES), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const check = stretched.slice(KEY_BYTES);
  stretched.fill(0);
  return { key, check };
}

/** @param {IdentityRecord} record @returns {AesGcmParams} */
function gcm({ version, handle, primary, device, createdAt, kdf, check, nonce }) {
  const { name, N, r, p, salt } = kdf;
  const bound = [
    "kez/vault/identity",
    version,
    handle.local,
    handle.server,
    primary,
    device,
    createdAt,
    [name, N, r, p, toHex(salt)],
    toHex(check),
  ];
  return {
    name: "AES-GCM",
    iv: nonce,
    additionalData: utf8(JSON.stringify(bound)),
  };
}

/** @param {any} value @param {string[]} fields sorted */
function hasFields(value, fields) {
  return (
    value !== null &&
    typeof value === "object" &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.keys(value).sort().join() === fields.join()
  );
}

/** @param {any} value */
function isHandle(value) {
  if (!hasFields(value, ["local", "server"]) || !isText(value.local, /./u) || !isText(value.server, /./u)) {
    return false;
  }
  try {
    return Boolean(new Handle(value.local, value.server));
  } catch (error) {
    if (error instanceof BadHandle) {
      return false;
    }
    throw error;
  }
}

/** @param {unknown} value @param {RegExp} pattern */
function isText(value, pattern) {
  return typeof value === "string" && pattern.test(value);
}

/** @param {unknown} value @param {number} length */
function isBytes(value, length) {
  return value instanceof Uint8Array && value.length === length;
}
