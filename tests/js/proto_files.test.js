// What vectors cannot say of files: limits of size, views into larger buffers, digests in slices.

import assert from "node:assert/strict";
import test from "node:test";

import { encodeManifest, parseManifest } from "../../static/js/proto/blobs.js";
import { parseBody } from "../../static/js/proto/bodies.js";
import { concat, equal } from "../../static/js/proto/bytes.js";
import { DigestBuilder, digestOf, digestOfParts } from "../../static/js/proto/digests.js";
import * as chunks from "../../static/js/proto/file_chunks.js";
import { CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_CHUNKS } from "../../static/js/proto/payloads.js";
import {
  openSharedEntry,
  sealSharedEntry,
  sharedEntryDocument,
} from "../../static/js/proto/shared_entries.js";
import { openChunk, sealChunk } from "../../static/js/proto/stream.js";
import { encodeTicket, parseTicket } from "../../static/js/proto/tickets.js";
import { ALICE, BOB, MALLORY, NOW, code } from "./cast.js";

const KEY = new Uint8Array(32).fill(0x4e);
const ID = "f1".repeat(16);
const CONTENT = `blake3:${"c0".repeat(32)}`;

/** The same bytes in the middle of a larger buffer. @param {Uint8Array} data */
function within(data) {
  return concat(new Uint8Array(7).fill(1), data, new Uint8Array(5).fill(1)).subarray(7, 7 + data.length);
}

test("views into larger buffers are read as what they show", () => {
  const place = { fileKey: within(KEY), fileId: ID, index: 2, total: 3 };
  const sealed = chunks.sealFileChunk(within(Uint8Array.of(1, 2, 3)), place);
  assert.deepEqual(sealed, chunks.sealFileChunk(Uint8Array.of(1, 2, 3), { ...place, fileKey: KEY }));
  const frame = chunks.chunkFrame(ID, 2, 3, within(sealed));
  const parsed = chunks.parseChunkFrame(within(frame));
  assert.deepEqual(parsed, { fileId: ID, index: 2, total: 3, sealed });
  // What was read keeps no more of the buffer alive than its own bytes.
  assert.equal(parsed.sealed.buffer.byteLength, sealed.length);
  assert.deepEqual(chunks.openFileChunk(within(sealed), place), Uint8Array.of(1, 2, 3));
  const manifest = { blobId: new Uint8Array(16).fill(9), size: 5, hashes: [new Uint8Array(32).fill(3)] };
  const encoded = encodeManifest({ ...manifest, blobId: within(manifest.blobId) });
  assert.deepEqual(parseManifest(within(encoded)), manifest);
});

test("the largest chunk fits its frame, and nothing longer", () => {
  const last = { fileKey: KEY, fileId: ID, index: MAX_CHUNKS - 1, total: MAX_CHUNKS };
  const sealed = chunks.sealFileChunk(new Uint8Array(CHUNK_BYTES), last);
  assert.equal(sealed.length, chunks.sealedChunkSize(MAX_ATTACHMENT_BYTES, MAX_CHUNKS - 1));
  const frame = chunks.chunkFrame(ID, last.index, last.total, sealed);
  assert.equal(frame.length, chunks.MAX_CHUNK_FRAME_BYTES);
  for (const [size, index, total] of [
    [0, 0, 1],
    [CHUNK_BYTES + 1, 0, 1],
    [7, 0, 2],
    [7, 2, 2],
    [7, 0.5, 1],
    [7, 0, 1.5],
    [7, NaN, 1],
  ]) {
    const place = { fileKey: KEY, fileId: ID, index, total };
    assert.throws(() => chunks.sealFileChunk(new Uint8Array(size), place), code("malformed"));
  }
  assert.throws(() => chunks.sealedSize(1.5), code("malformed"));
});

test("STREAM takes no place that is none", () => {
  const fileId = new Uint8Array(16);
  for (const [index, total] of [
    [0.5, 1],
    [NaN, 1],
    [0, Infinity],
    [-1, 1],
  ]) {
    const place = { key: KEY, fileId, index, total };
    assert.throws(() => sealChunk(fileId, place), code("malformed"));
    assert.throws(() => openChunk(fileId, place), code("malformed"));
  }
});

test("sealing changes nothing that it was given", () => {
  const data = Uint8Array.of(1, 2, 3);
  const place = { key: KEY, fileId: new Uint8Array(16), index: 0, total: 1 };
  const sealed = sealChunk(data, place);
  const before = sealed.slice();
  openChunk(sealed, place);
  assert.deepEqual([data, sealed], [Uint8Array.of(1, 2, 3), before]);
  assert.ok(equal(KEY, new Uint8Array(32).fill(0x4e)));
});

test("a digest can grow in slices", () => {
  const data = Uint8Array.from({ length: 5000 }, (_, place) => place % 251);
  for (const size of [1, 63, 64, 1024, 1025, 5000]) {
    const builder = new DigestBuilder();
    for (let start = 0; start < data.length; start += size) {
      builder.update(data.subarray(start, start + size));
    }
    assert.equal(builder.finish(), digestOf(data));
  }
  assert.equal(digestOfParts([]), digestOf(new Uint8Array(0)));
  const finished = new DigestBuilder();
  finished.finish();
  assert.throws(() => finished.update(data));
});

test("a ticket has its defaults, and its limit", () => {
  const ticket = parseTicket(encodeTicket({ node: ALICE.primary, content: CONTENT, key: KEY }));
  assert.deepEqual([ticket.kind, ticket.addresses, ticket.relay], ["file", [], null]);
  const relay = `https://r/${"x".repeat(2000)}`;
  const addresses = Array.from({ length: 16 }, (_, place) => `[${"0".repeat(40)}${place + 10}]:4433`);
  const long = { node: ALICE.primary, content: CONTENT, key: KEY, addresses, relay };
  assert.throws(() => encodeTicket(long), code("malformed"));
  assert.throws(() => encodeTicket({ ...long, addresses: [], key: KEY.slice(1) }), code("malformed"));
});

test("only its reader opens an entry", async () => {
  const ticket = encodeTicket({ node: ALICE.primary, content: CONTENT, key: KEY });
  const file = {
    type: "kez-file-v1",
    mode: "iroh",
    filename: "a",
    mime: "a/b",
    size: 1,
    digest: CONTENT,
    ticket,
  };
  assert.equal(parseBody(file).type, "file");
  const document = sharedEntryDocument({ owner: ALICE.primary, addedAt: NOW, file });
  const sealed = await sealSharedEntry(document, BOB.primary);
  const entry = await openSharedEntry(within(sealed), BOB, { owner: ALICE.primary });
  assert.deepEqual([entry.document, entry.file.ticket, entry.note], [document, ticket, null]);
  for (const stranger of [ALICE, MALLORY]) {
    await assert.rejects(openSharedEntry(sealed, stranger, { owner: ALICE.primary }), code("cannot_decrypt"));
  }
  await assert.rejects(openSharedEntry(sealed, BOB, { owner: MALLORY.primary }), code("key_mismatch"));
});
