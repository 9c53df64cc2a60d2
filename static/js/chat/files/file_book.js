/** What this device has of each chunked file, in memory and stored; and what goes on with it, in memory only. */

import { messageKey } from "../records.js";
import { Table } from "../table.js";
import { fileView } from "./file_view.js";

/** @typedef {import("../unit.js").Unit} Unit */
/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {import("./file_view.js").FileRow} FileRow */
/** @typedef {import("./file_view.js").Live} Live */

const TELL_EVERY_MS = 100;

export class FileBook {
  /** @type {Map<string, Live>} */
  #live = new Map();
  /** @type {Set<string>} whose progress is told in a moment */
  #telling = new Set();

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {Table<FileRow>} */
    this.rows = new Table("files");
  }

  load() {
    return this.rows.load(this.engine.store);
  }

  /** @param {MessageRecord} record @param {Unit} [unit] @returns {import("../types.js").FileView|null} */
  viewOf(record, unit) {
    if (record.kind !== "file") return null;
    const key = messageKey(record.sender, record.id);
    return fileView(record, unit ? this.rows.within(unit, key) : this.rows.get(key), this.#live.get(key));
  }

  /** @param {string} key @returns {Readonly<Live>|undefined} */
  live(key) {
    return this.#live.get(key);
  }

  /**
   * Change a row that is there, and tell the pages. False where its message was deleted meanwhile.
   * @param {Unit} unit
   * @param {string} key
   * @param {Partial<FileRow>} changes
   */
  async change(unit, key, changes) {
    if (!this.rows.within(unit, key)) return false;
    Object.assign(this.rows.edit(unit, key, never), changes);
    const record = await unit.get("messages", key);
    if (record) this.engine.news.changed(unit, record);
    return true;
  }

  /** Forget a file and its chunks. @param {Unit} unit @param {string} key */
  remove(unit, key) {
    const row = this.rows.within(unit, key);
    if (!row) return;
    this.engine.shelf.clear(unit, row.shelf, row.chunks);
    this.rows.remove(unit, key);
    unit.afterwards(() => this.#live.delete(key));
  }

  /**
   * What goes on now; null when nothing does any more.
   * @param {string} key
   * @param {Live|null} live
   */
  note(key, live) {
    const before = this.#live.get(key);
    if (live) this.#live.set(key, live);
    else this.#live.delete(key);
    if (before?.stage !== live?.stage || before?.cause !== live?.cause) this.tell(key);
    else if (live && before?.done !== live.done) this.#tellProgress(key);
  }

  /** Show a file's message anew. @param {string} key */
  tell(key) {
    this.engine.background(
      this.engine.writer.run(async (unit) => {
        const record = await unit.get("messages", key);
        if (record) this.engine.news.changed(unit, record);
      }),
    );
  }

  /** Some times a second; the last number is always told. @param {string} key */
  #tellProgress(key) {
    if (this.#telling.has(key)) return;
    this.#telling.add(key);
    setTimeout(() => {
      this.#telling.delete(key);
      const live = this.#live.get(key);
      if (!live) return;
      const [sender, id] = key.split("/");
      const { stage, done, total } = live;
      this.engine.emit("transfer", { id, mine: sender === this.engine.identity.primary.hex, stage, done, total });
    }, TELL_EVERY_MS);
  }
}

/** @returns {never} */
function never() {
  throw new TypeError("There is no such file.");
}
