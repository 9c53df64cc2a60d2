// Bodies of messages: what a message says. One function reads them all, and its result is one of four types.

import { fromBase64, fromHex, toBase64, toHex } from "./bytes.js";
import { digestOf } from "./digests.js";
import { Malformed } from "./errors.js";
import * as fields from "./fields.js";
import { chunkCount } from "./file_announcement.js";
import { MAX_ATTACHMENT_BYTES, MAX_CHUNKS } from "./payloads.js";

export const TEXT = "kez-text-v1";
export const FILE = "kez-file-v1";
export const RECEIPT = "kez-receipt-v1";
export const MAX_TEXT_BYTES = 65536;
export const MAX_INLINE_BYTES = 80 * 1024;
export const MAX_RECEIPT_IDS = 256;

/** @typedef {"inline" | "chunked" | "iroh"} FileMode */
/** @typedef {"delivered" | "read"} ReceiptStatus */
/** @typedef {{type: "text", text: string, replyTo: string | null}} TextBody */
/**
 * A file, or the way to it. `size` counts the bytes of the file itself, `digest` is `blake3:<hex>`. Which of
 * the other fields are set follows from `mode`: inline has `data`; chunked has `fileId`, `fileKey`, `chunks`
 * and `plainDigest` (its `digest` is over the sealed chunks); iroh has `ticket`.
 * @typedef {{type: "file", mode: FileMode, filename: string, mime: string, size: number,
 *   digest: string, data: Uint8Array<ArrayBuffer> | null, fileId: string | null,
 *   fileKey: Uint8Array<ArrayBuffer> | null, chunks: number | null, plainDigest: string | null,
 *   ticket: string | null}} FileBody
 */
/**
 * Says that the messages with the ids `of` were delivered to, or read by, the sender of the receipt.
 * @typedef {{type: "receipt", of: string[], status: ReceiptStatus}} ReceiptBody
 */
/**
 * A body that a newer client may understand; shown as "a newer client is needed", never dropped. `name` is
 * its type on the wire.
 * @typedef {{type: "unknown", name: string, content: Record<string, any>}} UnknownBody
 */
/** @typedef {TextBody | FileBody | ReceiptBody | UnknownBody} Body */

const TEXT_FIELDS = { type: fields.anything, text: fields.text(1, MAX_TEXT_BYTES), reply_to: fields.uuid7 };
const RECEIPT_FIELDS = {
  type: fields.anything,
  of: fields.listOf(fields.uuid7, { minimum: 1, maximum: MAX_RECEIPT_IDS }),
  status: fields.oneOf("delivered", "read"),
};
const MIME_PART = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+\\-]{0,63}";
const FILE_FIELDS = {
  type: fields.anything,
  mode: fields.anything,
  filename: fields.fileName,
  mime: fields.pattern(`${MIME_PART}/${MIME_PART}`, "a media type"),
  digest: fields.blake3,
};
/** @type {Record<string, fields.Table>} */
const MODE_FIELDS = {
  inline: {
    size: fields.integer(0, MAX_INLINE_BYTES),
    data: fields.base64Data({ maximum: MAX_INLINE_BYTES }),
  },
  chunked: {
    size: fields.integer(1, MAX_ATTACHMENT_BYTES),
    file_id: fields.hexDigits(32),
    file_key: fields.hexDigits(64),
    chunks: fields.integer(1, MAX_CHUNKS),
    plain_digest: fields.blake3,
  },
  iroh: { size: fields.integer(0), ticket: fields.pattern("[!-~]{1,4096}", "an Iroh ticket") },
};

/**
 * The body of a text of 1 to 65,536 UTF-8 bytes. Malformed if it is none.
 * @param {string} text
 * @param {{replyTo?: string | null}} [options] the id of the message that it answers
 * @returns {{type: string, text: string, reply_to?: string}}
 */
export function textBody(text, { replyTo = null } = {}) {
  const body = { type: TEXT, text, ...(replyTo === null ? {} : { reply_to: replyTo }) };
  parseBody(body);
  return body;
}

/**
 * The body of a receipt for 1 to 256 message ids.
 * @param {readonly string[]} ids
 * @param {ReceiptStatus} status
 * @returns {{type: string, of: string[], status: ReceiptStatus}}
 */
