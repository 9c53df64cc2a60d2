/** /settings: what belongs to this handle in this browser. The parts live in settings/. */

import { drawAvatar } from "../ui/avatar.js";
import { find, part } from "../ui/dom.js";
import { mountBlocked } from "./settings/blocked.js";
import { mountHistory } from "./settings/history.js";
import { mountLeaving } from "./settings/leaving.js";
import { mountLock } from "./settings/lock.js";
import { mountReports } from "./settings/reports.js";
import { mountSwitches } from "./settings/switches.js";
import { mountWords } from "./settings/words.js";

/** @typedef {import("../ui/app_state.js").App} App */

export const title = "Settings";

/** @typedef {(section: HTMLElement, app: App) => void|(() => void)} MountPart  gives back what ends it, or nothing */

/** @type {Record<string, MountPart>} */
const PARTS = {
  words: mountWords,
  lock: mountLock,
  privacy: mountSwitches,
  notifications: mountSwitches,
  history: mountHistory,
  blocked: mountBlocked,
  reports: mountReports,
  leave: mountLeaving,
};

/** @param {HTMLElement} root @param {App} app */
export async function mount(root, app) {
  const { identity } = app;
  if (!identity) {
    return () => {};
  }
  const name = app.shown(identity.handle);
  drawAvatar(part(root, "avatar"), { name, primary: identity.primary.hex });
  part(root, "name").textContent = name;
  part(root, "full").textContent = identity.handle.toString();
  part(root, "key").textContent = identity.primary.toString();
  find(root, '[data-part="profile"]', HTMLAnchorElement).href = `/u/${encodeURIComponent(identity.handle.local)}`;
  const ends = Object.entries(PARTS).map(([section, mountPart]) =>
    mountPart(find(root, `[data-section="${section}"]`, HTMLElement), app),
  );
  return () => ends.forEach((end) => end?.());
}
