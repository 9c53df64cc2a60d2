// Handles: `local@server`; stored and sent in full, shown short at home, mentioned with `@` in text.

import { BadHandle } from "./errors.js";

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const LOCAL = /^[a-z0-9][a-z0-9_-]{2,31}$/u;
const SERVER = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, "u");
const ASCII = /^[\0-\x7f]*$/u;

// Letters whatever their case, as Python's re reads them: four letters outside ASCII fold into it. A mention
// with one of them is recognised, so that its parts are not taken for another mention, and then left out.
const ALNUM = "a-zA-Z0-9\\u0130\\u0131\\u017f\\u212a";
const ANY_LABEL = `[${ALNUM}](?:[${ALNUM}-]{0,61}[${ALNUM}])?`;
const WORD = "\\p{L}\\p{N}_";
// A mention stands free: no letter, digit or address character before its @, none after its last letter.
const MENTION = new RegExp(
  `(?<![${WORD}@.+\\-])@(?<local>[${ALNUM}][${ALNUM}_\\-]{2,31})(?![${WORD}\\-])` +
    `(?:@(?<server>${ANY_LABEL}(?:\\.${ANY_LABEL})*)(?![${WORD}\\-]))?`,
  "gu",
);

/** A name on a server; both parts are checked, lower-case ASCII. */
export class Handle {
  /** BadHandle unless both parts are in their stored form. @param {string} local @param {string} server */
  constructor(local, server) {
    this.local = checkLocal(local);
    this.server = checkServerName(server);
    Object.freeze(this);
  }

  toString() {
    return `${this.local}@${this.server}`;
  }

  /** The short form for people of the same server, the full form for all others. @param {string} ownServer */
  display(ownServer) {
    return this.server === ownServer ? this.local : this.toString();
  }

  /** @param {Handle} other */
  equals(other) {
    return this.local === other.local && this.server === other.server;
  }
}

/** `text` itself if it is a handle's local part as stored; upper case is refused. @param {string} text */
export function checkLocal(text) {
  if (!LOCAL.test(text)) {
    throw new BadHandle();
  }
  return text;
}

/** `text` itself if it is a lower-case host name (no port, no address). @param {string} text */
export function checkServerName(text) {
  const lastLabel = text.slice(text.lastIndexOf(".") + 1);
  if (text.length > 253 || !SERVER.test(text) || /^[0-9]+$/u.test(lastLabel)) {
    throw new BadHandle("A server is named by its lower-case host name, for instance kez.lat.");
  }
  return text;
}

/** Read the wire form `local@server`, without any folding. @param {string} text */
export function parseFullHandle(text) {
  const at = text.indexOf("@");
  if (at < 0) {
    throw new BadHandle("A handle on the wire is written local@server.");
  }
  return new Handle(text.slice(0, at), text.slice(at + 1));
}

/**
 * Read what a person typed, `chris`, `@chris` or `Chris@Kez.lat`: case is folded, the server defaults.
 * @param {string} text
 * @param {{ownServer: string}} options
 */
export function parseHandle(text, { ownServer }) {
  // Folding comes after the ASCII check: some letters outside ASCII have ASCII lower-case forms.
  if (!ASCII.test(text)) {
    throw new BadHandle();
  }
  const folded = text.toLowerCase().replace(/^@/u, "");
  const at = folded.indexOf("@");
  return at < 0 ? new Handle(folded, ownServer) : new Handle(folded.slice(0, at), folded.slice(at + 1));
}

/**
 * `text.slice(start, end)` (so UTF-16 units, as everywhere in JavaScript, with the `@`) names `handle`.
 * Python counts code points; the vectors have both.
 * @typedef {{start: number, end: number, handle: Handle}} Mention
 */

/**
 * The mentions in a message's text, in order; a short one means a handle on `ownServer`.
 * @param {string} text
 * @param {{ownServer: string}} options
 * @returns {Mention[]}
 */
export function findMentions(text, { ownServer }) {
  /** @type {Mention[]} */
  const found = [];
  for (const match of text.matchAll(MENTION)) {
    const { local, server } = /** @type {{local: string, server?: string}} */ (match.groups);
    const handle = ASCII.test(match[0])
      ? handleOrNull(local.toLowerCase(), (server ?? ownServer).toLowerCase())
      : null;
    if (handle) {
      found.push({ start: match.index, end: match.index + match[0].length, handle });
    }
  }
  return found;
}

/** @param {string} local @param {string} server */
function handleOrNull(local, server) {
  try {
    return new Handle(local, server);
  } catch (error) {
    if (error instanceof BadHandle) {
      return null;
    }
    throw error;
  }
}
