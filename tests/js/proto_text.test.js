// What vectors cannot say about text, keys and times in static/js/proto: limits of size, what leaks, what is
// told apart.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import test from "node:test";
import { inspect } from "node:util";

import {
  fromBase64,
  fromBase64url,
  fromHex,
  toBase64,
  toBase64url,
  toHex,
  utf8,
  utf8Length,
} from "../../static/js/proto/bytes.js";
import { canonicalBytes, parseJson, plainCopy, sha256Of } from "../../static/js/proto/canonical.js";
import * as errors from "../../static/js/proto/errors.js";
import { checkServerName } from "../../static/js/proto/handles.js";
import { Primary, SigningKey } from "../../static/js/proto/keys.js";
import { uuid7 } from "../../static/js/proto/messages.js";
import { verifyRegistration } from "../../static/js/proto/registration.js";
import { Moment, formatTimestamp, unixMicros } from "../../static/js/proto/timestamps.js";
import { ALICE, NOW, ALICE_HANDLE, registration, code } from "./cast.js";

test("the modules mirror kezproto file for file", async () => {
  const names = async (/** @type {string} */ folder, /** @type {string} */ end) =>
    (await readdir(new URL(folder, import.meta.url)))
      .filter((name) => name.endsWith(end) && !name.startsWith("__"))
      .map((name) => name.slice(0, -end.length));
  const mine = await names("../../static/js/proto/", ".js");
  const missing = (await names("../../kezproto/", ".py")).filter((name) => !mine.includes(name));
  // The version of what a browser runs is in the page that it came with, and browsers do not speak to nodes.
  assert.deepEqual(missing.sort(), ["blob_folder", "blob_wire", "version"]);
});

test("each error has a code of its own and a sentence", () => {
  const classes = Object.values(errors);
  assert.equal(new Set(classes.map((each) => each.code)).size, classes.length);
  for (const each of classes) {
    const error = new each();
    assert.match(error.code, /^[a-z_]+$/u);
    assert.match(error.message, /[.?]$/u);
    assert.equal(error.name, each.name);
    assert.equal(new each("Another sentence.").message, "Another sentence.");
  }
});

test("JSON: sizes, depths, and shapes that would take long", () => {
  const largest = `"${"a".repeat(65534)}"`;
  assert.equal(/** @type {string} */ (parseJson(utf8(largest))).length, 65534);
  assert.throws(() => parseJson(utf8(`${largest} `)), code("malformed"));
  assert.throws(() => parseJson(`"${"é".repeat(32768)}"`), code("malformed"));
  assert.ok(parseJson(`${largest} `, { maxBytes: 65537 }));
  const hostile = [
    "[".repeat(60000),
    '{"a":'.repeat(12000),
    '"\\"'.repeat(20000),
    `["${'\\"'.repeat(30000)}`,
    "-".repeat(60000),
    '"\\'.repeat(30000),
  ];
  for (const text of hostile) {
    assert.throws(() => parseJson(utf8(text)), code("malformed"));
  }
});

