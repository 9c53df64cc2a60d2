// static/js/ws.js against a real server, in Node.
//
// Arguments: the scenario, "talk" or "restart". Input, as JSON on stdin: {"url", "people": [{"local", "seed", "device"}]}.
// Output: "restart" says "under way" on a line of its own when the server may be killed; the last line is "done".

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { chunkFrame, MAX_SEALED_CHUNK_BYTES } from "../../static/js/proto/file_chunks.js";
import { Handle } from "../../static/js/proto/handles.js";
import { SigningKey } from "../../static/js/proto/keys.js";
import { sessionPayload } from "../../static/js/proto/session.js";
import { sign } from "../../static/js/proto/signed.js";
import { BridgeError, BridgeSocket } from "../../static/js/ws.js";

/** @typedef {{local: string, seed: string, device: string}} Person */

const LIMIT = 40_000;
/** @type {{url: string, people: Person[]}} */
const { url, people } = JSON.parse(await text(process.stdin));

/** A person's socket and what came over it. */
class Peer {
  /** @type {Map<number, string>} */ got = new Map();
  /** @type {string[]} */ signals = [];
  acks = true;
  caughtUp = 0;

  /** @param {Person} person @param {{local?: string}} [claims] */
  constructor(person, { local = person.local } = {}) {
    this.key = new SigningKey(Uint8Array.from(Buffer.from(person.seed, "hex")));
    const handle = new Handle(local, "kez.lat");
    this.socket = new BridgeSocket({
      url,
      device: person.device,
      answer: async (challenge) =>
        sign("session", sessionPayload({ handle, primary: this.key.primary, challenge, createdAt: new Date() }), this.key),
    });
    this.socket.addEventListener("deliveries", (event) => {
      const { items } = /** @type {CustomEvent} */ (event).detail;
      for (const { seq, envelope } of items) {
        this.got.set(seq, Buffer.from(envelope).toString());
      }
      if (this.acks) {
        this.socket.ack(items.map((/** @type {{seq: number}} */ item) => item.seq));
      }
    });
    this.socket.addEventListener("caughtup", () => (this.caughtUp += 1));
    this.socket.addEventListener("signal", (event) => {
      this.signals.push(Buffer.from(/** @type {CustomEvent} */ (event).detail.envelope).toString());
    });
  }

  /** @param {string} name @param {() => boolean} condition looked at after each event of this name */
  async until(name, condition) {
    const signal = AbortSignal.timeout(LIMIT);
    while (!condition()) {
      await once(this.socket, name, { signal });
    }
  }

  /** @param {string} state */
  async reach(state) {
    await this.until("state", () => this.socket.state === state);
  }

  async start() {
    this.socket.start();
    await this.reach("open");
    return this;
  }

  /** @param {Peer} to @param {string} words @param {string} [msgId] */
  publish(to, words, msgId = randomBytes(16).toString("hex")) {
    return this.socket.publish({ recipient: to.key.primary.hex, msgId, envelope: Buffer.from(words) });
  }
}

/** @param {Promise<unknown>} promise @param {string} code @param {boolean} retry */
async function refused(promise, code, retry) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof BridgeError);
    assert.deepEqual([error.code, error.retry], [code, retry]);
    return true;
  });
}

