/**
 * The parts of the open conversation's markup, and the words in them.
 */

import { UNOPENED } from "../../chat/types.js";
import { buttonPart, find, part } from "../../ui/dom.js";
import { oneLine } from "./clean_text.js";
import { excerpt } from "./message_view.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {import("../../chat/types.js").Summary} Summary */

/**
 * What stands under the name.
 *
 * @param {Summary} summary
 * @param {{typing: boolean, online: boolean}} presence
 */
export function statusOf(summary, presence) {
  if (summary.peer === UNOPENED) {
    return "Kept sealed";
  }
  if (summary.nameState === "unverified") {
    return summary.claimed ? `Calls itself ${oneLine(summary.claimed, 60)}` : "Unknown";
  }
  if (presence.online) {
    return "Online";
  }
  if (summary.nameState === "unchecked") {
    return "Name not checked yet";
  }
  return summary.verified ? "Safety number compared" : "Not verified yet";
}

/**
 * Have a screen reader say who wrote what, and nothing else.
 *
 * @param {HTMLElement} place
 * @param {string} name
 * @param {MessageView[]} messages
 */
export function speak(place, name, messages) {
  const spoken = messages.slice(-5).map((message) => {
    const line = document.createElement("p");
    line.textContent = `${name}: ${excerpt(message)}`;
    return line;
  });
  place.append(...spoken);
  while (place.children.length > 10) {
    place.firstElementChild?.remove();
  }
}

/** @param {HTMLElement} root @returns {import("./thread.js").ThreadParts} */
export function threadParts(root) {
  return {
    scroller: part(root, "scroller"),
    list: part(root, "rows"),
    skeleton: part(root, "skeleton"),
    empty: part(root, "thread-empty"),
    toLatest: part(root, "to-latest"),
    missed: part(root, "missed"),
  };
}

/** @param {HTMLElement} root @returns {import("./files/picking.js").PickingParts} */
export function pickingParts(root) {
  return {
    pane: part(root, "conversation"),
    zone: part(root, "drop-zone"),
    button: buttonPart(root, "attach"),
    input: find(root, "[data-part='picker']", HTMLInputElement),
  };
}

/** @param {HTMLElement} root @returns {import("./composer.js").ComposerParts} */
export function composerParts(root) {
  return {
    form: find(root, "[data-part='composer']", HTMLFormElement),
    area: find(root, "[data-part='area']", HTMLTextAreaElement),
    send: buttonPart(root, "send"),
    counter: part(root, "counter"),
    reply: part(root, "reply"),
    replyName: part(root, "reply-name"),
    replyText: part(root, "reply-text"),
    replyCancel: buttonPart(root, "reply-cancel"),
  };
}
