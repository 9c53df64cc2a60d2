/**
 * One record of the encrypted store: its name and group hidden by an HMAC, the rest sealed with AES-256-GCM
 * under a random nonce. What stays readable (collection, hidden name, hidden group, order) is bound by the
 * additional data, so a record that was moved or renumbered does not open.
 *
 * Format 1 of `sealed`: byte 0x01 ‖ nonce (12) ‖ ciphertext and tag. Plaintext: byte 0x00 ‖ JSON [key, group,
 * value], or byte 0x01 ‖ u32 length ‖ JSON [key, group] ‖ the value's bytes. Integers are big-endian.
 *
 * @typedef {import("./store_keys.js").StoreKeys} StoreKeys
 * @typedef {{name: ArrayBuffer, group?: ArrayBuffer, order?: number, sealed: ArrayBuffer}} StoredRecord
 * @typedef {{key: string, group: string|null, order: number|undefined, value: any}} OpenRecord
 */

import { concat, utf8 } from "../proto/bytes.js";
import { VaultBroken, VaultNewer } from "./errors.js";

const FORMAT = 1;
const NONCE_BYTES = 12;
const NAME_BYTES = 16;
const JSON_VALUE = 0;
const BYTES_VALUE = 1;
const REMEMBERED_NAMES = 4096;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Seals and opens records under one identity's keys. */
export class RecordSealer {
  #keys;
  /** @type {Map<string, Promise<ArrayBuffer>>} groups come again and again */
  #groups = new Map();

  /** @param {StoreKeys} keys */
  constructor(keys) {
    this.#keys = keys;
  }

  /**
   * The hidden name of a key: 16 bytes of HMAC-SHA256.
   *
   * @param {string} collection
   * @param {string} key
   */
  nameOf(collection, key) {
    return this.#hide(`key\0${collection}\0${key}`);
  }

  /**
   * The hidden name of a group.
   *
   * @param {string} collection
   * @param {string} group
   */
  groupOf(collection, group) {
    const label = `group\0${collection}\0${group}`;
    const known = this.#groups.get(label);
    if (known) {
      return known;
    }
    if (this.#groups.size >= REMEMBERED_NAMES) {
      this.#groups.clear();
    }
    const hidden = this.#hide(label);
    this.#groups.set(label, hidden);
    return hidden;
  }

  /**
   * @param {string} collection
   * @param {{key: string, group: string|null, order: number|undefined, value: any}} record
   * @returns {Promise<StoredRecord>}
   */
  async seal(collection, { key, group, order, value }) {
    const plain = frame(key, group, value);
    const [name, hiddenGroup] = await Promise.all([
      this.nameOf(collection, key),
      group === null ? undefined : this.groupOf(collection, group),
    ]);
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const box = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: place(collection, name, hiddenGroup, order) },
      this.#keys.records,
      plain,
    );
    const sealed = new Uint8Array(1 + NONCE_BYTES + box.byteLength);
    sealed[0] = FORMAT;
    sealed.set(nonce, 1);
    sealed.set(new Uint8Array(box), 1 + NONCE_BYTES);
    return hiddenGroup === undefined
      ? { name, sealed: sealed.buffer }
      : { name, group: hiddenGroup, order, sealed: sealed.buffer };
  }

  /**
   * @param {string} collection
   * @param {StoredRecord} stored as it came out of the database
   * @returns {Promise<OpenRecord>} throws VaultBroken, VaultNewer
   */
  async open(collection, stored) {
    const { name, group, order, sealed } = checkedShape(stored);
    const bytes = new Uint8Array(sealed);
    if (bytes[0] !== FORMAT) {
      throw new VaultNewer();
    }
    let plain;
    try {
      plain = await crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: bytes.subarray(1, 1 + NONCE_BYTES),
          additionalData: place(collection, name, group, order),
        },
        this.#keys.records,
        bytes.subarray(1 + NONCE_BYTES),
      );
    } catch (error) {
      throw new VaultBroken(`A stored record of “${collection}” is damaged and does not open.`, {
        cause: error,
      });
    }
    return { ...unframe(new Uint8Array(plain)), order };
  }

  /** @param {string} label */
  async #hide(label) {
    const mac = await crypto.subtle.sign("HMAC", this.#keys.names, utf8(label));
    return mac.slice(0, NAME_BYTES);
  }
}

/**
 * @param {string} key
 * @param {string|null} group
 * @param {any} value
 * @returns {Uint8Array<ArrayBuffer>}
 */
function frame(key, group, value) {
  if (!(value instanceof Uint8Array)) {
    return concat(Uint8Array.of(JSON_VALUE), utf8(JSON.stringify([key, group, value])));
  }
  const header = utf8(JSON.stringify([key, group]));
  const start = new Uint8Array(5);
  start[0] = BYTES_VALUE;
  new DataView(start.buffer).setUint32(1, header.length);
  return concat(start, header, value);
}

/** @param {Uint8Array<ArrayBuffer>} plain @returns {{key: string, group: string|null, value: any}} */
function unframe(plain) {
  if (plain[0] === JSON_VALUE) {
    const [key, group, value] = JSON.parse(decoder.decode(plain.subarray(1)));
    return { key, group, value };
  }
  if (plain[0] !== BYTES_VALUE) {
    throw new VaultNewer();
  }
  const end = 5 + new DataView(plain.buffer).getUint32(1);
  const [key, group] = JSON.parse(decoder.decode(plain.subarray(5, end)));
  return { key, group, value: plain.slice(end) };
}

/**
 * The additional data: where this record belongs.
 *
 * @param {string} collection
 * @param {ArrayBuffer} name
 * @param {ArrayBuffer|undefined} group
 * @param {number|undefined} order
 */
function place(collection, name, group, order) {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setFloat64(0, order ?? 0);
  return concat(
    utf8(`kez/vault/record/${FORMAT}\0${collection}\0`),
    new Uint8Array(name),
    Uint8Array.of(group === undefined ? 0 : 1),
    new Uint8Array(group ?? new ArrayBuffer(0)),
    number,
  );
}

const FIELDS = new Set(["name", "group", "order", "sealed"]);

/** @param {any} stored @returns {StoredRecord} */
function checkedShape(stored) {
  const fits =
    stored !== null &&
    typeof stored === "object" &&
    Object.keys(stored).every((field) => FIELDS.has(field)) &&
    isBuffer(stored.name, NAME_BYTES) &&
    isBuffer(stored.sealed) &&
    (stored.group === undefined) === (stored.order === undefined) &&
    (stored.group === undefined || (isBuffer(stored.group, NAME_BYTES) && Number.isFinite(stored.order)));
  if (!fits) {
    throw new VaultBroken("A stored record has not the form that it should have.");
  }
  return stored;
}

/** @param {unknown} value @param {number} [length] */
function isBuffer(value, length) {
  return value instanceof ArrayBuffer && (length === undefined || value.byteLength === length);
}
