// What vectors cannot say about static/js/proto: limits of size, what is never signed, what leaks, who gets a
// turn.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import test from "node:test";
import { inspect } from "node:util";

import { receiptBody, textBody } from "../../static/js/proto/bodies.js";
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
import { ChainState, checkPin, replay } from "../../static/js/proto/chain_state.js";
import { openEnvelope, openMessage, seal, sealEnvelope } from "../../static/js/proto/envelope.js";
import * as errors from "../../static/js/proto/errors.js";
import { Handle, checkServerName } from "../../static/js/proto/handles.js";
import { Primary, SigningKey, verifySignature } from "../../static/js/proto/keys.js";
import { messagePayload, uuid7 } from "../../static/js/proto/messages.js";
import { MAX_MESSAGE_BYTES, frame, padme, unframe } from "../../static/js/proto/padding.js";
import { registrationPayload, verifyRegistration } from "../../static/js/proto/registration.js";
import { safetyNumber } from "../../static/js/proto/safety_number.js";
import { openSignal, sealSignal } from "../../static/js/proto/signals.js";
import { sign, verify } from "../../static/js/proto/signed.js";
import { Slices } from "../../static/js/proto/slices.js";
import { Moment, formatTimestamp, parseTimestamp, unixMicros } from "../../static/js/proto/timestamps.js";

const ALICE = new SigningKey(new Uint8Array(32).fill(0xa1));
const BOB = new SigningKey(new Uint8Array(32).fill(0xb0));
const MALLORY = new SigningKey(new Uint8Array(32).fill(0x66));
const NOW = parseTimestamp("2026-05-25T03:00:00Z");
const ALICE_HANDLE = new Handle("alice", "kez.lat");
const MESSAGE_ID = "019e5d07-0000-7000-8000-000000000001";

/** @param {Record<string, any>} [body] */
function messageDocument(body = textBody("hi")) {
  const payload = messagePayload({
    id: MESSAGE_ID,
    sender: ALICE.primary,
    senderHandle: ALICE_HANDLE,
    to: BOB.primary,
    device: "a11ce00000000001",
    seq: 1,
    prev: null,
    chain: null,
    createdAt: NOW,
    body,
  });
  return sign("message", payload, ALICE);
}

function registration() {
  return sign(
    "handle_registration",
    registrationPayload({ handle: ALICE_HANDLE, primary: ALICE.primary, createdAt: NOW }),
    ALICE,
  );
}

/** @param {string} code */
function code(code) {
  return (/** @type {any} */ error) => error instanceof errors.ProtocolError && error.code === code;
}

