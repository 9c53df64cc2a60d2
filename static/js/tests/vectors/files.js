// Files: sealed chunks and their frames, bodies, manifests of blobs, tickets, entries of shared files.

import { chunkedFileBody, inlineFileBody, irohFileBody, parseBody } from "../../proto/bodies.js";
import * as blobs from "../../proto/blobs.js";
import { fromHex, toHex } from "../../proto/bytes.js";
import { canonicalBytes } from "../../proto/canonical.js";
import { DigestBuilder, digestOf } from "../../proto/digests.js";
import { chunkCount } from "../../proto/file_announcement.js";
import * as chunks from "../../proto/file_chunks.js";
import { Primary, SigningKey } from "../../proto/keys.js";
import { frame } from "../../proto/padding.js";
import { CHUNK_BYTES } from "../../proto/payloads.js";
import * as entries from "../../proto/shared_entries.js";
import { openChunk, sealChunk } from "../../proto/stream.js";
import { encodeTicket, parseTicket } from "../../proto/tickets.js";
import { ALICE } from "./cast.js";
import { Mismatch, counting, refused, same } from "./expect.js";
import { sealedWithEphemeral } from "./sealing.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "file_chunks.json": {
    each: {
      async sealed(item) {
        const place = placeOf(item);
        const sealed = sealChunk(fromHex(item.plaintext_hex), place);
        same(toHex(sealed), item.sealed_hex);
        same(toHex(openChunk(sealed, place)), item.plaintext_hex, "what is opened");
        for (let bit = 0; bit < sealed.length * 8; bit += 1) {
          const turned = sealed.slice();
          turned[bit >> 3] ^= 1 << (bit & 7);
          await refused("cannot_decrypt", () => openChunk(turned, place));
        }
      },
      async not_opened(item) {
        const [place, sealed] = [placeOf(item), fromHex(item.sealed_hex)];
        await refused(item.error, () => openChunk(sealed, place));
        await refused(item.error, () => chunks.openFileChunk(sealed, inFile(place)));
      },
      async impossible(item) {
        const [place, sealed] = [placeOf(item), fromHex(item.sealed_hex)];
        await refused(item.error, () => openChunk(sealed, place));
        await refused(item.error, () => sealChunk(sealed, place));
      },
      full_chunks(item) {
        const place = placeOf(item);
        const sealed = chunks.sealFileChunk(counting(item.plaintext_bytes), inFile(place));
        same(digestOf(sealed), item.sealed_digest, "the sealed chunk");
        const framed = chunks.chunkFrame(toHex(place.fileId), place.index, place.total, sealed);
        same([framed.length, digestOf(framed)], [item.frame_bytes, item.frame_digest], "the frame");
        same(digestOf(chunks.parseChunkFrame(framed).sealed), item.sealed_digest, "what is read back");
      },
      frames({ file_id, index, total, sealed_hex, frame_hex }) {
        same(toHex(chunks.chunkFrame(file_id, index, total, fromHex(sealed_hex))), frame_hex);
        const { sealed, ...parsed } = chunks.parseChunkFrame(fromHex(frame_hex));
        same({ ...parsed, sealed: toHex(sealed) }, { fileId: file_id, index, total, sealed: sealed_hex });
      },
      async refused_frames({ frame_hex, zeros, error }) {
        await refused(error, () => chunks.parseChunkFrame(fromHex(frame_hex + "00".repeat(zeros))));
      },
      async unframed({ file_id, index, total, sealed_hex, error }) {
        await refused(error, () => chunks.chunkFrame(file_id, index, total, fromHex(sealed_hex)));
      },
      async tokens({ file_key_hex, token_hex, access }) {
        const token = chunks.accessToken(fromHex(file_key_hex));
        same([toHex(token), chunks.accessDigest(token)], [token_hex, access]);
        await refused("malformed", () => chunks.accessToken(fromHex(file_key_hex.slice(2))));
      },
      async sizes({ size, chunks: total, sealed_bytes, first_sealed_bytes, last_sealed_bytes }) {
        same([chunkCount(size), chunks.sealedSize(size)], [total, sealed_bytes]);
        same(chunks.sealedChunkSize(size, 0), first_sealed_bytes, "the first");
        same(chunks.sealedChunkSize(size, total - 1), last_sealed_bytes, "the last");
        await refused("malformed", () => chunks.sealedChunkSize(size, total));
        await refused("malformed", () => chunks.sealedChunkSize(size, -1));
      },
      async refused_sizes({ size, error }) {
        await refused(error, () => chunks.sealedSize(size));
        await refused(error, () => chunks.sealedChunkSize(size, 0));
      },
      files({ file_key_hex, file_id, size, plain_digest, digest }) {
        const data = counting(size);
        same(digestOf(data), plain_digest, "the digest of the file");
        const total = chunkCount(size);
        const [whole, opened] = [new DigestBuilder(), new DigestBuilder()];
        for (let index = 0; index < total; index += 1) {
          const place = { fileKey: fromHex(file_key_hex), fileId: file_id, index, total };
          const part = data.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
          const sealed = chunks.sealFileChunk(part, place);
          whole.update(sealed);
          opened.update(chunks.openFileChunk(sealed, place));
        }
        same(whole.finish(), digest, "the digest of the sealed chunks");
        same(opened.finish(), plain_digest, "the digest of what was opened");
      },
    },
  },
  "file_bodies.json": {
    each: {
      inline({ content_hex, filename, mime, body }) {
        same(inlineFileBody(fromHex(content_hex), { filename, mime }), body);
        checkRead(body, { data: fromHex(content_hex) });
      },
      chunked({ filename, mime, size, digest, plain_digest, file_id, file_key_hex, body }) {
        const parts = { fileId: file_id, fileKey: fromHex(file_key_hex), plainDigest: plain_digest };
        same(chunkedFileBody({ filename, mime, size, digest, ...parts }), body);
        checkRead(body, { ...parts, chunks: chunkCount(size) });
      },
      iroh({ filename, mime, size, content, ticket, body }) {
        same(irohFileBody({ filename, mime, size, content, ticket }), body);
        checkRead(body, { ticket });
      },
      async refused({ body, error }) {
        await refused(error, () => parseBody(body));
      },
      async unmade({ size, error }) {
        await refused(error, () => inlineFileBody(new Uint8Array(size), { filename: "f", mime: "a/b" }));
      },
    },
  },
  "blobs.json": {
    each: {
      manifests({ blob_id_hex, size, hashes_hex, manifest_hex, content_id }) {
        const manifest = { blobId: fromHex(blob_id_hex), size, hashes: hashes_hex.map(fromHex) };
        const encoded = blobs.encodeManifest(manifest);
        same(toHex(encoded), manifest_hex);
        same(blobs.parseManifest(encoded), manifest, "what is read back");
        same(blobs.contentId(encoded), content_id, "the content id");
        for (let place = 0; place < encoded.length; place += 1) {
          const turned = encoded.slice();
          turned[place] ^= 1;
          if (blobs.contentId(turned) === content_id) {
            throw new Mismatch(`the content id does not tell byte ${place}`);
          }
        }
      },
      async refused({ manifest_hex, error }) {
        await refused(error, () => blobs.parseManifest(fromHex(manifest_hex)));
      },
      async unmade({ blob_id_hex, size, hashes_hex, error }) {
        const manifest = { blobId: fromHex(blob_id_hex), size, hashes: hashes_hex.map(fromHex) };
        await refused(error, () => blobs.encodeManifest(manifest));
      },
      async chunk_counts({ size, chunks: total, last_sealed_bytes }) {
        same(blobs.blobChunkCount(size), total);
        const manifest = { blobId: new Uint8Array(16), size, hashes: new Array(total) };
        same(blobs.sealedBlobChunkSize(manifest, total - 1), last_sealed_bytes);
        await refused("malformed", () => blobs.sealedBlobChunkSize(manifest, total));
      },
      files({ key_hex, blob_id_hex, size, hashes_hex, content_id }) {
        const data = counting(size);
        const [key, blobId, total] = [fromHex(key_hex), fromHex(blob_id_hex), blobs.blobChunkCount(size)];
        const hashes = Array.from({ length: total }, (_, index) => {
          const start = index * blobs.BLOB_CHUNK_BYTES;
          const part = data.subarray(start, start + blobs.BLOB_CHUNK_BYTES);
          return blobs.hashOfChunk(sealChunk(part, { key, fileId: blobId, index, total }));
        });
        same(hashes.map(toHex), hashes_hex);
        same(blobs.contentId(blobs.encodeManifest({ blobId, size, hashes })), content_id);
      },
    },
  },
  "tickets.json": {
    each: {
      valid({ text, node, content, key_hex, kind, addresses, relay }) {
        const ticket = parseTicket(text);
        same(
          { ...ticket, node: ticket.node.hex, key: toHex(ticket.key) },
          { node, content, key: key_hex, kind, addresses, relay },
        );
        same(encodeTicket(ticket), text, "the ticket written again");
      },
      async refused({ text, error }) {
        await refused(error, () => parseTicket(text));
      },
    },
  },
  "shared_entries.json": {
    each: {
      async valid({ owner, reader_seed_hex, ephemeral_hex, info_hex, document, frame_hex, entry_hex }) {
        const [primary, key] = [Primary.parse(owner), new SigningKey(fromHex(reader_seed_hex))];
        const info = entries.entryInfo(key.primary);
        same(toHex(info), info_hex, "the info");
        same(toHex(frame(canonicalBytes(document))), frame_hex, "the frame");
        const again = await sealedWithEphemeral({ frame_hex, ephemeral_hex, key, info });
        same(toHex(again), entry_hex, "the frame sealed again");
        const entry = await entries.openSharedEntry(fromHex(entry_hex), key, { owner: primary });
        same(entry.document, document);
        same(entry, entries.parseSharedEntry(document, { owner: primary }), "the entry");
        const { file, thumbnail, note } = document;
        const { addedAt, expiresAt, readers } = entry;
        const made = entries.sharedEntryDocument(
          { owner: primary, addedAt, file, thumbnail, note, expiresAt, readers },
        );
        same(made, document, "the document made again");
        await checkFreshSeal(document, entry_hex.length / 2, key);
      },
      async refused({ owner, reader_seed_hex, entry_hex, error }) {
        const key = new SigningKey(fromHex(reader_seed_hex));
        await refused(error, () =>
          entries.openSharedEntry(fromHex(entry_hex), key, { owner: Primary.parse(owner) }),
        );
      },
      async refused_documents({ owner, document, error }) {
        await refused(error, () => entries.parseSharedEntry(document, { owner: Primary.parse(owner) }));
      },
      async too_large({ document, error }) {
        entries.parseSharedEntry(document, { owner: ALICE.primary });
        await refused(error, () => entries.sealSharedEntry(document, ALICE.primary));
      },
    },
  },
};