test("values that are not plain have no copy and no canonical form", () => {
  /** @type {unknown[]} */
  const loop = [];
  loop.push(loop);
  const hole = new Array(1);
  for (const value of [
    1.5,
    -0,
    2 ** 53,
    NaN,
    Infinity,
    undefined,
    1n,
    () => {},
    Symbol("x"),
    new Date(),
    new Map(),
    utf8("x"),
    { a: undefined },
    [undefined],
    hole,
    "\ud800",
    { "\udfff": 1 },
    loop,
    new Number(1),
    Object.create({ inherited: 1 }),
  ]) {
    assert.throws(() => plainCopy(value), code("malformed"), inspect(value));
    assert.throws(() => canonicalBytes(value), code("malformed"), inspect(value));
  }
  assert.equal(sha256Of({}), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

test("bytes as text and back", () => {
  for (let length = 0; length < 100; length += 1) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    assert.deepEqual(fromHex(toHex(data)), data);
    assert.deepEqual(fromBase64(toBase64(data)), data);
    assert.deepEqual(fromBase64url(toBase64url(data)), data);
    assert.equal(toBase64(data), Buffer.from(data).toString("base64"));
  }
  for (const text of ["", "a", "é", "中", "😂", "a😂é中"]) {
    assert.equal(utf8Length(text), utf8(text).length);
  }
  for (const text of ["a", "a===", "aB==", "aGVsbG8", "=", "ab=c", "aGV\nsbG8="]) {
    assert.equal(fromBase64(text), null, text);
  }
  for (const text of ["a", "ab=", "aB", "+/+/"]) {
    assert.equal(fromBase64url(text), null, text);
  }
  assert.throws(() => fromHex("0"), RangeError);
  assert.throws(() => fromHex("zz"), RangeError);
});

test("keys: lengths, and the seed is never shown", () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => new Primary(new Uint8Array(length)), code("bad_key"));
    assert.throws(() => new SigningKey(new Uint8Array(length)), code("bad_key"));
  }
  const seed = toHex(ALICE.seed);
  for (const shown of [
    inspect(ALICE, { depth: 5, showHidden: true }),
    JSON.stringify(ALICE),
    String(ALICE),
    `${Object.values(ALICE)}`,
  ]) {
    assert.ok(!shown.includes(seed) && !shown.includes("161"), shown);
  }
  const copy = ALICE.seed;
  copy.fill(0);
  assert.equal(toHex(ALICE.seed), seed);
  for (const text of [
    "",
    "ed25519:",
    ALICE.primary.hex,
    String(ALICE.primary).toUpperCase(),
    `${ALICE.primary}\n`,
    ` ${ALICE.primary}`,
  ]) {
    assert.throws(() => Primary.parse(text), code("bad_key"));
  }
});

test("freshness and order are told to the microsecond", async () => {
  const late = new Moment(NOW.getTime() + 300_000, 1);
  assert.equal(formatTimestamp(late), "2026-05-25T03:05:00.000001Z");
  assert.equal(unixMicros(late) - unixMicros(NOW), 300_000_001n);
  await verifyRegistration(registration(), { server: "kez.lat", now: new Date(late.getTime()) });
  await assert.rejects(verifyRegistration(registration(), { server: "kez.lat", now: late }), code("stale"));
  assert.equal(formatTimestamp(new Date(NOW.getTime() + 7)), "2026-05-25T03:00:00.007000Z");
  assert.throws(() => formatTimestamp(new Date(NaN)), code("malformed"));
  assert.throws(() => formatTimestamp(new Date("1999-12-31T23:59:59Z")), code("malformed"));
});

test("message ids have their parts in place (RFC 9562, appendix A.6)", () => {
  const random = fromHex(((0xcc3n << 62n) | 0x18c4dc0c0c07398fn).toString(16).padStart(20, "0"));
  assert.equal(uuid7(new Date("2022-02-22T19:22:22Z"), random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  assert.throws(() => uuid7(NOW, new Uint8Array(9)), code("malformed"));
  assert.throws(() => uuid7(new Date(-1), new Uint8Array(10)), code("malformed"));
  assert.ok(
    uuid7(NOW, new Uint8Array(10).fill(255)) < uuid7(new Date(NOW.getTime() + 1), new Uint8Array(10)),
  );
});

test("handles: the longest server name, and how they are shown", () => {
  const longest = `${Array(4).fill("a".repeat(61)).join(".")}.abcde`;
  assert.equal(checkServerName(longest), longest);
  assert.throws(() => checkServerName(`${longest}f`), code("bad_handle"));
  assert.deepEqual(
    [ALICE_HANDLE.display("kez.lat"), ALICE_HANDLE.display("example.org")],
    ["alice", "alice@kez.lat"],
  );
});
