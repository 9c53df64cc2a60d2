/**
 * How far joining has come, across reloads. The identity is stored before the handle is claimed, so that a crash
 * in between loses nothing; this note tells an identity whose handle is not its own yet from one that is complete.
 * It holds nothing secret. Nothing noted means complete.
 *
 * @typedef {"claim"|"publish"|null} Unfinished  what is still to do: claim the handle, or publish the endpoints
 */

const NAME = "kez-chat.joining";
const INVITE = "kez-chat.invite";

/** @returns {Unfinished} */
export function unfinished() {
  const value = localStorage.getItem(NAME);
  return value === "claim" || value === "publish" ? value : null;
}

/** @param {Unfinished} what */
export function setUnfinished(what) {
  if (what !== "claim") {
    localStorage.removeItem(INVITE);
  }
  if (what === null) {
    localStorage.removeItem(NAME);
  } else {
    localStorage.setItem(NAME, what);
  }
}

/** The code of the invite with which the handle is claimed, kept until it is. @returns {string} */
export function keptInvite() {
  return localStorage.getItem(INVITE) ?? "";
}

/** @param {string} code */
export function keepInvite(code) {
  localStorage.setItem(INVITE, code);
}

/**
 * Say on the sigchain where messages are received, if that is still to do. It may fail and be done later: others find
 * the inbox by the registry too.
 *
 * @param {import("../chat/session.js").ChatSession|null} session
 */
export async function publishOwed(session) {
  if (session && unfinished() === "publish") {
    await session.publishEndpoints();
    setUnfinished(null);
  }
}
