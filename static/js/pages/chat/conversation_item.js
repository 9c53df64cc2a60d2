/**
 * One line of the list of conversations, or of what a search has found.
 */

import { UNOPENED } from "../../chat/types.js";
import { drawAvatar } from "../../ui/avatar.js";
import { icon } from "../../ui/icons.js";
import { pathOf } from "./addresses.js";
import { oneLine } from "./clean_text.js";
import { el, spoken } from "./dom.js";
import { keyOf } from "./rows.js";
import { stateSign } from "./states.js";
import { listTime } from "./times.js";

/** @typedef {import("../../chat/types.js").Summary} Summary */
/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {{typing: boolean, online: boolean}} Presence */

/**
 * A name that others chose, safe to show.
 *
 * @param {{peer: string, title: string}} conversation
 */
export function nameOf({ peer, title }) {
  return peer === UNOPENED ? "Could not be opened" : oneLine(title, 80);
}

/**
 * The round sign of a peer.
 *
 * @param {HTMLElement} element of class "avatar"
 * @param {{peer: string, title: string, handle: string|null}} conversation
 */
export function drawPeer(element, { peer, title, handle }) {
  element.classList.toggle("plain", peer === UNOPENED);
  if (peer === UNOPENED) {
    element.replaceChildren(icon("lock"));
  } else {
    drawAvatar(element, { name: handle === null ? "?" : title, primary: peer });
  }
}

/**
 * @param {Summary} summary
 * @param {Presence} presence
 * @param {Date} now
 */
export function conversationItem(summary, presence, now) {
  const { last, unread, verified, blocked, keyChange } = summary;
  const avatar = el("span", { class: "avatar", attrs: { "aria-hidden": "true" } });
  drawPeer(avatar, summary);
  const link = el(
    "a",
    {
      class: unread > 0 ? "conversation unread" : "conversation",
      attrs: { href: pathOf(summary), "data-peer": summary.peer, tabindex: -1 },
    },
    el("span", { class: presence.online ? "avatar-place online" : "avatar-place" }, avatar),
    el(
      "span",
      { class: "lines" },
      el(
        "span",
        { class: "line" },
        el("span", { class: "name", text: nameOf(summary) }),
        verified ? el("span", { class: "verified" }, icon("shield"), spoken(", verified")) : null,
        presence.online ? spoken(", online") : null,
        last ? el("time", { text: listTime(last.at, now), attrs: { datetime: last.at.toISOString() } }) : null,
      ),
      el(
        "span",
        { class: "line" },
        lastLine(summary, presence),
        last?.mine && !summary.draft && !blocked && !keyChange ? stateSign(last.state) : null,
        unread > 0 ? badge(unread) : null,
      ),
    ),
  );
  return el("li", {}, link);
}

/** @param {number} unread */
function badge(unread) {
  return el("span", { class: "badge", text: unread > 999 ? "999+" : String(unread) }, spoken(" unread"));
}

/**
 * @param {Summary} summary
 * @param {Presence} presence
 */
function lastLine(summary, presence) {
  if (summary.keyChange) {
    return el("span", { class: "last alarm" }, el("b", { text: "The key has changed" }));
  }
  if (summary.blocked) {
    return el("span", { class: "last", text: "Blocked" });
  }
  if (presence.typing) {
    return el("span", { class: "last" }, el("span", { class: "writing", text: "is writing…" }));
  }
  if (summary.draft) {
    return el("span", { class: "last draft" }, el("b", { text: "Draft: " }), oneLine(summary.draft, 120));
  }
  const { last } = summary;
  if (!last) {
    return el("span", { class: "last", text: "No messages yet" });
  }
  return el("span", { class: "last", attrs: { dir: "auto" } }, last.mine ? "You: " : null, whatOf(last));
}

/** @param {{kind: MessageView["kind"], text: string}} said */
function whatOf({ kind, text }) {
  if (kind === "file") {
    return el("span", { class: "last-file" }, icon("clip"), spoken("File: "), oneLine(text, 100));
  }
  return kind === "unknown" ? "A newer client is needed" : oneLine(text, 140);
}

/**
 * One message that a search has found, its first hit marked.
 *
 * @param {MessageView} message
 * @param {{peer: string, title: string, handle: string|null}} conversation
 * @param {string} words
 * @param {Date} now
 */
export function foundItem(message, conversation, words, now) {
  const avatar = el("span", { class: "avatar small", attrs: { "aria-hidden": "true" } });
  drawPeer(avatar, conversation);
  const link = el(
    "a",
    {
      class: "conversation",
      attrs: { href: pathOf(conversation), "data-peer": message.peer, "data-message": keyOf(message), tabindex: -1 },
    },
    avatar,
    el(
      "span",
      { class: "lines" },
      el(
        "span",
        { class: "line" },
        el("span", { class: "name", text: message.mine ? `You to ${nameOf(conversation)}` : nameOf(conversation) }),
        el("time", { text: listTime(message.at, now), attrs: { datetime: message.at.toISOString() } }),
      ),
      el("span", { class: "line" }, marked(message.text, words)),
    ),
  );
  return el("li", {}, link);
}

/**
 * The text around the first place where `words` stand, which are marked.
 *
 * @param {string} text
 * @param {string} words
 */
export function marked(text, words) {
  const line = oneLine(text, 4000);
  const at = line.toLowerCase().indexOf(words.trim().toLowerCase());
  const view = el("span", { class: "last", attrs: { dir: "auto" } });
  if (at < 0) {
    view.append(line.slice(0, 140));
    return view;
  }
  const start = at > 24 ? at - 18 : 0;
  const end = at + words.trim().length;
  view.append(
    start > 0 ? `…${line.slice(start, at)}` : line.slice(0, at),
    el("mark", { text: line.slice(at, end) }),
    line.slice(end, end + 120),
  );
  return view;
}
