/** Writing messages: the record, the list of conversations and the pages' news change together. */

import { messageKey, movedOn, withCause } from "./records.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */

export class MessageLog {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  put(unit, record) {
    const place = { group: record.peer, order: record.order };
    unit.put("messages", messageKey(record.sender, record.id), record, place);
  }

  /** A new message. @param {Unit} unit @param {MessageRecord} record */
  add(unit, record) {
    this.put(unit, record);
    this.engine.conversations.noteAdded(unit, record);
    this.engine.news.added(unit, record);
  }

  /** @param {Unit} unit @param {MessageRecord} record */
  change(unit, record) {
    this.put(unit, record);
    this.engine.conversations.noteChanged(unit, record);
    this.engine.news.changed(unit, record);
  }

  /** One of ours. @param {Unit} unit @param {string} id @returns {Promise<MessageRecord|undefined>} */
  own(unit, id) {
    return unit.get("messages", messageKey(this.engine.identity.primary.hex, id));
  }

  /**
   * A message of ours got further.
   * @param {Unit} unit
   * @param {string} id
   * @param {"sent"|"delivered"|"read"} state
   */
  async moveOn(unit, id, state) {
    const record = await this.own(unit, id);
    const moved = record && movedOn(record, state);
    if (moved) this.change(unit, moved);
  }

  /**
   * @param {Unit} unit
   * @param {string} id
   * @param {"queued"|"failed"} state
   * @param {string|null} causeCode
   * @param {string|null} cause
   */
  async setCause(unit, id, state, causeCode, cause) {
    const record = await this.own(unit, id);
    const changed = record && withCause(record, state, causeCode, cause);
    if (changed) this.change(unit, changed);
  }
}
