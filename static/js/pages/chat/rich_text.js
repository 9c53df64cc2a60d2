/**
 * A message's text as pieces: plain text, links and mentions. Pure; `message_view.js` turns pieces into nodes.
 */

import { tokenize } from "linkifyjs";

import { findMentions } from "../../proto/handles.js";
import { neutralise } from "./clean_text.js";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);
// A text with more characters is shown as it is: a hostile one must not keep the page busy.
const MOST_SCANNED = 20_000;

/**
 * @typedef {{kind: "text", text: string}} TextPiece
 * @typedef {{kind: "mention", text: string, handle: string}} MentionPiece
 * @typedef {{kind: "link", text: string, href: string, host: string|null}} LinkPiece
 *   `host` is set where the text does not plainly show where the link goes: it is what the browser will ask.
 * @typedef {TextPiece|MentionPiece|LinkPiece} Piece
 */

/**
 * @param {string} text as it was sent
 * @param {{ownServer: string}} options
 * @returns {Piece[]} whose texts are safe to show
 */
export function piecesOf(text, { ownServer }) {
  if (text.length > MOST_SCANNED) {
    return [{ kind: "text", text: neutralise(text) }];
  }
  /** @type {Piece[]} */
  const pieces = [];
  let position = 0;
  for (const span of spansOf(text, ownServer)) {
    if (span.start < position) {
      continue;
    }
    if (span.start > position) {
      pieces.push({ kind: "text", text: neutralise(text.slice(position, span.start)) });
    }
    pieces.push(span.piece);
    position = span.end;
  }
  if (position < text.length) {
    pieces.push({ kind: "text", text: neutralise(text.slice(position)) });
  }
  return pieces;
}

/**
 * Mentions and links with their places, in order. A mention wins where both claim the same text.
 *
 * @param {string} text
 * @param {string} ownServer
 */
function spansOf(text, ownServer) {
  /** @type {{start: number, end: number, piece: Piece}[]} */
  const spans = [];
  for (const mention of findMentions(text, { ownServer })) {
    const shown = neutralise(text.slice(mention.start, mention.end));
    spans.push({
      start: mention.start,
      end: mention.end,
      piece: { kind: "mention", text: shown, handle: mention.handle.display(ownServer) },
    });
  }
  let position = 0;
  for (const token of tokenize(text)) {
    const start = position;
    position += token.v.length;
    const piece = token.isLink ? linkPiece(token.v, token.toHref("https")) : null;
    if (piece) {
      spans.push({ start, end: position, piece });
    }
  }
  return spans.sort((one, other) => one.start - other.start || rank(one.piece) - rank(other.piece));
}

/** @param {Piece} piece */
function rank(piece) {
  return piece.kind === "mention" ? 0 : 1;
}

/**
 * A link that may be followed, or null: only http, https and mailto, no name or password in it, nothing invisible.
 *
 * @param {string} shown
 * @param {string} target
 * @returns {LinkPiece|null}
 */
export function linkPiece(shown, target) {
  if (shown !== neutralise(shown) || !URL.canParse(target)) {
    return null;
  }
  const url = new URL(target);
  if (!ALLOWED.has(url.protocol) || url.username || url.password) {
    return null;
  }
  if (url.protocol === "mailto:") {
    return { kind: "link", text: shown, href: url.href, host: null };
  }
  // What the person reads must be what the browser asks: otherwise the real host is shown beside it.
  const isPlain = shown.toLowerCase().replace(/^https?:\/\//, "").startsWith(url.host);
  const isAmbiguous = url.hostname.split(".").some((label) => label.startsWith("xn--"));
  return { kind: "link", text: shown, href: url.href, host: isPlain && !isAmbiguous ? null : url.host };
}

/**
 * Whether a text is nothing but a few emoji, which are then shown large.
 *
 * @param {string} text
 */
export function isEmojiOnly(text) {
  // One letter rules it out (of all emoji only the sign for information counts as one), and spares nearly every page
  // the list of all emoji, which a browser takes a noticeable time to build.
  return text.length <= 40 && !/[^\P{L}\u2139]/u.test(text) && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim());
}
