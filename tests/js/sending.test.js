// What one websocket sends, without the websocket: who goes first, what waits, what is tried again and what is given back.

import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";

import { BridgeError } from "../../static/js/ws_errors.js";
import { readFileNotice } from "../../static/js/ws_frames.js";
import { Sending } from "../../static/js/ws_sending.js";

const LIMITS = {
  window: 4,
  frame_bytes: 1000,
  envelope_bytes: 100,
  publish_per_second: 1000,
  publish_burst: 1000,
  chunk_bytes: 100,
  chunk_window: 3,
  chunk_bytes_per_second: 100_000,
  chunk_burst_bytes: 100_000,
};
const TO = "ab".repeat(32);
const LATER = new BridgeError("broker_unreachable", "The store is away.", { retry: true });
const NEVER = new BridgeError("bad_chunk", "This is no chunk.");

/** One line and all that was sent over it, as "message <first byte of the envelope>" or "chunk <first byte>". */
class Line extends EventTarget {
  /** @type {string[]} */ sent = [];
  /** @type {number[]} */ refs = [];
  buffered = 0;

  /** @param {Partial<typeof LIMITS>} [limits] */
  constructor(limits = {}) {
    super();
    this.sending = new Sending(
      { ...LIMITS, ...limits },
      { send: (frame) => this.#take(frame), buffered: () => this.buffered },
    );
  }

  /** @param {string | Uint8Array<ArrayBuffer>} frame */
  #take(frame) {
    if (typeof frame === "string") {
      this.sent.push(frame);
    } else {
      const view = new DataView(frame.buffer);
      const [kind, head] = frame[0] === 0x04 ? ["chunk", 21] : ["message", 57];
      this.refs.push(view.getUint32(1));
      this.sent.push(`${kind} ${frame[head]}`);
    }
    this.dispatchEvent(new Event("sent"));
  }

  /** @param {number} mark @param {number} [size] */
  chunk(mark, size = 10) {
    const frame = new Uint8Array(size).fill(mark);
    return this.sending.chunk({ frame, msgId: "00".repeat(16) });
  }

  /** @param {number} mark */
  message(mark) {
    return this.sending.message({ recipient: TO, msgId: "00".repeat(16), envelope: Uint8Array.of(mark) });
  }

  /** All that may go at once has gone. */
  async settle() {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    return this.sent.splice(0);
  }

  /** @param {number[]} refs */
  confirm(...refs) {
    this.sending.confirm(refs.map((ref) => ({ ref, seq: ref, duplicate: false })));
  }
}

/** @param {Promise<unknown>} promise @param {string} code @param {boolean} retry */
async function refused(promise, code, retry) {
  await assert.rejects(promise, (/** @type {BridgeError} */ error) => {
    assert.deepEqual([error.code, error.retry], [code, retry]);
    return true;
  });
}

test("messages go first, and no more chunks than the window are open", async () => {
  const line = new Line();
  const chunks = [0, 1, 2, 3, 4].map((mark) => line.chunk(mark));
  const message = line.message(9);
  assert.deepEqual(await line.settle(), ["message 9"]);
  line.confirm(line.refs[0]);
  await message;
  assert.deepEqual(await line.settle(), ["chunk 0", "chunk 1", "chunk 2"]);
  line.confirm(line.refs[2]);
  assert.deepEqual(await chunks[1], { seq: line.refs[2], duplicate: false });
  assert.deepEqual(await line.settle(), ["chunk 3"]);
  assert.equal(new Set(line.refs).size, line.refs.length);
});

test("chunks that have not left the browser keep others from being sent, and one always goes", async () => {
  const line = new Line();
  line.buffered = 1000;
  [0, 1].forEach((mark) => line.chunk(mark));
  assert.deepEqual(await line.settle(), ["chunk 0"]);
  line.confirm(line.refs[0]);
  assert.deepEqual(await line.settle(), ["chunk 1"]);
});

test("what came too fast is sent again from here, first and after the pause", async () => {
  const line = new Line();
  const chunks = [0, 1, 2, 3].map((mark) => line.chunk(mark));
  await line.settle();
  const slower = new BridgeError("rate_limited", "Too fast.", { retry: true, retryAfter: 0.02 });
  line.sending.refuse(line.refs.slice(1), slower, false);
  line.confirm(line.refs[0]);
  await chunks[0];
  assert.deepEqual(await line.settle(), []);
  while (line.sent.length < 3) await once(line, "sent");
  assert.deepEqual(await line.settle(), ["chunk 1", "chunk 2", "chunk 3"]);
  line.confirm(...line.refs);
  await Promise.all(chunks);
});

test("chunks are sent as fast as the server takes them", async () => {
  const line = new Line({ chunk_burst_bytes: 25, chunk_bytes_per_second: 1000 });
  [0, 1, 2].forEach((mark) => line.chunk(mark));
  assert.deepEqual(await line.settle(), ["chunk 0", "chunk 1"]);
  await once(line, "sent");
  assert.deepEqual(await line.settle(), ["chunk 2"]);
});

test("after another failure all chunks are given back, and messages go on", async () => {
  const line = new Line();
  const chunks = [0, 1, 2, 3].map((mark) => line.chunk(mark));
  await line.settle();
  line.sending.refuse([line.refs[0]], LATER, false);
  await refused(chunks[0], "broker_unreachable", true);
  await refused(chunks[3], "broker_unreachable", true);
  await refused(line.chunk(4), "broker_unreachable", true);
  line.message(9);
  assert.deepEqual(await line.settle(), ["message 9"]);
  line.confirm(...line.refs);
  await Promise.all(chunks.slice(1, 3));
  line.chunk(4);
  assert.deepEqual(await line.settle(), ["chunk 4"]);
});

test("a chunk that will never be taken stops no other", async () => {
  const line = new Line();
  const chunks = [0, 1].map((mark) => line.chunk(mark));
  await line.settle();
  line.sending.refuse([line.refs[0]], NEVER, false);
  await refused(chunks[0], "bad_chunk", false);
  line.confirm(line.refs[1]);
  await chunks[1];
  await refused(line.chunk(2, 101), "bad_chunk", false);
  await refused(line.sending.chunk({ frame: new Uint8Array(1), msgId: "short" }), "bad_chunk", false);
});

test("messages that are held hold no chunk", async () => {
  const line = new Line();
  const message = line.message(9);
  await line.settle();
  line.sending.refuse([line.refs[0]], LATER, true);
  await refused(message, "broker_unreachable", true);
  await refused(line.message(10), "broker_unreachable", true);
  line.chunk(0);
  assert.deepEqual(await line.settle(), ["chunk 0"]);
  await once(line, "sent");
  assert.deepEqual(await line.settle(), ['{"type":"resume"}']);
});

test("a lost connection gives everything back", async () => {
  const line = new Line();
  const everything = [...[0, 1, 2, 3].map((mark) => line.chunk(mark)), line.message(9)];
  await line.settle();
  line.sending.lose();
  await Promise.all(everything.map((each) => refused(each, "connection_lost", true)));
});

test("a notice about a file has the names of JavaScript", () => {
  const frame = { type: "file", file_id: "ab", state: "failed", received: 3, chunks: 5, cause_code: "timed_out" };
  assert.deepEqual(readFileNotice(frame), {
    fileId: "ab",
    state: "failed",
    received: 3,
    chunks: 5,
    causeCode: "timed_out",
  });
});
