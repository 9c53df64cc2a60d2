/**
 * The shapes that the engine hands to the pages. Types only; nothing runs here.
 *
 * A peer is named by the 64 hex digits of its primary. What could not be opened has no peer that could be
 * believed,
 * so it stands in a conversation of its own, named by `UNOPENED`.
 *
 * @module chat/types
 */

/**
 * The peer name of the conversation that holds what could not be opened. It exists only while there is
 * something in
 * it; nothing can be sent there, and `retry(UNOPENED, id)` tries to open an envelope again.
 */
export const UNOPENED = "unopened";

/** @typedef {"queued"|"sent"|"delivered"|"read"|"failed"|"received"} MessageState */
/** @typedef {"pinned"|"unchecked"|"unverified"} NameState */

/**
 * Something that the reader should know about one message. Codes: "gap", "earlier_missing", "late", "fork",
 * "chain_differs", "name_unverified" (`text` says all of it, in a sentence).
 * @typedef {{code: string, text: string}} Notice
 */

/**
 * One line of a conversation.
 * `text` is the text of a message, the name of a file, or empty. `order` grows with arrival on this device.
 * `at` is the sender's time. `cause` says why a message is still queued or has failed, or why it was not
 * opened.
 * `notices` belong above the message. The kind "gap" is kept for later: gaps are notices.
 * @typedef {object} MessageView
 * @property {string} id
 * @property {string} peer
 * @property {boolean} mine
 * @property {"text"|"file"|"unknown"|"unopened"|"gap"} kind
 * @property {string} text
 * @property {FileView|null} file  of a message of kind "file"
 * @property {string|null} replyTo  the id of a message of the same conversation
 * @property {Date} at
 * @property {number} order
 * @property {MessageState} state
 * @property {string|null} cause
 * @property {string|null} causeCode  as the outbox knows it: "inbox_full", "former_key", "no_receipt", …
 * @property {Notice[]} notices
 * @property {boolean} unread
 */

/**
 * How a file stands. `here`: all of it is on this device and can be opened. `stage`:
 * "sending" (`done` of `total` chunks are on the server), "finishing" (its message is sent, the server has not said that
 * it is whole), "here"; of what others sent "remote" (not asked yet), "checking", "pending" (the server has `done` of
 * `total`), "ready" (to be fetched), "loading" (`done` of `total` are here); "failed" with its cause; "elsewhere" (only
 * the command line can fetch it). `mime` is the sender's claim, `picture` what its bytes say where they are here.
 * @typedef {object} FileView
 * @property {"inline"|"chunked"|"iroh"} mode
 * @property {string} mime
 * @property {number} size  in bytes
 * @property {string} ref  hex digits by which the command line finds it: the file's id, or its digest
 * @property {"sending"|"finishing"|"here"|"remote"|"checking"|"pending"|"ready"|"loading"|"failed"|"elsewhere"} stage
 * @property {boolean} here
 * @property {number} done
 * @property {number} total
 * @property {import("./files/picture.js").Picture|null} picture
 * @property {string|null} cause
 * @property {string|null} causeCode  "file_expired", "file_removed", "file_failed", "file_changed", "unreachable", …
 */

/**
 * One conversation, for the list and for the head of the chat.
 * `title` is what may be shown as a name: the handle where it is pinned or could not be checked yet, else the
 * short
 * key. `handle` is the full handle, null where the name is not believed. `request` marks a stranger who wrote
 * first.
 * `keyChange` (two hex keys) blocks sending until `acceptKey`.
 * @typedef {object} Summary
 * @property {string} peer
 * @property {string} title
 * @property {string|null} handle
 * @property {NameState} nameState
 * @property {string|null} claimed  the handle that an unverified sender claims
 * @property {{id: string, text: string, at: Date, mine: boolean, state: MessageState, kind: MessageView["kind"]}|null}
 * last
 * @property {number} unread
 * @property {string} draft
 * @property {boolean} request
 * @property {boolean} blocked
 * @property {null|{known: string, offered: string}} keyChange
 * @property {boolean} verified
 */

/**
 * Somebody whose key is pinned. `handle` is the full handle, `title` the short form on the own server.
 * @typedef {object} Contact
 * @property {string} handle
 * @property {string} peer
 * @property {string} title
 * @property {boolean} verified
 * @property {boolean} blocked
 * @property {Date} addedAt
 * @property {null|{known: string, offered: string}} keyChange
 */

/**
 * Where the connection stands. `retryAt` is in milliseconds since the epoch.
 * @typedef {object} Connection
 * @property {"connecting"|"online"|"offline"|"refused"} state
 * @property {{code: string, message: string}=} reason
 * @property {number=} retryAt
 */

/**
 * @typedef {object} Settings
 * @property {boolean} signals  send and show typing and presence
 * @property {boolean} readReceipts
 * @property {boolean} notifications
 * @property {"ask"|"nobody"} strangers
 * @property {number} autoLockMinutes
 */

/**
 * The details of the session's events, by their names.
 * @typedef {object} EventDetails
 * @property {Connection} connection
 * @property {{peers: string[]}} conversations
 * @property {{peer: string, added: MessageView[], changed: MessageView[], removed: string[]}} messages
 * @property {{pending: number, opened: number}} backlog
 * @property {{peer: string, until: number}} typing
 * @property {{peer: string, online: boolean, until: number}} presence
 * @property {{code: string, text: string, peer?: string}} warning
 * @property {{peer: string, message: MessageView}} incoming
 * @property {{name: string, value: unknown}} setting
 * @property {{id: string, mine: boolean, stage: FileView["stage"], done: number, total: number}} transfer
 */

/** What the page's `config.js` reads from the document. */
/**
 * @typedef {{server: string, publicUrl: string, sigchainUrl: string, version: string, wsUrl: string}} Config
 */
