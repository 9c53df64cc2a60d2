/** Short messages at the edge of the window. They go by themselves, except for errors. */

import { el, find } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {"info"|"ok"|"warn"|"danger"} Kind */

const SHOWN_MS = 6_000;
const MOST = 3;
const ICONS = { info: "info", ok: "check", warn: "alert", danger: "alert" };

/**
 * Say something without asking for anything. The container has role=status, so it is also spoken.
 *
 * @param {string} text
 * @param {{kind?: Kind}} [options]
 */
export function showToast(text, { kind = "info" } = {}) {
  const shelf = find(document, "#toasts", HTMLElement);
  const close = el("button", { class: "icon-button", attrs: { type: "button", "aria-label": "Close" } }, icon("cross"));
  const toast = el("div", { class: `toast ${kind}` }, icon(ICONS[kind]), el("span", { text }), close);
  close.addEventListener("click", () => toast.remove());
  shelf.append(toast);
  while (shelf.children.length > MOST) {
    shelf.firstElementChild?.remove();
  }
  if (kind !== "danger") {
    fade(toast);
  }
}

/** Away after a while, but not while somebody points at it or stands in it. @param {HTMLElement} toast */
function fade(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) {
      fade(toast);
    } else {
      toast.remove();
    }
  }, SHOWN_MS);
}
