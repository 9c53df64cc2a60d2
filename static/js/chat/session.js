/**
 * The engine's front: everything that a page can ask of the chat. No DOM here.
 *
 * All calls that change something resolve once it is stored. Refusals are `ChatError`s (errors.js) with a
 * stable
 * `code` and a sentence. Shapes: types.js. Events carry their details as types.js names them (EventDetails).
 */

import { Engine } from "./engine.js";
import { FileDesk } from "./files/desk.js";
import { ListDesk } from "./lists/desk.js";
import { ReportDesk } from "./reports.js";

/** @typedef {import("./types.js").MessageView} MessageView */
/** @typedef {import("./types.js").Summary} Summary */
/** @typedef {import("./types.js").Contact} Contact */
/** @typedef {import("./types.js").Settings} Settings */

/**
 * One unlocked identity's conversations. Events: connection, conversations, messages, backlog, typing,
 * presence,
 * warning, incoming, setting, transfer. Those of one batch come together, never one for each message.
 */
export class ChatSession extends EventTarget {
  /** @type {Engine} */
  #engine;

  /** @param {import("./engine.js").EngineOptions} options  use `ChatSession.open` */
  constructor(options) {
    super();
    this.#engine = new Engine(options, (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail })));
    /** Everything about files. */
    this.files = new FileDesk(this.#engine);
    /** Everything about lists of shared files. */
    this.lists = new ListDesk(this.#engine);
    /** Everything about reports to the operators. */
    this.reports = new ReportDesk(this.#engine);
  }

  /**
   * Load the conversations, then start the socket; does not wait for a connection.
   * @param {import("./engine.js").EngineOptions} options
   * @returns {Promise<ChatSession>}
   */
  static async open(options) {
    const session = new ChatSession(options);
    await session.start();
    return session;
  }

  /** For whoever listens before anything happens; `open` calls it. */
  start() {
    return this.#engine.open();
  }

  get identity() {
    return this.#engine.identity;
  }

  /** @returns {import("./types.js").Connection} */
  get connection() {
    return this.#engine.connection.current;
  }

  /** @returns {Readonly<Settings>} */
  get settings() {
    return this.#engine.settings.all;
  }

  /** Messages, receipts and files that wait to be sent; for the question before logging out. */
  get waiting() {
    return this.#engine.outbox.waiting + this.#engine.uploads.waiting;
  }

  /** @returns {Summary[]} newest first; with requests and blocked ones, marked as such */
  conversations() {
    return this.#engine.conversations.summaries();
  }

  /** @param {string} peer  @returns {Summary|undefined}  also for contacts without any message yet */
  conversation(peer) {
    return this.#engine.conversations.summary(peer);
  }

  /**
   * A page of a conversation, oldest first. `before` is the `order` of the oldest message already there.
   * @param {string} peer
   * @param {{before?: number, limit?: number}} [options]
   * @returns {Promise<{items: MessageView[], more: boolean}>}
   */
  messages(peer, options = {}) {
    return this.#engine.history.page(peer, options);
  }

  /**
   * One message by its id.
   * @param {string} peer
   * @param {string} id
   * @returns {Promise<MessageView|undefined>}
   */
  message(peer, id) {
    return this.#engine.history.find(peer, id);
  }

  /**
   * Messages that hold `text` in any case, newest first.
   * @param {string} text
   * @param {{peer?: string, limit?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<MessageView[]>}
   */
  search(text, options = {}) {
    return this.#engine.history.search(text, options);
  }

  /**
   * Look somebody up (`bob`, `@bob`, `bob@kez.lat`) and pin the key; a contact from then on.
   * Errors: bad_handle, self_message, foreign_server, handle_unknown, or an ApiError where nobody is known
   * yet.
   * @param {string} handleText
   * @returns {Promise<Contact>}
   */
  meet(handleText) {
    return this.#engine.people.meet(handleText);
  }

  /**
   * Store a text as queued; the outbox does the rest. Errors: empty_message, message_too_large, key_changed,
   * blocked,
   * unknown_peer.
   * @param {string} peer
   * @param {string} text
   * @param {{replyTo?: string}} [options]
   * @returns {Promise<MessageView>}
   */
  send(peer, text, options = {}) {
    return this.#engine.sending.send(peer, text, options);
  }

  /**
   * Queue a failed message again, push a waiting one, or try to open an unopened one.
   * @param {string} peer
   * @param {string} id
   */
  retry(peer, id) {
    return this.#engine.sending.retry(peer, id);
  }

  /**
   * Remove what a message says from this device; its id stays known.
   * @param {string} peer
   * @param {string} id
   */
  deleteLocally(peer, id) {
    return this.#engine.history.deleteLocally(peer, id);
  }

  /**
   * The person has really seen this conversation: unread becomes 0, read receipts go out.
   * @param {string} peer
   */
  markRead(peer) {
    return this.#engine.reading.markRead(peer);
  }

  /** @param {string} peer @param {string} text */
  setDraft(peer, text) {
    return this.#engine.people.setDraft(peer, text);
  }

  /** @param {string} peer */
  acceptRequest(peer) {
    return this.#engine.people.acceptRequest(peer);
  }

  /** What a blocked key sends is dropped, and it learns nothing of it. @param {string} peer */
  block(peer) {
    return this.#engine.people.setBlocked(peer, true);
  }

  /** @param {string} peer */
  unblock(peer) {
    return this.#engine.people.setBlocked(peer, false);
  }

  /**
   * Use the key that the registry offers now. The conversation goes on under the new key, whose hex is
   * returned; what
   * waited for the old key fails visibly.
   * @param {string} peer
   * @returns {Promise<string>}
   */
  acceptKey(peer) {
    return this.#engine.people.acceptKey(peer);
  }

  /** @param {string} peer @param {boolean} yes */
  setVerified(peer, yes) {
    return this.#engine.people.setVerified(peer, yes);
  }

  /** The 60 digits over both keys. @param {string} peer @returns {Promise<string>} */
  safetyNumber(peer) {
    return this.#engine.people.safetyNumber(peer);
  }

  /** @returns {Contact[]} by title */
  contacts() {
    return this.#engine.people.contacts();
  }

  /** The key stays pinned; only the list of contacts changes. @param {string} peer */
  removeContact(peer) {
    return this.#engine.people.removeContact(peer);
  }

  /**
   * Which conversation is on the screen (null: none): presence goes to that peer only.
   * @param {string|null} peer
   */
  attend(peer) {
    this.#engine.signals.attend(peer);
  }

  /**
   * Call it for every key stroke: it is throttled, and silent unless settings.signals.
   * @param {string} peer
   */
  typing(peer) {
    this.#engine.signals.typing(peer);
  }

  /**
   * @template {keyof Settings} N
   * @param {N} name
   * @param {Settings[N]} value
   */
  setSetting(name, value) {
    return this.#engine.settings.set(name, value);
  }

  /** Say on the own sigchain where messages are received, unless it says so; may be repeated. */
  publishEndpoints() {
    return this.#engine.directory.publishEndpoints();
  }

  /** Try to connect at once, for a button on the offline banner. */
  reconnect() {
    this.#engine.connection.reconnect();
  }

  /** @returns {Promise<Blob>} */
  exportHistory() {
    return this.#engine.transfer.exportHistory();
  }

  /** @param {Blob} blob @returns {Promise<{added: number, known: number}>} */
  importHistory(blob) {
    return this.#engine.transfer.importHistory(blob);
  }

  /**
   * Stop the socket and wait for what is being written. The store stays open: it belongs to whoever opened
   * it.
   */
  close() {
    return this.#engine.close();
  }
}