export function receiptBody(ids, status) {
  const body = { type: RECEIPT, of: [...ids], status };
  parseBody(body);
  return body;
}

/**
 * The body of a file of at most 81,920 bytes that travels inside the message.
 * @param {Uint8Array} data
 * @param {{filename: string, mime: string}} options
 */
export function inlineFileBody(data, { filename, mime }) {
  const parts = { filename, mime, size: data.length, digest: digestOf(data) };
  return fileBody("inline", parts, { data: toBase64(data) });
}

/**
 * The pointer to a chunked attachment; `digest` is over its sealed chunks, `plainDigest` over the file.
 * @param {{filename: string, mime: string, size: number, digest: string, plainDigest: string, fileId: string,
 *   fileKey: Uint8Array}} parts
 */
export function chunkedFileBody({ filename, mime, size, digest, plainDigest, fileId, fileKey }) {
  return fileBody(
    "chunked",
    { filename, mime, size, digest },
    { file_id: fileId, file_key: toHex(fileKey), chunks: chunkCount(size), plain_digest: plainDigest },
  );
}

/**
 * The way to a file that its owner's node serves; its `digest` is the content id, `size` that of all files.
 * @param {{filename: string, mime: string, size: number, content: string, ticket: string}} parts
 */
export function irohFileBody({ filename, mime, size, content, ticket }) {
  return fileBody("iroh", { filename, mime, size, digest: content }, { ticket });
}

/**
 * @param {FileMode} mode
 * @param {{filename: string, mime: string, size: number, digest: string}} parts
 * @param {Record<string, string | number>} more
 * @returns {Record<string, any>}
 */
function fileBody(mode, { filename, mime, size, digest }, more) {
  const body = { type: FILE, mode, filename, mime, size, digest, ...more };
  parseBody(body);
  return body;
}

/**
 * Read a message's body. Malformed or UnknownField where a known type has wrong fields.
 * @param {Record<string, any>} body
 * @returns {Body}
 */
export function parseBody(body) {
  const { type } = body;
  if (typeof type !== "string" || type === "" || Array.from(type.slice(0, 130)).length > 64) {
    throw new Malformed("A body needs the text field 'type'.");
  }
  switch (type) {
    case TEXT:
      fields.checkFields(body, TEXT_FIELDS, { what: TEXT, optional: ["reply_to"] });
      return { type: "text", text: body.text, replyTo: body.reply_to ?? null };
    case RECEIPT:
      fields.checkFields(body, RECEIPT_FIELDS, { what: RECEIPT });
      return { type: "receipt", of: [...body.of], status: body.status };
    case FILE:
      return parseFile(body);
    default:
      return { type: "unknown", name: type, content: body };
  }
}

/** @param {Record<string, any>} body @returns {FileBody | UnknownBody} */
function parseFile(body) {
  const { mode } = body;
  if (typeof mode !== "string") {
    throw new Malformed(`${FILE} needs the text field 'mode'.`);
  }
  if (!Object.hasOwn(MODE_FIELDS, mode)) {
    return { type: "unknown", name: FILE, content: body };
  }
  fields.checkFields(body, { ...FILE_FIELDS, ...MODE_FIELDS[mode] }, { what: `${FILE} (${mode})` });
  const data = mode === "inline" ? fromBase64(body.data) : null;
  if (data && (data.length !== body.size || digestOf(data) !== body.digest)) {
    throw new Malformed("The inline file does not have the size or the digest that its message states.");
  }
  if (mode === "chunked" && body.chunks !== chunkCount(body.size)) {
    throw new Malformed("The number of chunks does not fit the size of the file.");
  }
  return {
    type: "file",
    mode: /** @type {FileMode} */ (mode),
    filename: body.filename,
    mime: body.mime,
    size: body.size,
    digest: body.digest,
    data,
    fileId: body.file_id ?? null,
    fileKey: mode === "chunked" ? fromHex(body.file_key) : null,
    chunks: body.chunks ?? null,
    plainDigest: body.plain_digest ?? null,
    ticket: body.ticket ?? null,
  };
}
