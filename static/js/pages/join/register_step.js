/** Step 5: what is being done, and what went wrong. */

import { buttonPart, find, part } from "../../ui/dom.js";
import { setTask } from "../../ui/progress.js";
import { OTHER_HANDLE, OTHER_INVITE } from "./claiming.js";

/**
 * Say what failed, and offer what helps.
 *
 * @param {HTMLElement} section
 * @param {{text: string, code: string}} failure
 */
export function showFailure(section, { text, code }) {
  const other = buttonPart(section, "other");
  part(section, "failed-text").textContent = text;
  part(section, "failed").hidden = part(section, "failed-actions").hidden = false;
  other.textContent = OTHER_INVITE.has(code) ? "Use another invite" : "Choose another handle";
  other.hidden = !OTHER_HANDLE.has(code) && !OTHER_INVITE.has(code);
  buttonPart(section, "again").hidden = !other.hidden;
}

/** @param {HTMLElement} section */
export function hideFailure(section) {
  part(section, "failed").hidden = part(section, "failed-actions").hidden = true;
}

/**
 * The line of the proof of work, which is there only where one is asked for.
 *
 * @param {HTMLElement} section
 * @returns {(share: number) => void} how much is done
 */
export function workLine(section) {
  const task = find(section, '[data-task="work"]', HTMLElement);
  const bar = find(section, '[data-part="work-bar"]', HTMLProgressElement);
  task.hidden = true;
  return (share) => {
    task.hidden = false;
    bar.value = share;
    setTask(section, "work", share < 1 ? "doing" : "done");
  };
}
