// What vectors cannot say about signed and sealed objects in static/js/proto: limits, what is never signed,
// who gets a turn.

import assert from "node:assert/strict";
import test from "node:test";

import { receiptBody, textBody } from "../../static/js/proto/bodies.js";
import { utf8 } from "../../static/js/proto/bytes.js";
import { ChainState, checkPin, replay } from "../../static/js/proto/chain_state.js";
import { openEnvelope, openMessage, seal, sealEnvelope } from "../../static/js/proto/envelope.js";
import * as errors from "../../static/js/proto/errors.js";
import { verifySignature } from "../../static/js/proto/keys.js";
import { uuid7 } from "../../static/js/proto/messages.js";
import { MAX_MESSAGE_BYTES, frame, padme, unframe } from "../../static/js/proto/padding.js";
import { verifyRegistration } from "../../static/js/proto/registration.js";
import { safetyNumber } from "../../static/js/proto/safety_number.js";
import { openSignal, sealSignal } from "../../static/js/proto/signals.js";
import { sign, verify } from "../../static/js/proto/signed.js";
import { Slices } from "../../static/js/proto/slices.js";
import { ALICE, BOB, MALLORY, NOW, MESSAGE_ID, messageDocument, registration, code } from "./cast.js";

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