test("the modules mirror kezproto file for file", async () => {
  const names = async (/** @type {string} */ folder, /** @type {string} */ end) =>
    (await readdir(new URL(folder, import.meta.url)))
      .filter((name) => name.endsWith(end) && !name.startsWith("__"))
      .map((name) => name.slice(0, -end.length));
  const mine = await names("../../static/js/proto/", ".js");
  const missing = (await names("../../kezproto/", ".py")).filter((name) => !mine.includes(name));
  // The version of what a browser runs is in the page that it came with.
  assert.deepEqual(missing, ["version"]);
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

test("signatures: any change is refused", async () => {
  const message = utf8("message");
  const signature = ALICE.sign(message);
  await verifySignature(ALICE.primary, message, signature);
  for (let place = 0; place < 64; place += 1) {
    const changed = signature.slice();
    changed[place] ^= 1 << (place % 8);
    await assert.rejects(verifySignature(ALICE.primary, message, changed), code("bad_signature"));
  }
  await assert.rejects(verifySignature(BOB.primary, message, signature), code("bad_signature"));
});

test("signing refuses what verifying would refuse", async () => {
  const { payload } = registration();
  assert.throws(() => sign("handle_registration", payload, MALLORY), code("key_mismatch"));
  assert.throws(() => sign("handle_registration", { ...payload, note: 1 }, ALICE), code("unknown_field"));
  assert.throws(() => sign("session", payload, ALICE), code("wrong_type"));
  assert.throws(() => sign("unheard_of", payload, ALICE), code("wrong_tag"));
  assert.throws(() => sign("handle_registration", { ...payload, handle: 1.5 }, ALICE), code("malformed"));
  await assert.rejects(
    verify(registration(), { tag: "unheard_of", type: "kez.chat.other", version: 1 }),
    code("wrong_tag"),
  );
  await assert.rejects(
    verify(registration(), { tag: "handle_registration", type: "x", version: 1 }),
    code("wrong_type"),
  );
});

test("a verified object shares nothing with what it was read from, and has the limits of text", async () => {
  const document = registration();
  const found = await verifyRegistration(document, { server: "kez.lat", now: NOW });
  document.payload.handle = "mallory";
  assert.equal(found.document.payload.handle, "alice");
  const large = { ...registration(), note: "x".repeat(65536) };
  await assert.rejects(verifyRegistration(large, { server: "kez.lat", now: NOW }), code("malformed"));
  for (const text of ["", "[]", "null", "7", '"text"', "{"]) {
    await assert.rejects(verifyRegistration(utf8(text), { server: "kez.lat", now: NOW }), code("malformed"));
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

test("limits of bodies and envelopes", async () => {
  assert.throws(() => textBody(`${"é".repeat(32768)}.`), code("malformed"));
  const ids = Array.from({ length: 257 }, (_, i) =>
    uuid7(NOW, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, i >> 8, i & 255)),
  );
  assert.equal(receiptBody(ids.slice(1), "read").of.length, 256);
  assert.throws(() => receiptBody(ids, "read"), code("malformed"));
  assert.throws(() => frame(new Uint8Array(MAX_MESSAGE_BYTES + 1)), code("envelope_too_large"));
  await assert.rejects(
    sealEnvelope(new Uint8Array(MAX_MESSAGE_BYTES + 1), BOB.primary),
    code("envelope_too_large"),
  );
  const oversized = new Uint8Array(262145).fill(2);
  await assert.rejects(openEnvelope(oversized, BOB), code("envelope_too_large"));
  const long = messageDocument(textBody("é".repeat(32768)));
  assert.deepEqual((await openMessage(await seal(long, BOB.primary), BOB)).document, long);
  for (const framed of [0, 1, 4, 255].map((size) => new Uint8Array(size))) {
    assert.throws(() => unframe(framed), code("bad_padding"));
  }
  assert.deepEqual(
    [0, 1, 2, 8, 9, 100, 255, 256, 257, 1000].map(padme),
    [0, 1, 2, 8, 10, 104, 256, 256, 272, 1024],
  );
});

test("any changed byte of an envelope is noticed", async () => {
  const envelope = await seal(messageDocument(), BOB.primary);
  for (let place = 0; place < envelope.length; place += 7) {
    const changed = envelope.slice();
    changed[place] ^= 1 + (place % 255);
    await assert.rejects(openEnvelope(changed, BOB), errors.CannotOpen);
  }
  await assert.rejects(openEnvelope(envelope, MALLORY), code("cannot_decrypt"));
});

test("envelopes are opened from the middle of a larger buffer, as frames of a websocket are", async () => {
  const envelope = await seal(messageDocument(), BOB.primary);
  const around = new Uint8Array(envelope.length + 20).fill(7);
  around.set(envelope, 13);
  assert.equal((await openMessage(around.subarray(13, 13 + envelope.length), BOB)).id, MESSAGE_ID);
});

test("signals and messages are not taken for each other", async () => {
  const signal = await sealSignal({ key: ALICE, to: BOB.primary, kind: "typing", createdAt: NOW });
  assert.equal((await openSignal(signal, BOB, { now: NOW })).kind, "typing");
  await assert.rejects(openMessage(signal, BOB), code("wrong_tag"));
  await assert.rejects(
    openSignal(await seal(messageDocument(), BOB.primary), BOB, { now: NOW }),
    code("wrong_tag"),
  );
});

test("an empty chain", async () => {
  const state = await replay(ALICE.primary, []);
  assert.deepEqual(
    [state.head, state.headTime, state.endpoints, state.claims, state.sharedFiles],
    [null, null, [], [], null],
  );
  checkPin(null, state);
  assert.throws(() => checkPin({ seq: 1, hash: "x" }, new ChainState(ALICE.primary)), code("pin_mismatch"));
  await assert.rejects(replay(ALICE.primary, [utf8("{")]), (error) => {
    assert.ok(error instanceof errors.ChainMalformed && error.cause instanceof errors.Malformed);
    return error.index === 0;
  });
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

test("long work lets others have their turn", async () => {
  let turns = 0;
  let running = true;
  const others = (async () => {
    while (running) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
  })();
  assert.equal(
    await safetyNumber(ALICE.primary, BOB.primary),
    await safetyNumber(BOB.primary, ALICE.primary),
  );
  const slices = new Slices();
  const end = performance.now() + 50;
  while (performance.now() < end) {
    await slices.breathe();
  }
  running = false;
  await others;
  assert.ok(turns >= 3, `${turns} turns`);
});
