// What the chat engine and its pages know of files, as far as it needs neither a browser nor a server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sendableName, sendableType } from "../../static/js/chat/files/file_name.js";
import { fileView } from "../../static/js/chat/files/file_view.js";
import { isHeic, pictureOf } from "../../static/js/chat/files/picture.js";
import { Pauses, Turnstile } from "../../static/js/chat/files/waiting.js";
import { fileName } from "../../static/js/proto/fields.js";
import { frameOf } from "../../static/js/pages/chat/files/frame.js";
import { kindOf } from "../../static/js/pages/chat/files/kinds.js";

/** @typedef {import("../../static/js/chat/records.js").MessageRecord} MessageRecord */
/** @typedef {import("../../static/js/chat/files/file_view.js").FileRow} FileRow */

/** @param {...(string|number[])} parts texts of Latin letters, or bytes */
function bytes(...parts) {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)));
}

/** @param {number} value */
const u32 = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
/** @param {number} value */
const u16 = (value) => [value >>> 8, value & 255];
/** @param {number} value */
const le16 = (value) => [value & 255, value >>> 8];

const SOF = bytes([0xff, 0xc2], u16(17), [8], u16(300), u16(400), [3]);
/** @param {number} orientation */
const exif = (orientation) => {
  const tiff = bytes("II", le16(42), [8, 0, 0, 0], le16(1), le16(0x0112), le16(3), [1, 0, 0, 0], le16(orientation), [0, 0]);
  return bytes([0xff, 0xe1], u16(2 + 6 + tiff.length), "Exif\0\0", [...tiff]);
};
/** @param {...Uint8Array} parts */
const jpeg = (...parts) => bytes([0xff, 0xd8], ...parts.map((part) => [...part]), [0, 0, 0, 0]);

test("pictures are known by their bytes, with the size in which they are shown", () => {
  /** @type {[Uint8Array, string, number, number][]} */
  const pictures = [
    [bytes("\x89PNG\r\n\x1a\n", u32(13), "IHDR", u32(640), u32(480)), "image/png", 640, 480],
    [bytes("GIF89a", le16(320), le16(200)), "image/gif", 320, 200],
    [jpeg(SOF), "image/jpeg", 400, 300],
    [jpeg(exif(1), SOF), "image/jpeg", 400, 300],
    [jpeg(exif(6), SOF), "image/jpeg", 300, 400],
    [jpeg(bytes([0xff, 0xfe], u16(60_000))), "image/jpeg", 0, 0],
    [bytes("RIFF", u32(0), "WEBPVP8 ", u32(0), [0, 0, 0, 0x9d, 1, 0x2a], le16(55), le16(66)), "image/webp", 55, 66],
    [bytes("RIFF", u32(0), "WEBPVP8X", u32(0), [0, 0, 0, 0], [99, 0, 0], [49, 0, 0]), "image/webp", 100, 50],
    [bytes("RIFF", u32(0), "WEBPVP8L", u32(0), [0x2f], [0x63, 0x40, 0x0c, 0]), "image/webp", 100, 50],
    [bytes(u32(24), "ftypavif", u32(0), "mif1avif", "....ispe", u32(0), u32(70), u32(80)), "image/avif", 70, 80],
  ];
  for (const [data, type, width, height] of pictures) assert.deepEqual(pictureOf(data), { type, width, height });
});

test("nothing else is a picture, whatever it says it is", () => {
  const others = [
    "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "<!DOCTYPE html><script>", "%PDF-1.7",
    "", "\x89PNG", "GIF", "RIFF", "RIFF\0\0\0\0WAVEfmt ", "BM", "\xff\xd8", "\0\0\0\x18ftypheic\0\0\0\0mif1heic",
  ];
  for (const text of others) assert.equal(pictureOf(bytes(text)), null, text);
  assert.ok(isHeic(bytes("\0\0\0\x18ftypheic\0\0\0\0mif1heic")));
  assert.ok(!isHeic(bytes("\0\0\0\x18ftypavif\0\0\0\0mif1avif")));
});

