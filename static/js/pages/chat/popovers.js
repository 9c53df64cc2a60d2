/**
 * Popovers: where they stand, and menus that keys lead through.
 */

const MARGIN = 8;

/**
 * Put an open popover beside what opened it, always within the window.
 *
 * @param {HTMLElement} popover
 * @param {Element} opener
 * @param {{above?: boolean}} [options] whether it would rather stand above
 */
export function placeBeside(popover, opener, { above = false } = {}) {
  const box = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const wanted = box.left + width > window.innerWidth - MARGIN ? box.right - width : box.left;
  const left = Math.min(Math.max(MARGIN, wanted), window.innerWidth - width - MARGIN);
  const under = box.bottom + 4;
  const over = box.top - height - 4;
  const fitsUnder = under + height <= window.innerHeight - MARGIN;
  const top = (above || !fitsUnder) && over >= MARGIN ? over : Math.min(under, window.innerHeight - height - MARGIN);
  popover.style.setProperty("left", `${Math.max(MARGIN, left)}px`);
  popover.style.setProperty("top", `${Math.max(MARGIN, top)}px`);
}

/**
 * @param {HTMLElement} menu
 * @returns {HTMLButtonElement[]} those that can be chosen
 */
function choicesOf(menu) {
  return [...menu.querySelectorAll("button")].filter((button) => !button.hidden);
}

/**
 * @param {HTMLElement} menu a popover of buttons
 * @param {HTMLElement} opener
 */
export function openMenu(menu, opener) {
  const open = new AbortController();
  opener.setAttribute("aria-expanded", "true");
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") {
      opener.setAttribute("aria-expanded", "false");
      open.abort();
    }
  }, { signal: open.signal });
  menu.showPopover();
  placeBeside(menu, opener);
  choicesOf(menu)[0]?.focus();
}

/**
 * Arrow keys, Home and End within a menu; Tab closes it.
 *
 * @param {HTMLElement} menu
 * @param {AbortSignal} signal
 */
export function menuKeys(menu, signal) {
  menu.addEventListener("keydown", (event) => {
    const choices = choicesOf(menu);
    const index = choices.findIndex((choice) => choice === document.activeElement);
    const { length } = choices;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: (index + 1) % length, ArrowUp: (index - 1 + length) % length, Home: 0, End: length - 1 };
    if (event.key === "Tab") {
      menu.hidePopover();
    }
    if (event.key in moves) {
      event.preventDefault();
      choices[moves[event.key]]?.focus();
    }
  }, { signal });
}
