/**
 * The emoji picker: a popover with a search field and a grid for arrow keys.
 */

import { part } from "../../ui/dom.js";
import { el, setChildren } from "./dom.js";
import { GROUPS } from "./emoji_data.js";

/** @typedef {import("./emoji_data.js").Emoji} Emoji */

/**
 * @param {HTMLElement} popover with the parts "emoji-search" and "emoji-grid"
 * @param {HTMLButtonElement} opener
 * @param {{onOpen: () => void, onPick: (emoji: string) => void, signal: AbortSignal}} options
 */
export function emojiPicker(popover, opener, { onOpen, onPick, signal }) {
  const search = /** @type {HTMLInputElement} */ (part(popover, "emoji-search"));
  const grid = part(popover, "emoji-grid");

  const show = () => {
    const words = search.value.trim().toLowerCase();
    const groups = GROUPS
      .map((group) => ({ ...group, emoji: group.emoji.filter((one) => one.name.includes(words)) }))
      .filter((group) => group.emoji.length > 0);
    setChildren(grid, groups.length > 0 ? groups.map(groupView) : [el("p", { text: "None with that name." })]);
    grid.querySelector("button")?.setAttribute("tabindex", "0");
  };

  popover.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    opener.setAttribute("aria-expanded", String(open));
    if (open) {
      search.value = "";
      show();
      onOpen();
      search.focus();
    }
  }, { signal });
  search.addEventListener("input", show, { signal });
  search.addEventListener("keydown", (event) => {
    const first = grid.querySelector("button");
    if (event.key === "ArrowDown") {
      event.preventDefault();
      first?.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      first?.click();
    }
  }, { signal });
  grid.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) {
      onPick(button.textContent ?? "");
    }
  }, { signal });
  grid.addEventListener("keydown", (event) => moveInGrid(event, grid, search), { signal });
  opener.addEventListener("click", () => popover.togglePopover(), { signal });
}

/** @param {{name: string, emoji: Emoji[]}} group */
function groupView(group) {
  return el(
    "section",
    { attrs: { "aria-label": group.name } },
    el("h3", { text: group.name }),
    el("div", { class: "emoji-row" }, ...group.emoji.map(({ emoji, name }) => el("button", {
      text: emoji,
      attrs: { type: "button", tabindex: -1, "aria-label": name, title: name },
    }))),
  );
}

/**
 * Arrow keys by what is seen: up and down go to the nearest one of the next line, also across groups.
 *
 * @param {KeyboardEvent} event
 * @param {HTMLElement} grid
 * @param {HTMLElement} above gets the focus above the first line
 */
function moveInGrid(event, grid, above) {
  const buttons = [...grid.querySelectorAll("button")];
  const index = buttons.findIndex((button) => button === document.activeElement);
  if (index < 0) {
    return;
  }
  /** @type {Record<string, () => HTMLElement|undefined>} */
  const moves = {
    ArrowRight: () => buttons[index + 1],
    ArrowLeft: () => buttons[index - 1],
    ArrowDown: () => onNextLine(buttons, index, 1),
    ArrowUp: () => onNextLine(buttons, index, -1) ?? above,
    Home: () => buttons[0],
    End: () => buttons[buttons.length - 1],
  };
  const next = moves[event.key]?.();
  if (event.key in moves) {
    event.preventDefault();
  }
  if (next) {
    if (next !== above) {
      buttons[index].tabIndex = -1;
      next.tabIndex = 0;
    }
    next.focus();
  }
}

/**
 * @param {HTMLElement[]} buttons
 * @param {number} index
 * @param {1|-1} way
 */
function onNextLine(buttons, index, way) {
  const here = buttons[index].getBoundingClientRect();
  let best;
  let line = null;
  for (let other = index + way; buttons[other]; other += way) {
    const box = buttons[other].getBoundingClientRect();
    if (box.top === here.top) {
      continue;
    }
    line ??= box.top;
    if (box.top !== line) {
      break;
    }
    if (!best || Math.abs(box.left - here.left) < Math.abs(best.getBoundingClientRect().left - here.left)) {
      best = buttons[other];
    }
  }
  return best;
}
