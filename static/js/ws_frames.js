// The binary frames of the websocket bridge (subprotocol kez.v2): docs/websocket.md. Integers are big-endian.

const PUBLISH = 0x01;
const ACK = 0x02;
const SIGNAL = 0x03;
const CHUNK = 0x04;
const DELIVERIES = 0x81;
const PUBLISHED = 0x82;
const SIGNALLED = 0x83;

/** What one publish costs in its frame beside the envelope: ref, recipient, message id, length. */
export const PUBLISH_OVERHEAD = 4 + 32 + 16 + 4;

/**
 * @typedef {{ref: number, recipient: Uint8Array, msgId: Uint8Array, envelope: Uint8Array}} PublishItem
 * @typedef {{seq: number, envelope: Uint8Array}} Delivery
 * @typedef {{ref: number, msgId: Uint8Array, frame: Uint8Array}} ChunkItem
 * @typedef {{ref: number, seq: number, duplicate: boolean}} Published
 * @typedef {{kind: "deliveries", pending: number, items: Delivery[]}
 *   | {kind: "published", items: Published[]}
 *   | {kind: "signal", envelope: Uint8Array}
 *   | {kind: "unknown"}} ServerFrame
 */

/**
 * The bytes of lower- or upper-case hex; `length` is the number of bytes that it must have.
 * @param {string} hex
 * @param {number} length
 * @returns {Uint8Array | null}
 */
export function bytesOfHex(hex, length) {
  if (hex.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(hex)) {
    return null;
  }
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

/**
 * @param {PublishItem[]} items
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function publishFrame(items) {
  const size = items.reduce((sum, item) => sum + PUBLISH_OVERHEAD + item.envelope.length, 1);
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  frame[0] = PUBLISH;
  let at = 1;
  for (const item of items) {
    view.setUint32(at, item.ref);
    frame.set(item.recipient, at + 4);
    frame.set(item.msgId, at + 36);
    view.setUint32(at + 52, item.envelope.length);
    frame.set(item.envelope, at + PUBLISH_OVERHEAD);
    at += PUBLISH_OVERHEAD + item.envelope.length;
  }
  return frame;
}

/**
 * One chunk of a file; `frame` is what `chunkFrame` of proto/file_chunks.js made.
 * @param {ChunkItem} item
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function chunkPublishFrame({ ref, msgId, frame }) {
  const whole = new Uint8Array(1 + 4 + msgId.length + frame.length);
  whole[0] = CHUNK;
  new DataView(whole.buffer).setUint32(1, ref);
  whole.set(msgId, 5);
  whole.set(frame, 5 + msgId.length);
  return whole;
}

/**
 * @param {number[]} seqs
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function ackFrame(seqs) {
  const frame = new Uint8Array(1 + 8 * seqs.length);
  const view = new DataView(frame.buffer);
  frame[0] = ACK;
  seqs.forEach((seq, index) => view.setBigUint64(1 + 8 * index, BigInt(seq)));
  return frame;
}

/**
 * @param {Uint8Array} recipient 32 bytes
 * @param {Uint8Array} envelope
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function signalFrame(recipient, envelope) {
  const frame = new Uint8Array(1 + recipient.length + envelope.length);
  frame[0] = SIGNAL;
  frame.set(recipient, 1);
  frame.set(envelope, 1 + recipient.length);
  return frame;
}

/**
 * Reads a frame of the server. Kinds that a later server may have are "unknown"; RangeError if it is cut short.
 * @param {ArrayBuffer} data
 * @returns {ServerFrame}
 */
export function readFrame(data) {
  const view = new DataView(data);
  switch (view.getUint8(0)) {
    case DELIVERIES:
      return { kind: "deliveries", pending: view.getUint32(1), items: readDeliveries(view) };
    case PUBLISHED:
      return { kind: "published", items: readPublished(view) };
    case SIGNALLED:
      return { kind: "signal", envelope: new Uint8Array(data.slice(1)) };
    default:
      return { kind: "unknown" };
  }
}

/**
 * The text frame `file` as the event tells it.
 * @param {{file_id: string, state: string, received: number, chunks: number, cause_code: string | null}} frame
 */
export function readFileNotice({ file_id, state, received, chunks, cause_code }) {
  return { fileId: file_id, state, received, chunks, causeCode: cause_code };
}

/**
 * @param {DataView} view
 * @returns {Delivery[]}
 */
function readDeliveries(view) {
  /** @type {Delivery[]} */
  const items = [];
  let at = 5;
  while (at < view.byteLength) {
    const seq = Number(view.getBigUint64(at));
    const end = at + 12 + view.getUint32(at + 8);
    if (end > view.byteLength) {
      throw new RangeError("A frame of deliveries is cut short.");
    }
    // Copied, so that one message that is kept does not keep the whole frame.
    items.push({ seq, envelope: new Uint8Array(/** @type {ArrayBuffer} */ (view.buffer).slice(at + 12, end)) });
    at = end;
  }
  return items;
}

/**
 * @param {DataView} view
 * @returns {Published[]}
 */
function readPublished(view) {
  /** @type {Published[]} */
  const items = [];
  for (let at = 1; at < view.byteLength; at += 13) {
    items.push({
      ref: view.getUint32(at),
      seq: Number(view.getBigUint64(at + 4)),
      duplicate: view.getUint8(at + 12) === 1,
    });
  }
  return items;
}
