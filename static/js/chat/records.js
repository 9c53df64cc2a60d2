/**
 * What is stored of a message, and how it is shown. Times are milliseconds since the epoch, keys 64 hex
 * digits.
 *
 * A message is stored under `<sender>/<id>` in the group of its peer, at the place of its arrival. The record
 * is what
 * makes a replay known; where a message leaves no record (a receipt, a deleted or a dropped one), `seen`
 * does.
 */

/** @typedef {import("./types.js").MessageView} MessageView */
/** @typedef {import("./types.js").MessageState} MessageState */
/** @typedef {import("./types.js").Notice} Notice */

/**
 * @typedef {object} MessageRecord
 * @property {string} id
 * @property {string} sender
 * @property {string} peer  the other side: the sender of what came, the recipient of what went
 * @property {boolean} mine
 * @property {string|null} handle  as pinned, or as the sender claims
 * @property {import("./types.js").NameState} nameState  when it came
 * @property {string} device
 * @property {number} seq
 * @property {string} hash  of the whole signed object; empty while one of ours waits for its file (and `seq` is 0)
 * @property {"text"|"file"|"unknown"} kind
 * @property {object} body
 * @property {string} text  what a search looks at
 * @property {string|null} replyTo
 * @property {number} at  the sender's clock
 * @property {number} storedAt
 * @property {number} order
 * @property {MessageState} state
 * @property {string|null} cause
 * @property {string|null} causeCode
 * @property {Notice[]} notices
 * @property {boolean} shown  read on another device of the owner
 * @property {number|null} receiptAt  when the last delivered receipt was queued
 * @property {import("./files/picture.js").Picture|null} [picture]  which picture an inline file is
 * @property {Record<string, any>} [proof]  of what came: the signed object without its body; with it, it can be shown to
 *   others. What came before this was kept has none
 */

/**
 * An envelope that gave no message; `envelope` is base64.
 * @typedef {{digest: string, envelope: string, code: string, cause: string, storedAt: number, order: number}}
 * Unopened
 */

/** @typedef {{hash: string}} Seen */

/** The signed object without its body, which is stored beside it. @param {Record<string, any>} document */
export function proofOf(document) {
  const { body: _, ...payload } = document.payload;
  return { ...document, payload };
}

/** A received message as its sender signed it. @param {MessageRecord} record */
export function signedObject({ proof, body }) {
  return { ...proof, payload: { ...proof?.payload, body } };
}

/** @param {string} sender @param {string} id */
export function messageKey(sender, id) {
  return `${sender}/${id}`;
}

/** @type {Record<string, MessageState[]>} */
const EARLIER_THAN = {
  sent: ["queued", "failed"],
  delivered: ["queued", "sent", "failed"],
  read: ["queued", "sent", "delivered", "failed"],
};

/**
 * An outgoing message gets further (sent, delivered, read), never back.
 * @param {MessageRecord} record
 * @param {"sent"|"delivered"|"read"} state
 * @returns {MessageRecord|null} the changed record; null if it is there already
 */
export function movedOn(record, state) {
  if (!record.mine || !EARLIER_THAN[state].includes(record.state)) return null;
  return { ...record, state, cause: null, causeCode: null };
}

/**
 * An outgoing message that is not receipted is queued (again) or has failed, and why.
 * @param {MessageRecord} record
 * @param {"queued"|"failed"} state
 * @param {string|null} causeCode
 * @param {string|null} cause
 * @returns {MessageRecord|null} the changed record; null if nothing changes
 */
export function withCause(record, state, causeCode, cause) {
  if (!record.mine || !["queued", "sent", "failed"].includes(record.state)) return null;
  if (record.state === state && record.cause === cause) return null;
  return { ...record, state, cause, causeCode };
}

/**
 * @param {MessageRecord} record
 * @param {number} readOrder  up to which place the owner has read
 * @param {string} peer  the conversation that it is shown in; another one where the key of the peer has changed
 * @param {import("./types.js").FileView|null} file
 * @returns {MessageView}
 */
export function viewOf(record, readOrder, peer, file) {
  return {
    id: record.id,
    peer,
    mine: record.mine,
    kind: record.kind,
    text: record.text,
    file,
    replyTo: record.replyTo,
    at: new Date(record.at),
    order: record.order,
    state: record.state,
    cause: record.cause,
    causeCode: record.causeCode,
    notices: record.notices,
    unread: isUnread(record, readOrder),
  };
}

/** @param {MessageRecord} record @param {number} readOrder */
export function isUnread(record, readOrder) {
  return !record.mine && !record.shown && record.order > readOrder;
}

/** @param {Unopened} record @param {string} peer @param {number} readOrder @returns {MessageView} */
export function viewOfUnopened(record, peer, readOrder) {
  return {
    id: record.digest,
    peer,
    mine: false,
    kind: "unopened",
    text: "",
    file: null,
    replyTo: null,
    at: new Date(record.storedAt),
    order: record.order,
    state: "received",
    cause: record.cause,
    causeCode: record.code,
    notices: [],
    unread: record.order > readOrder,
  };
}
