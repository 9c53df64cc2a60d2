/** A bar that says how far something is, to the eye and in words. */

import { el } from "../dom.js";

/** @typedef {import("../../../chat/types.js").FileView} FileView */

/**
 * What goes on, in words; "" where nothing does.
 *
 * @param {FileView["stage"]} stage
 * @param {number} done
 * @param {number} total
 */
export function progressText(stage, done, total) {
  const share = `${total > 0 ? Math.floor((100 * done) / total) : 0} %`;
  switch (stage) {
    case "sending":
      return `Sending ${share}`;
    case "pending":
      return `Receiving ${done}/${total}…`;
    case "loading":
      return `Downloading ${share}`;
    default:
      return "";
  }
}

/** @param {string} label what it is about */
export function progressBar(label) {
  const bar = el("div", {
    class: "file-progress",
    attrs: { role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100 },
  });
  bar.append(el("i"));
  return bar;
}

/**
 * @param {Element} bar
 * @param {number} share 0 to 1
 * @param {string} words
 */
export function setProgress(bar, share, words) {
  const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
  bar.setAttribute("aria-valuenow", String(percent));
  bar.setAttribute("aria-valuetext", words);
  /** @type {HTMLElement} */ (bar).style.setProperty("--share", `${percent}%`);
}