/** @param {any} item @returns {import("../../proto/stream.js").Place} */
function placeOf({ key_hex, file_id_hex, index, total }) {
  return { key: fromHex(key_hex), fileId: fromHex(file_id_hex), index, total };
}

/** @param {import("../../proto/stream.js").Place} place */
function inFile({ key, fileId, index, total }) {
  return { fileKey: key, fileId: toHex(fileId), index, total };
}

/**
 * What a body is read as: its own fields, those of its mode, and null for the others.
 * @param {Record<string, any>} body
 * @param {Partial<import("../../proto/bodies.js").FileBody>} more
 */
function checkRead({ mode, filename, mime, size, digest, ...rest }, more) {
  const others = { data: null, fileId: null, fileKey: null, chunks: null, plainDigest: null, ticket: null };
  const expected = { type: "file", mode, filename, mime, size, digest, ...others, ...more };
  same(parseBody({ mode, filename, mime, size, digest, ...rest }), expected, "what is read");
}

/**
 * Sealing for real: it opens again, has the same size, and another ephemeral key each time.
 * @param {object} document
 * @param {number} size
 * @param {SigningKey} key
 */
async function checkFreshSeal(document, size, key) {
  const one = await entries.sealSharedEntry(document, key.primary);
  const two = await entries.sealSharedEntry(document, key.primary);
  same([one.length, two.length, entries.sealedEntrySize(document)], [size, size, size], "the size");
  same((await entries.openSharedEntry(one, key, { owner: ALICE.primary })).document, document);
  if (toHex(one.slice(0, 32)) === toHex(two.slice(0, 32))) {
    throw new Mismatch("a fresh seal repeats its ephemeral key");
  }
}
