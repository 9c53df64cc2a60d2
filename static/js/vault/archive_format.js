/**
 * The file of an exported history, version 1. Integers are big-endian.
 *
 *     prelude   "kez-archive" ‖ version byte 0x01 ‖ u32 length ‖ header, JSON: {created_at, primary, salt}
 *     chunk     u32 length ‖ AES-256-GCM box, once or more
 *
 * The key is HKDF-SHA256 of the seed with the header's salt. The nonce of chunk i (from 0) is 7 zero bytes ‖
 * u32 i ‖ 0x01 for the last chunk, else 0x00, so chunks cannot be left out, moved or cut off unnoticed; the
 * additional data of each is the whole prelude. A chunk's plaintext is JSON: {records: […]}, in the last
 * chunk with `total`, the number of records in the whole file. A record is {collection, key, value | bytes
 * (base64), group?, order?}.
 *
 * @typedef {import("./store.js").Change} Change
 * @typedef {{primary: string, createdAt: string, salt: Uint8Array<ArrayBuffer>}} Header
 */

import { concat, fromBase64, fromHex, toBase64, toHex, utf8 } from "../proto/bytes.js";
import { checkedChange } from "./changes.js";
import { ArchiveBroken, ArchiveNewer, ArchiveTruncated } from "./errors.js";
import { COLLECTIONS } from "./schema.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export const SALT_BYTES = 32;
export const MEDIA_TYPE = "application/vnd.kez-chat.archive";

const MAGIC = utf8("kez-archive");
const VERSION = 1;
const FIXED = MAGIC.length + 1 + 4;
const MOST_HEADER = 1024;
const TAG_BYTES = 16;
const MOST_CHUNK = 64 * 1024 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @param {Header} header @returns {Bytes} */
export function writePrelude({ primary, createdAt, salt }) {
  const header = utf8(JSON.stringify({ created_at: createdAt, primary, salt: toHex(salt) }));
  return concat(MAGIC, Uint8Array.of(VERSION), u32(header.length), header);
}

/** Reads a file from its front to its end, piece by piece. */
export class ArchiveReader {
  #blob;
  #at = 0;

  /** @param {Blob} blob */
  constructor(blob) {
    this.#blob = blob;
  }

  get atEnd() {
    return this.#at === this.#blob.size;
  }

  /**
   * @returns {Promise<{prelude: Bytes, header: Header}>} throws ArchiveBroken, ArchiveNewer, ArchiveTruncated
   */
  async prelude() {
    const start = new Uint8Array(await this.#blob.slice(0, FIXED).arrayBuffer());
    if (!MAGIC.every((byte, place) => start[place] === byte)) {
      throw start.length < MAGIC.length ? new ArchiveTruncated() : new ArchiveBroken();
    }
    const fixed = await this.#take(FIXED);
    if (fixed[MAGIC.length] !== VERSION) {
      throw fixed[MAGIC.length] > VERSION ? new ArchiveNewer() : new ArchiveBroken();
    }
    const length = number(fixed.subarray(FIXED - 4));
    if (length > MOST_HEADER) {
      throw new ArchiveBroken();
    }
    const bytes = await this.#take(length);
    return { prelude: concat(fixed, bytes), header: readHeader(bytes) };
  }

  /** The next box. @returns {Promise<Bytes>} */
  async chunk() {
    const length = number(await this.#take(4));
    if (length < TAG_BYTES || length > MOST_CHUNK) {
      throw new ArchiveBroken();
    }
    return this.#take(length);
  }

  /** @param {number} length @returns {Promise<Bytes>} */
  async #take(length) {
    const end = this.#at + length;
    if (end > this.#blob.size) {
      throw new ArchiveTruncated();
    }
    const bytes = new Uint8Array(await this.#blob.slice(this.#at, end).arrayBuffer());
    this.#at = end;
    return bytes;
  }
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} prelude
 * @param {number} index
 * @param {boolean} last
 * @param {Bytes} plain
 * @returns {Promise<Bytes>} with its length in front
 */
export async function sealChunk(key, prelude, index, last, plain) {
  const box = new Uint8Array(await crypto.subtle.encrypt(gcm(prelude, index, last), key, plain));
  return concat(u32(box.length), box);
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} prelude
 * @param {number} index
 * @param {boolean} last
 * @param {Bytes} box
 * @returns {Promise<Bytes|null>} null where it does not open
 */
export async function openChunk(key, prelude, index, last, box) {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(prelude, index, last), key, box));
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") {
      return null;
    }
    throw error;
  }
}

/**
 * @param {readonly Change[]} records
 * @param {number} [total] in the last chunk
 * @returns {Bytes}
 */
export function writeRecords(records, total) {
  const written = records.map(({ collection, key, value, group, order }) =>
    value instanceof Uint8Array
      ? { collection, key, bytes: toBase64(value), group, order }
      : { collection, key, value, group, order },
  );
  return utf8(JSON.stringify({ records: written, total }));
}

/**
 * @param {Bytes} plain
 * @returns {{records: Change[], total: number|undefined}} throws ArchiveBroken, ArchiveNewer
 */
export function readRecords(plain) {
  const { records, total, ...unknown } = parse(plain);
  if (!Array.isArray(records) || Object.keys(unknown).length > 0) {
    throw new ArchiveBroken();
  }
  return { records: records.map(readRecord), total };
}

/** @param {any} record @returns {Change} */
function readRecord(record) {
  if (record === null || typeof record !== "object") {
    throw new ArchiveBroken();
  }
  const { bytes, ...change } = record;
  if (typeof change.collection === "string" && !COLLECTIONS[change.collection]?.archived) {
    throw new ArchiveNewer();
  }
  if (bytes !== undefined) {
    change.value = change.value === undefined && typeof bytes === "string" ? fromBase64(bytes) : null;
  }
  try {
    const checked = checkedChange(change);
    if (checked.value === undefined || (bytes !== undefined && checked.value === null)) {
      throw new ArchiveBroken();
    }
    return checked;
  } catch (error) {
    throw error instanceof TypeError ? new ArchiveBroken(undefined, { cause: error }) : error;
  }
}

/** @param {Bytes} bytes @returns {Header} */
function readHeader(bytes) {
  const { primary, created_at: createdAt, salt, ...unknown } = parse(bytes);
  const fits =
    /^[0-9a-f]{64}$/u.test(primary) &&
    typeof createdAt === "string" &&
    new RegExp(`^[0-9a-f]{${2 * SALT_BYTES}}$`, "u").test(salt) &&
    Object.keys(unknown).length === 0;
  if (!fits) {
    throw new ArchiveBroken();
  }
  return { primary, createdAt, salt: fromHex(salt) };
}

/** @param {Bytes} bytes @returns {any} an object */
function parse(bytes) {
  let value;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new ArchiveBroken(undefined, { cause: error });
  }
  if (value === null || typeof value !== "object") {
    throw new ArchiveBroken();
  }
  return value;
}

/** @param {Bytes} prelude @param {number} index @param {boolean} last @returns {AesGcmParams} */
function gcm(prelude, index, last) {
  return {
    name: "AES-GCM",
    iv: concat(new Uint8Array(7), u32(index), Uint8Array.of(last ? 1 : 0)),
    additionalData: prelude,
  };
}

/** @param {number} value */
function u32(value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** @param {Bytes} bytes */
function number(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}
