/** Work that takes its time: a bar with a share, and a list of tasks. */

import { find } from "./dom.js";

/**
 * A function for `onProgress` of the key derivation (0 to 1).
 *
 * @param {ParentNode} root holds the bar as data-part="bar"
 * @returns {(share: number) => void}
 */
export function progressOf(root) {
  const bar = find(root, 'progress[data-part="bar"]', HTMLProgressElement);
  bar.value = 0;
  return (share) => {
    bar.value = share;
  };
}

/**
 * Say how far one task of a `.tasks` list is.
 *
 * @param {ParentNode} root
 * @param {string} name
 * @param {"waiting"|"doing"|"done"|"failed"} state
 */
export function setTask(root, name, state) {
  const task = find(root, `[data-task="${name}"]`, HTMLElement);
  task.dataset.state = state;
  if (state === "doing") {
    task.setAttribute("aria-current", "step");
  } else {
    task.removeAttribute("aria-current");
  }
}
