/**
 * What stands above a conversation and may take the place of the composer: a request, a changed key, a block.
 */

import { Primary } from "../../proto/keys.js";
import { safetyNumber } from "../../proto/safety_number.js";
import { UNOPENED } from "../../chat/types.js";
import { icon } from "../../ui/icons.js";
import { nameOf } from "./conversation_item.js";
import { askToBlock, safetyNumberView } from "./details.js";
import { el } from "./dom.js";

/** @typedef {import("../../chat/session.js").ChatSession} ChatSession */
/** @typedef {import("../../chat/types.js").Summary} Summary */

/**
 * Whether something may be written in this conversation.
 *
 * @param {Summary} summary
 */
export function mayWrite({ peer, blocked, keyChange, request }) {
  return peer !== UNOPENED && !blocked && !keyChange && !request;
}

/**
 * What the notices depend on; while it stays the same they are not built again.
 *
 * @param {Summary} summary
 */
export function noticesKey({ peer, title, blocked, keyChange, request, nameState }) {
  return JSON.stringify([peer, title, blocked, keyChange, request, nameState]);
}

/**
 * @param {ChatSession} session
 * @param {Summary} summary
 * @param {{run: (work: () => Promise<unknown>) => void, moved: (peer: string) => void}} acts
 *   `run` shows what goes wrong; `moved`: the conversation goes on under another key
 * @returns {HTMLElement[]}
 */
export function noticesOf(session, summary, acts) {
  if (summary.peer === UNOPENED) {
    return [notice("", "info", el("p", {
      text: "Who sent these can't be known: the sender stands inside. The cause stands with each; trying again helps "
        + "where it was passing.",
    }))];
  }
  if (summary.blocked) {
    return [notice("", "block", el("p", { text: `You have blocked ${nameOf(summary)}. Nothing of theirs arrives.` }),
      button("Unblock", "", () => acts.run(() => session.unblock(summary.peer))))];
  }
  if (summary.keyChange) {
    return [keyChanged(session, summary, acts)];
  }
  return summary.request ? [request(session, summary, acts)] : [];
}

/**
 * @param {ChatSession} session
 * @param {Summary} summary
 * @param {{run: (work: () => Promise<unknown>) => void}} acts
 */
function request(session, summary, { run }) {
  const name = nameOf(summary);
  const doubt = summary.nameState === "pinned" ? "" : " The name could not be confirmed.";
  return notice(
    "warn",
    "person-add",
    el("p", {}, el("b", { text: `${name} would like to write to you.` }),
      ` They don't learn whether you have read it until you accept.${doubt}`),
    button("Accept", "primary", () => run(() => session.acceptRequest(summary.peer))),
    button("Block", "danger", () => run(() => askToBlock(session, summary))),
  );
}

/**
 * @param {ChatSession} session
 * @param {Summary} summary
 * @param {{run: (work: () => Promise<unknown>) => void, moved: (peer: string) => void}} acts
 */
function keyChanged(session, summary, { run, moved }) {
  const name = nameOf(summary);
  const { known, offered } = /** @type {{known: string, offered: string}} */ (summary.keyChange);
  const own = session.identity.primary;
  const compared = el("input", { attrs: { type: "checkbox" } });
  const accept = button("Use the new key", "primary", () => run(async () => {
    moved(await session.acceptKey(summary.peer));
  }));
  accept.disabled = true;
  compared.addEventListener("change", () => {
    accept.disabled = !compared.checked;
  });
  const shown = notice(
    "danger",
    "alert",
    el("p", {}, el("b", { text: `The key of ${name} has changed.` }),
      " They may have begun anew, or somebody may stand between you. Nothing is sent until you have asked "
        + `${name} by other means and compared the new number.`),
    el(
      "dl",
      { class: "numbers" },
      numberOf("Safety number with the key you know", safetyNumber(own, Primary.fromHex(known))),
      numberOf("Safety number with the new key", safetyNumber(own, Primary.fromHex(offered))),
    ),
    el("label", { class: "check" }, compared, el("span", { text: `I have compared the new number with ${name}` })),
    accept,
    button("Block", "danger", () => run(() => askToBlock(session, summary))),
  );
  shown.setAttribute("role", "alert");
  return shown;
}

/**
 * @param {string} title
 * @param {Promise<string>} digits
 */
function numberOf(title, digits) {
  return el("div", {}, el("dt", { text: title }), el("dd", {}, safetyNumberView(digits)));
}

/**
 * @param {string} kind "", "warn", "danger"
 * @param {string} sign
 * @param {...HTMLElement} content buttons last
 */
function notice(kind, sign, ...content) {
  const buttons = content.filter((one) => one instanceof HTMLButtonElement);
  const words = content.filter((one) => !(one instanceof HTMLButtonElement));
  return el(
    "div",
    { class: `notice ${kind}`.trim() },
    icon(sign),
    el("div", {}, ...words, buttons.length > 0 ? el("div", { class: "actions" }, ...buttons) : null),
  );
}

/**
 * @param {string} text
 * @param {string} looks
 * @param {() => void} onClick
 */
function button(text, looks, onClick) {
  const made = el("button", { class: `button small ${looks}`.trim(), text, attrs: { type: "button" } });
  made.addEventListener("click", onClick);
  return made;
}
