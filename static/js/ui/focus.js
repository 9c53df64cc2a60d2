/** Where the keyboard stands, and what a screen reader hears, when the page changes under it. */

import { find } from "./dom.js";

/** Have a screen reader say something that is visible anyway. @param {string} text */
export function announce(text) {
  const place = find(document, "#announcer", HTMLElement);
  // The same words twice are spoken twice only when the region was empty in between.
  place.textContent = "";
  requestAnimationFrame(() => {
    place.textContent = text;
  });
}

/**
 * Put the focus on the first shown title below `root`: reading goes on from there.
 *
 * @param {ParentNode} root
 */
export function focusTitle(root) {
  const titles = [...root.querySelectorAll("h1")];
  const title = titles.find((each) => each.checkVisibility());
  if (title) {
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }
}
