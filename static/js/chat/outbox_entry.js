/** Sealed envelopes that wait for the server, or for the recipient's receipt: their stored form. */

/** @typedef {"message"|"self_copy"|"receipt"} Purpose  a self copy is for the owner's other devices */

/**
 * One envelope (base64) for one inbox. `state`: "queued", "sent" (stored by the server, no receipt yet) or
 * "failed"
 * (given up, with a cause). `deliveryId` stays the same for every try. The group of the record is its state.
 * @typedef {object} OutboxEntry
 * @property {Purpose} purpose
 * @property {string} messageId
 * @property {string} recipient  whose inbox, hex
 * @property {string} peer  with whom the conversation is, hex
 * @property {string} deliveryId
 * @property {string} envelope
 * @property {"queued"|"sent"|"failed"} state
 * @property {string|null} causeCode
 * @property {string|null} cause
 * @property {number} queuedAt
 * @property {number|null} sentAt
 * @property {number} resends
 * @property {number} order
 */

/** @param {{purpose: Purpose, recipient: string, messageId: string}} entry */
export function entryKey({ purpose, recipient, messageId }) {
  return `${purpose}/${recipient}/${messageId}`;
}

/** @param {import("./unit.js").Unit} unit @param {OutboxEntry} entry */
export function putEntry(unit, entry) {
  unit.put("outbox", entryKey(entry), entry, { group: entry.state, order: entry.order });
}
