// The parts of the chat engine that need neither a browser nor a server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { folded } from "../../static/js/chat/history.js";
import { Lane } from "../../static/js/chat/lane.js";
import { movedOn, withCause } from "../../static/js/chat/records.js";
import { linkNotice } from "../../static/js/chat/receiving.js";
import { without } from "../../static/js/chat/sequences.js";

/** @typedef {import("../../static/js/chat/lane.js").Outcome} Outcome */
/** @typedef {import("../../static/js/chat/records.js").MessageRecord} MessageRecord */

const RECIPIENT = "ab".repeat(32);

/** A server at the other end of a lane: it answers each publish as the test says, and notes what it stored. */
class Server {
  /** @type {string[]} */ stored = [];
  /** @type {{msgId: string, resolve: () => void, reject: (error: object) => void}[]} */ asked = [];
  /** @type {Outcome[]} */ outcomes = [];
  isOpen = true;

  constructor() {
    this.lane = new Lane(
      ({ msgId }) =>
        new Promise((resolve, reject) => {
          const answer = { msgId, resolve: () => resolve(this.stored.push(msgId)), reject };
          this.asked.push(answer);
        }),
      (outcome) => this.outcomes.push(outcome),
      () => this.isOpen,
    );
  }

  /** @param {string[]} names */
  queue(...names) {
    for (const name of names) this.lane.push(entry(name));
    this.lane.pump();
  }

  /** Answers what is open: `null` stores, an error refuses. @param {(name: string) => object | null} say */
  async answer(say) {
    const asked = this.asked.splice(0);
    for (const { msgId, resolve, reject } of asked) {
      const error = say(msgId);
      if (error) reject(error);
      else resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
    return asked.map(({ msgId }) => msgId);
  }
}

/** @param {string} name @returns {import("../../static/js/chat/outbox_entry.js").OutboxEntry} */
function entry(name) {
  return {
    purpose: "message", messageId: name, recipient: RECIPIENT, peer: RECIPIENT, deliveryId: name, envelope: "",
    state: "queued", causeCode: null, cause: null, queuedAt: 0, sentAt: null, resends: 0, order: 0,
  };
}

const full = { code: "inbox_full", message: "The inbox is full.", retry: true };
const lost = { code: "connection_lost", message: "Gone.", retry: true };

test("what is queued is handed over in order, and again from the first failure under the same ids", async () => {
  const server = new Server();
  server.queue("1", "2", "3", "4");
  let isFull = false;
  const asked = await server.answer((name) => ((isFull ||= name === "2") ? full : null));
  assert.deepEqual(asked, ["1", "2", "3", "4"]);
  server.queue("5");
  assert.deepEqual(server.asked, []); // not before the pause is over, or somebody asks for it
  server.lane.wake();
  assert.deepEqual(await server.answer(() => null), ["2", "3", "4", "5"]);
  assert.deepEqual(server.stored, ["1", "2", "3", "4", "5"]);
  assert.equal(server.lane.length, 0);
  assert.deepEqual(server.outcomes[1], { key: `message/${RECIPIENT}/2`, refusal: { ...full, retryAfter: undefined } });
});

test("a pause ends by itself and grows with every failure", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  server.queue("1");
  for (const pause of [1000, 2000, 4000]) {
    assert.deepEqual(await server.answer(() => full), ["1"]);
    t.mock.timers.tick(pause - 1);
    assert.equal(server.asked.length, 0);
    t.mock.timers.tick(1);
    assert.equal(server.asked.length, 1);
  }
  await server.answer(() => ({ ...full, retryAfter: 90 }));
  t.mock.timers.tick(89_999);
  assert.equal(server.asked.length, 0);
  t.mock.timers.tick(1);
  assert.equal(server.asked.length, 1);
  server.lane.stop();
});

test("a lost connection waits for the next one, which begins at the first that has no answer", async () => {
  const server = new Server();
  server.queue("1", "2", "3");
  server.isOpen = false;
  await server.answer((name) => (name === "1" ? null : lost));
  server.lane.wake();
  assert.deepEqual(server.asked, []);
  server.isOpen = true;
  server.lane.wake();
  assert.deepEqual(await server.answer(() => null), ["2", "3"]);
});

test("what will never be taken does not hold up what is behind it", async () => {
  const server = new Server();
  server.queue("1", "2");
  await server.answer((name) => (name === "1" ? { code: "too_large", message: "Too large.", retry: false } : null));
  assert.deepEqual(server.stored, ["2"]);
  assert.equal(server.lane.length, 0);
  assert.equal(server.outcomes[0].refusal?.retry, false);
});

test("more than the window waits for free places", async () => {
  const server = new Server();
  const names = Array.from({ length: 150 }, (_, number) => String(number));
  server.queue(...names);
  assert.equal(server.asked.length, 64);
  for (let round = 0; round < 3; round += 1) await server.answer(() => null);
  assert.deepEqual(server.stored, names);
});

test("what is dropped is not sent, or not again", async () => {
  const server = new Server();
  server.isOpen = false;
  server.queue("1", "2", "3");
  server.lane.drop(`message/${RECIPIENT}/2`);
  server.isOpen = true;
  server.lane.pump();
  server.lane.drop(`message/${RECIPIENT}/3`);
  await server.answer((name) => (name === "3" ? full : null));
  assert.deepEqual(server.stored, ["1"]);
  assert.equal(server.lane.length, 0);
  server.lane.stop();
});

test("a message gets further and never back", () => {
  const record = /** @type {MessageRecord} */ (/** @type {unknown} */ ({ mine: true, state: "sent", cause: "x" }));
  assert.equal(movedOn(record, "read")?.state, "read");
  assert.equal(movedOn(record, "read")?.cause, null);
  assert.equal(movedOn(record, "sent"), null);
  assert.equal(movedOn({ ...record, state: "read" }, "delivered"), null);
  assert.equal(movedOn({ ...record, mine: false, state: "received" }, "read"), null);
  assert.equal(withCause({ ...record, state: "delivered" }, "failed", "x", "y"), null);
  assert.equal(withCause(record, "failed", "no_receipt", "No receipt came.")?.causeCode, "no_receipt");
});

test("numbers that have come are no longer missing", () => {
  assert.deepEqual(without([[1, 3], [7, 7], [9, 12]], 7), [[1, 3], [9, 12]]);
  assert.deepEqual(without([[1, 3]], 2), [[1, 1], [3, 3]]);
  assert.deepEqual(without([[1, 3]], 1), [[2, 3]]);
  assert.deepEqual(without([[1, 3]], 4), [[1, 3]]);
});

test("what a reader is told of a gap", () => {
  const missing = { start: 2, end: 4 };
  assert.equal(linkNotice({ kind: "gap", missing }, false)?.text, "2 messages before this one did not arrive.");
  assert.equal(linkNotice({ kind: "gap", missing: { start: 1, end: 2 } }, true)?.code, "earlier_missing");
  assert.equal(linkNotice({ kind: "in_order", missing: null }, false), null);
});

test("a search knows no capitals and no compatibility forms", () => {
  assert.equal(folded("ＦＵＬＬ Straße ﬁn"), "full straße fin");
});
