/** Why the engine refuses something: a stable code, and the sentence that a person reads. */

/** @type {Record<string, string>} */
const SENTENCES = {
  bad_handle: "A handle is 3 to 32 of a-z, 0-9, _ and -, and starts with a letter or a digit.",
  self_message: "That is your own handle; a message needs somebody else.",
  foreign_server: "People on other servers can't be reached from here yet; only handles of this server can.",
  handle_unknown: "Nobody has this handle here.",
  unknown_peer: "There is nobody by this key among your conversations. Look the handle up first.",
  empty_message: "There is no text to send.",
  message_too_large: "This message is too long to send. Cut it in two.",
  not_text: "This can't be sent as text.",
  key_changed:
    "The server now gives another key for this handle than the one you know. Nothing is sent until you have asked " +
    "them by other means and decided.",
  no_key_change: "The key of this handle has not changed; there is nothing to accept.",
  blocked: "You have blocked this conversation. Unblock it to write.",
  unknown_message: "This message is not here any more.",
  not_failed: "This message needs no second try.",
  wrong_key: "The server gives another key than yours for your handle.",
  no_nats: "The server names no NATS server for your handle.",
  chain_rewritten: "A sigchain contradicts what was seen before. Both versions are kept as evidence.",
  still_unopened: "This message could still not be opened.",
  bad_setting: "There is no such setting.",
  closed: "The chat is closed.",
  file_too_large: "From the browser a file may have up to 10 MiB. The command kez-chat share sends larger ones.",
  file_not_stored: "A file could not be stored, so the text was not sent either.",
  file_unreadable: "The browser can't read this file. It may have been changed or moved, or it is a folder.",
  file_lost: "A part of this file is not here any more. Delete it here and send it again.",
  file_not_here: "This file has not been downloaded to this device yet.",
  file_failed: "The file did not reach the server whole.",
  file_expired: "The server keeps files for a while only, and this one is over. Ask for it to be sent again.",
  file_removed: "This file was removed from the server.",
  file_changed: "What the server gave is not the file that was sent; nothing of it was kept.",
  list_missing: "There is a list of shared files that the server does not have. Try again in a moment.",
  list_replaced: "The server gives an old list of shared files. Nothing of it is shown.",
  list_not_committed: "The server gives a list of shared files that its owner's sigchain does not name.",
  list_forged: "The server gives something that is no list of shared files of this handle.",
  list_full:
    "Your list is full: it holds 1,000 entries, one for each file and reader and some for yourself. Take something off.",
  list_unreadable: "Something on your list can't be read here; a newer version of this app may have put it there.",
  list_busy: "Another device of yours changes your list at this moment. Try again.",
  entry_too_large: "The name and the note are too long together. Shorten them.",
  bad_note: "The note can't be sent as it is.",
  file_empty: "This file is empty; there is nothing to publish.",
  list_older: "A newer list of shared files was seen before. Nothing of this one is shown.",
  report_too_large: "These messages are too large for one report. Open fewer of them.",
  former_key: "The key of the recipient has changed meanwhile; send it again.",
};

export class ChatError extends Error {
  /**
   * @param {keyof typeof SENTENCES} code
   * @param {string} [sentence]
   * @param {{cause?: unknown, details?: Record<string, unknown>}} [more]
   */
  constructor(code, sentence, more = {}) {
    super(sentence ?? SENTENCES[code] ?? code, { cause: more.cause });
    this.name = "ChatError";
    this.code = code;
    this.details = more.details ?? {};
  }
}

/** @param {unknown} error @returns {string} one sentence */
export function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {unknown} error @returns {string|undefined} the stable code, where it has one */
export function codeOf(error) {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
