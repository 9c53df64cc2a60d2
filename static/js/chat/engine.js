/**
 * The parts of a session, put together. Each part reaches the others through the engine, and only the front
 * is public.
 */

import { Api } from "../api.js";
import { ContactBook } from "./book.js";
import { ChainWatch } from "./chain_watch.js";
import { Composer } from "./compose.js";
import { Connection } from "./connection.js";
import { Conversations } from "./conversations.js";
import { Directory } from "./directory.js";
import { codeOf, sentenceOf } from "./errors.js";
import { Downloads } from "./files/downloads.js";
import { FileBook } from "./files/file_book.js";
import { Shelf } from "./files/shelf.js";
import { Uploads } from "./files/uploads.js";
import { FileWatch } from "./files/watch.js";
import { History } from "./history.js";
import { Inbox } from "./inbox.js";
import { OwnList } from "./lists/own_list.js";
import { SharedLists } from "./lists/shared_list.js";
import { MessageLog } from "./message_log.js";
import { Names } from "./names.js";
import { News } from "./news.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Reading } from "./reading.js";
import { viewOf } from "./records.js";
import { Sending } from "./sending.js";
import { Sequences } from "./sequences.js";
import { SettingsBook } from "./settings.js";
import { Signals } from "./signals.js";
import { Transfer } from "./transfer.js";
import { Writer } from "./unit.js";

/** @typedef {import("./types.js").EventDetails} EventDetails */

/**
 * @typedef {object} EngineOptions
 * @property {import("../vault/identity.js").UnlockedIdentity} identity
 * @property {import("../vault/store.js").Store} store
 * @property {import("./types.js").Config} config
 * @property {Api} [api]
 */

const WATCH_OWN_EVERY_MS = 10 * 60_000;

export class Engine {
  #closed = false;
  #ownWatchedAt = 0;

  /** @param {EngineOptions} options @param {(type: string, detail: unknown) => void} tell */
  constructor({ identity, store, config, api }, tell) {
    this.identity = identity;
    this.store = store;
    this.tell = tell;
    this.api = api ?? new Api({ config });
    this.writer = new Writer(store);
    this.settings = new SettingsBook(this);
    this.news = new News(this);
    this.book = new ContactBook(this);
    this.conversations = new Conversations(this);
    this.log = new MessageLog(this);
    this.sequences = new Sequences();
    this.chains = new ChainWatch(this);
    this.directory = new Directory(this);
    this.names = new Names(this);
    this.composer = new Composer(this);
    this.outbox = new Outbox(this);
    this.inbox = new Inbox(this, (seqs) => this.connection.ack(seqs));
    this.history = new History(this);
    this.reading = new Reading(this);
    this.sending = new Sending(this);
    this.people = new People(this);
    this.signals = new Signals(this);
    this.transfer = new Transfer(this);
    this.files = new FileBook(this);
    this.shelf = new Shelf(this);
    this.watch = new FileWatch(this);
    this.uploads = new Uploads(this);
    this.downloads = new Downloads(this);
    this.lists = new SharedLists(this);
    this.ownList = new OwnList(this);
    this.connection = new Connection(this, config);
  }

  async open() {
    await this.settings.load();
    await this.loadTables();
    await this.outbox.load();
    await this.uploads.load();
    this.signals.start();
    this.connection.start();
    this.background(this.outbox.sweep());
  }

  /** What is wholly in memory, as the store has it. */
  async loadTables() {
    await this.book.load();
    await this.conversations.load();
    await this.files.load();
    const places = this.conversations.rows.all().map((row) => row.lastOrder);
    this.writer.startAfter(Math.max(0, (await this.store.get("settings", "order")) ?? 0, ...places));
  }

  async close() {
    this.#closed = true;
    this.connection.stop();
    this.inbox.close();
    this.outbox.close();
    this.uploads.close();
    this.downloads.close();
    this.signals.close();
    await this.writer.settled();
  }

  /** @template {keyof EventDetails} N @param {N} type @param {EventDetails[N]} detail */
  emit(type, detail) {
    if (!this.#closed) this.tell(type, detail);
  }

  /** @param {string} code @param {string} text @param {string} [peer] */
  warn(code, text, peer) {
    this.emit("warning", { code, text, ...(peer === undefined ? {} : { peer }) });
  }

  /**
   * Work that nobody waits for; what goes wrong with it is told, unless the session is over.
   * @param {Promise<unknown>} work
   */
  background(work) {
    work.catch((error) => this.warn(codeOf(error) ?? "failed", sentenceOf(error)));
  }

  /** @param {import("./types.js").Connection} connection */
  connectionChanged(connection) {
    if (this.#closed) return;
    if (connection.state === "online") {
      this.outbox.wake();
      this.uploads.wake();
      this.downloads.wake();
      this.signals.sayOnline();
      this.#watchOwn();
    } else {
      this.inbox.forgetWaiting();
    }
    this.emit("connection", connection);
  }

  /** @param {import("./records.js").MessageRecord} record */
  tellIncoming(record) {
    const peer = this.book.home(record.peer);
    this.emit("incoming", { peer, message: this.viewOf(record, peer) });
  }

  /**
   * A message as it is shown, in the conversation `peer`; with `unit` as that unit has it.
   * @param {import("./records.js").MessageRecord} record
   * @param {string} peer
   * @param {import("./unit.js").Unit} [unit]
   */
  viewOf(record, peer, unit) {
    const { rows } = this.conversations;
    const row = unit ? rows.within(unit, peer) : rows.get(peer);
    return viewOf(record, row?.readOrder ?? 0, peer, this.files.viewOf(record, unit));
  }

  #watchOwn() {
    if (Date.now() - this.#ownWatchedAt < WATCH_OWN_EVERY_MS) return;
    this.#ownWatchedAt = Date.now();
    this.background(this.directory.watchOwn());
  }
}
