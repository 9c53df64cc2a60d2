/**
 * The address of a conversation: the handle as it is shown here, or the key where no handle is believed.
 */

import { UNOPENED } from "../../chat/types.js";

/** @typedef {import("../../chat/types.js").Summary} Summary */

// No handle begins like this.
const UNOPENED_SEGMENT = "~unopened";

/**
 * @param {{peer: string, title: string, handle: string|null}} conversation
 * @returns {string} a path
 */
export function pathOf({ peer, title, handle }) {
  if (peer === UNOPENED) {
    return `/chat/${UNOPENED_SEGMENT}`;
  }
  return `/chat/${encodeURIComponent(handle === null ? peer : title)}`;
}

/**
 * @param {string} segment what stands behind /chat/
 * @param {{server: string, conversations: () => {peer: string, handle: string|null}[],
 *   contacts: () => {peer: string, handle: string}[]}} known
 * @returns {string|null} the peer, where it is known
 */
export function peerOf(segment, { server, conversations, contacts }) {
  if (segment === UNOPENED_SEGMENT) {
    return UNOPENED;
  }
  if (/^[0-9a-f]{64}$/.test(segment)) {
    return segment;
  }
  const plain = segment.toLowerCase().replace(/^@/, "");
  const full = plain.includes("@") ? plain : `${plain}@${server}`;
  return [...contacts(), ...conversations()].find((one) => one.handle === full)?.peer ?? null;
}
