/**
 * How far a message of ours has come, as a sign and in words; never by colour alone.
 */

import { el, spoken } from "./dom.js";
import { icon } from "../../ui/icons.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/** @type {Record<string, {sign: string, word: string, meaning: string}>} */
const STATES = {
  queued: { sign: "clock", word: "Waiting", meaning: "Waiting to be sent" },
  sent: { sign: "check", word: "Sent", meaning: "Sent: the server keeps it, sealed, until it is fetched" },
  delivered: { sign: "check-double", word: "Delivered", meaning: "Delivered to a device" },
  read: { sign: "check-double", word: "Read", meaning: "Read" },
  failed: { sign: "alert", word: "Not sent", meaning: "Not sent" },
};

/** @param {string} state */
export function stateWord(state) {
  return STATES[state]?.word ?? "";
}

/**
 * The sign of a message's state, with its word for screen readers; null for what others sent.
 *
 * @param {string} state
 * @returns {HTMLElement|null}
 */
export function stateSign(state) {
  const known = STATES[state];
  if (!known) {
    return null;
  }
  return el(
    "span",
    { class: "state", attrs: { "data-state": state, title: known.meaning } },
    icon(known.sign),
    spoken(known.word),
  );
}
