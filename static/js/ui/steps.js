/** A page of steps: one section at a time, the list at the side says how far it is. */

import { part } from "./dom.js";
import { focusTitle } from "./focus.js";

/** @typedef {{show: (name: string) => HTMLElement, section: (name: string) => HTMLElement}} Steps */

/**
 * @param {HTMLElement} root holds `[data-step]` sections, a list `data-part="steps"` and a line `data-part="count"`. A
 *   section that is not in the list itself may say with `data-at` where one is
 * @returns {Steps} `show` puts the focus on the title of the section
 */
export function steps(root) {
  const sections = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-step]")]);
  const list = /** @type {HTMLElement[]} */ ([...part(root, "steps").children]);
  const count = part(root, "count");

  /** @param {string} name */
  const section = (name) => {
    const found = sections.find((each) => each.dataset.step === name);
    if (!found) {
      throw new TypeError(`The page has no step ${name}.`);
    }
    return found;
  };
  /** @param {string} name */
  const show = (name) => {
    for (const each of sections) {
      each.hidden = each.dataset.step !== name;
    }
    const of = section(name).dataset.at ?? name;
    const at = list.findIndex((each) => each.dataset.for === of);
    list.forEach((each, index) => {
      each.classList.toggle("done", at >= 0 && index < at);
      if (index === at) {
        each.setAttribute("aria-current", "step");
      } else {
        each.removeAttribute("aria-current");
      }
    });
    count.textContent = at < 0 ? "" : `Step ${at + 1} of ${list.length}`;
    scrollTo(0, 0);
    const shown = section(name);
    focusTitle(shown);
    return shown;
  };
  return { show, section };
}