test("names are made fit to travel and keep their ending", () => {
  const names = ["a/b\\c.txt", "\u202egnp.exe", "", ".", "..", "tab\there", "\ud800.png", `${"ä".repeat(300)}.tar`, "x".repeat(300)];
  for (const name of names) fileName(sendableName(name)); // throws where it could not be sent
  assert.equal(sendableName("holiday photo (1).jpg"), "holiday photo (1).jpg");
  assert.ok(sendableName(`${"ä".repeat(300)}.tar`).endsWith("ä.tar"));
  assert.equal(sendableType("text/plain; charset=utf-8"), "text/plain");
  for (const type of ["", "nonsense", "a/b/c", "text/html\r\n"]) assert.match(sendableType(type), /^[a-z]+\/[a-z-]+$/);
});

test("a picture has its place before it is there", () => {
  assert.deepEqual(frameOf(null), { width: 293, height: 220 });
  assert.deepEqual(frameOf({ width: 600, height: 400 }), { width: 330, height: 220 });
  assert.deepEqual(frameOf({ width: 9000, height: 300 }), { width: 360, height: 220 });
  assert.deepEqual(frameOf({ width: 16, height: 16 }), { width: 72, height: 72 });
  assert.equal(kindOf("a.tar.gz", ""), "archive");
  assert.equal(kindOf("noname", "video/mp4"), "film");
  assert.equal(kindOf("noname", ""), "file");
});

const record = /** @type {MessageRecord} */ (/** @type {unknown} */ ({
  mine: true, hash: "sha256:0", body: { mode: "chunked", mime: "image/png", size: 5, chunks: 3 },
}));
const row = /** @type {FileRow} */ (/** @type {unknown} */ ({ chunks: 3, have: 3, stage: "sending", picture: null }));
const none = { cause: null, causeCode: null };

test("how a file stands", () => {
  const sending = fileView(record, row, { stage: "sending", done: 2, total: 3, ...none });
  assert.deepEqual([sending.stage, sending.here, sending.done, sending.total], ["sending", true, 2, 3]);
  const unsent = fileView({ ...record, hash: "" }, undefined, undefined);
  assert.deepEqual([unsent.stage, unsent.causeCode], ["failed", "never_sent"]);
  assert.equal(fileView(record, undefined, undefined).stage, "remote"); // sent by another device of ours
  const theirs = { ...record, mine: false };
  const half = { ...row, have: 1, stage: /** @type {const} */ ("loading") };
  assert.deepEqual([fileView(theirs, half, undefined).stage, fileView(theirs, half, undefined).here], ["remote", false]);
  const lost = { stage: /** @type {const} */ ("failed"), done: 1, total: 3, cause: "Gone.", causeCode: "file_removed" };
  assert.deepEqual(fileView(theirs, half, lost).causeCode, "file_removed");
  const iroh = fileView({ ...theirs, body: { mode: "iroh", mime: "video/mp4", size: 2 ** 33 } }, undefined, undefined);
  assert.deepEqual([iroh.stage, iroh.here], ["elsewhere", false]);
});

test("turns are taken in order, and whoever gives up does not hold up the others", async () => {
  const turns = new Turnstile(1);
  const never = new AbortController();
  /** @type {string[]} */
  const done = [];
  /** @type {() => void} */
  let finish = () => undefined;
  const first = turns.pass(() => new Promise((resolve) => (finish = () => resolve(undefined))), never.signal);
  const gone = new AbortController();
  const second = turns.pass(async () => done.push("second"), gone.signal);
  const third = turns.pass(async () => done.push("third"), never.signal);
  gone.abort("not any more");
  await assert.rejects(second, (reason) => reason === "not any more");
  finish();
  await Promise.all([first, third]);
  assert.deepEqual(done, ["third"]);
  await assert.rejects(turns.pass(async () => { throw new Error("broken"); }, never.signal));
  await turns.pass(async () => done.push("after"), never.signal);
  assert.deepEqual(done, ["third", "after"]);
});

test("pauses grow, end early when woken, and at once when aborted", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pauses = new Pauses();
  const stop = new AbortController();
  let over = 0;
  for (const length of [1000, 2000, 4000]) {
    const pause = pauses.grow(stop.signal).then(() => (over += 1));
    const before = over;
    t.mock.timers.tick(length - 1);
    await Promise.resolve();
    assert.equal(over, before);
    t.mock.timers.tick(1);
    await pause;
  }
  const woken = pauses.grow(stop.signal);
  pauses.wake();
  await woken;
  const aborted = pauses.grow(stop.signal, 90_000);
  stop.abort("enough");
  await assert.rejects(aborted, (reason) => reason === "enough");
});
