// What static/js/proto answers to many questions at once, to be compared with kezproto's answers.
//
// Input, as JSON on stdin: a list of [function's name, argument]. Output: for each, {"value": …} or {"error":
// code}.

import { stdin } from "node:process";
import { text } from "node:stream/consumers";

import { parseBody } from "../../static/js/proto/bodies.js";
import { contentId, encodeManifest, parseManifest } from "../../static/js/proto/blobs.js";
import { fromHex, toHex } from "../../static/js/proto/bytes.js";
import { canonicalBytes, parseJson, plainCopy } from "../../static/js/proto/canonical.js";
import { parseOperation } from "../../static/js/proto/chain_operations.js";
import { ProtocolError } from "../../static/js/proto/errors.js";
import { fileName } from "../../static/js/proto/fields.js";
import { parseChunkFrame } from "../../static/js/proto/file_chunks.js";
import { findMentions, parseFullHandle, parseHandle } from "../../static/js/proto/handles.js";
import { Primary, SigningKey } from "../../static/js/proto/keys.js";
import { verifyMessage } from "../../static/js/proto/messages.js";
import { decodeSeed, primaryOfNkey } from "../../static/js/proto/nkeys.js";
import { unframe } from "../../static/js/proto/padding.js";
import { phraseToSeed } from "../../static/js/proto/phrase.js";
import { parseSharedEntry } from "../../static/js/proto/shared_entries.js";
import { parseChunkSubject, parseConnectName } from "../../static/js/proto/subjects.js";
import { encodeTicket, parseTicket } from "../../static/js/proto/tickets.js";
import { formatTimestamp, parseTimestamp } from "../../static/js/proto/timestamps.js";

const ownServer = "kez.lat";
const owner = new SigningKey(new Uint8Array(32).fill(0xa1)).primary;
const plain = /** @type {(value: unknown) => any} */ (plainCopy);

/** @type {Record<string, (argument: any) => unknown>} */
const FUNCTIONS = {
  body: (body) => parseBody(plain(body)).type,
  canonical: (hex) => toHex(canonicalBytes(parseJson(fromHex(hex)))),
  chunk: (hex) => {
    const { fileId, index, total, sealed } = parseChunkFrame(fromHex(hex));
    return [fileId, index, total, toHex(sealed)];
  },
  chunk_subject: (subject) => {
    const { primary, fileId, index } = parseChunkSubject(subject);
    return [primary.toString(), fileId, index];
  },
  connect_name: (name) => Object.values(parseConnectName(name)),
  entry: (document) => {
    const { file, note, expiresAt, readers } = parseSharedEntry(plain(document), { owner });
    return [file.filename, note, expiresAt !== null, readers?.map(({ handle }) => handle.toString()) ?? null];
  },
  file_name: (name) => fileName(name) ?? null,
  full_handle: (handle) => parseFullHandle(handle).toString(),
  handle: (handle) => parseHandle(handle, { ownServer }).toString(),
  manifest: (hex) => contentId(encodeManifest(parseManifest(fromHex(hex)))),
  mentions: (message) =>
    findMentions(message, { ownServer }).map(({ start, end, handle }) => [start, end, handle.toString()]),
  message: async ({ document, reader }) =>
    (await verifyMessage(document, { reader: Primary.parse(reader) })).hash,
  operation: ([op, body]) => parseOperation(op, plain(body)).kind,
  phrase: (words) => toHex(phraseToSeed(words)),
  primary: (key) => Primary.parse(key).toString(),
  seed_nkey: (nkey) => toHex(decodeSeed(nkey).seed),
  ticket: (text) => encodeTicket(parseTicket(text)),
  timestamp: (moment) => formatTimestamp(parseTimestamp(moment)),
  unframe: (hex) => toHex(unframe(fromHex(hex))),
  user_nkey: (nkey) => primaryOfNkey(nkey).toString(),
};

/** @param {[string, unknown]} question */
async function answer([name, argument]) {
  try {
    return { value: await FUNCTIONS[name](argument) };
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { error: error.code };
    }
    throw error;
  }
}

/** @type {[string, unknown][]} */
const questions = JSON.parse(await text(stdin));
const answers = [];
for (const question of questions) {
  answers.push(await answer(question));
}
console.log(JSON.stringify(answers));