async function talk() {
  const [first, second] = people;
  const alice = await new Peer(first).start();
  const bob = new Peer(second);
  await refused(bob.publish(alice, "too early"), "connection_lost", true);
  await bob.start();
  await bob.until("caughtup", () => bob.caughtUp === 1);

  // More than the window at once: all are stored, in order.
  const words = Array.from({ length: 600 }, (_, number) => `message ${number}`);
  const stored = await Promise.all(words.map((each) => alice.publish(bob, each)));
  const seqs = stored.map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  await bob.until("deliveries", () => bob.got.size === words.length);
  assert.deepEqual([...bob.got.values()], words);

  // One id is stored once.
  const id = randomBytes(16).toString("hex");
  const once = await alice.publish(bob, "once", id);
  assert.deepEqual(await alice.publish(bob, "once", id), { ...once, duplicate: true });

  // Chunks: more than the window at once, beside messages. One id is stored once.
  const chunks = fileOf(40);
  const [beside] = await Promise.all([alice.publish(bob, "beside"), ...chunks.map((each) => alice.socket.publishChunk(each))]);
  assert.equal(beside.duplicate, false);
  assert.equal((await alice.socket.publishChunk(chunks[7])).duplicate, true);
  const noChunk = { ...chunks[0], frame: Uint8Array.of(2, ...chunks[0].frame.subarray(1)) };
  await refused(alice.socket.publishChunk(noChunk), "bad_chunk", false);
  await refused(alice.socket.publishChunk({ ...noChunk, frame: new Uint8Array(81_962) }), "bad_chunk", false);

  // What is not acknowledged comes again on the next connection.
  bob.acks = false;
  await alice.publish(bob, "unread");
  await bob.until("deliveries", () => [...bob.got.values()].includes("unread"));
  bob.socket.stop();
  bob.got.clear();
  bob.acks = true;
  await bob.start();
  await bob.until("deliveries", () => [...bob.got.values()].includes("unread"));

  // Refusals.
  await refused(alice.publish(bob, "x".repeat(262_145)), "too_large", false);
  const nobody = { recipient: "00".repeat(32), msgId: id, envelope: Buffer.from("x") };
  await refused(alice.socket.publish(nobody), "bad_recipient", false);
  await refused(alice.socket.publish({ ...nobody, recipient: "short" }), "bad_recipient", false);

  // Signals.
  alice.socket.signal({ recipient: bob.key.primary.hex, envelope: Buffer.from("typing") });
  await bob.until("signal", () => bob.signals.includes("typing"));

  // The same device elsewhere, and somebody without that handle.
  /** @type {any} */ let reason;
  alice.socket.addEventListener("state", (event) => (reason = /** @type {CustomEvent} */ (event).detail.reason));
  const again = await new Peer(first).start();
  await alice.reach("refused");
  assert.equal(reason.code, "replaced");
  const mallory = new Peer(second, { local: first.local });
  mallory.socket.start();
  await mallory.reach("refused");

  again.socket.stop();
  bob.socket.stop();
  await refused(again.publish(bob, "too late"), "connection_lost", true);
}

/** The chunks of a file, each under an id of its own. @param {number} total */
function fileOf(total) {
  const fileId = randomBytes(16).toString("hex");
  return Array.from({ length: total }, (_, index) => ({
    frame: chunkFrame(fileId, index, total, new Uint8Array(MAX_SEALED_CHUNK_BYTES)),
    msgId: randomBytes(16).toString("hex"),
  }));
}

/** Publishes chunks until all are stored: each under one id. @param {Peer} peer @param {ReturnType<typeof fileOf>} chunks */
async function upload(peer, chunks) {
  for (let missing = chunks; missing.length > 0; ) {
    await peer.reach("open");
    const outcomes = await Promise.allSettled(missing.map((chunk) => peer.socket.publishChunk(chunk)));
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "fulfilled" || outcome.reason.retry, String(outcome));
    }
    missing = missing.filter((_, index) => outcomes[index].status === "rejected");
  }
}

/** Publishes through the restart of the server: each message and each chunk under one id until it is stored. */
async function restart() {
  const [first, second] = people;
  const alice = await new Peer(first).start();
  const bob = await new Peer(second).start();
  const words = Array.from({ length: 500 }, (_, number) => `message ${number}`);
  const ids = words.map(() => randomBytes(16).toString("hex"));
  /** @type {Promise<void> | undefined} */ let uploading;
  for (let number = 0; number < words.length; ) {
    if (number === 200) {
      uploading ??= upload(alice, fileOf(128));
      console.log("under way");
    }
    try {
      await alice.reach("open");
      await alice.publish(bob, words[number], ids[number]);
      number += 1;
    } catch (error) {
      assert.ok(error instanceof BridgeError && error.retry, String(error));
    }
  }
  await bob.until("deliveries", () => bob.got.size >= words.length);
  assert.deepEqual([...bob.got.values()], words);
  await uploading;
  alice.socket.stop();
  bob.socket.stop();
}

await (process.argv[2] === "restart" ? restart() : talk());
console.log("done");
