/**
 * A message's text as nodes: plain text, safe links, mentions.
 */

import { el } from "./dom.js";
import { isEmojiOnly, piecesOf } from "./rich_text.js";

/**
 * @param {string} text as it was sent
 * @param {string} ownServer
 * @param {string} ownName the own handle as it is shown at home
 * @returns {HTMLElement}
 */
export function textView(text, ownServer, ownName) {
  const view = el("div", { class: isEmojiOnly(text) ? "text only-emoji" : "text", attrs: { dir: "auto" } });
  for (const piece of piecesOf(text, { ownServer })) {
    if (piece.kind === "text") {
      view.append(piece.text);
    } else if (piece.kind === "mention") {
      view.append(mention(piece.text, piece.handle, ownName));
    } else {
      view.append(link(piece.text, piece.href));
      if (piece.host) {
        view.append(el("span", { class: "real-host", text: ` (goes to ${piece.host})` }));
      }
    }
  }
  return view;
}

/**
 * @param {string} text
 * @param {string} href
 */
function link(text, href) {
  return el("a", {
    text,
    attrs: { href, rel: "noopener noreferrer nofollow", target: "_blank", title: href, dir: "ltr" },
  });
}

/**
 * Mentions of handles of this server lead to their profile; those of other servers have none here.
 *
 * @param {string} text
 * @param {string} handle
 * @param {string} ownName
 */
function mention(text, handle, ownName) {
  if (handle === ownName) {
    return el("strong", { class: "mention self", text });
  }
  if (handle.includes("@")) {
    return el("span", { class: "mention", text });
  }
  return el("a", {
    class: "mention",
    text,
    attrs: { href: `/u/${encodeURIComponent(handle)}`, rel: "noopener", target: "_blank" },
  });
}
