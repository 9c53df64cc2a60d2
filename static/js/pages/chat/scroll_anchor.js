/**
 * Keeps what somebody is reading in its place while rows come and go around it.
 */

// Closer to the end than this counts as being at the end, in CSS px.
const NEAR_END = 48;
// What stays visible beside a row that is scrolled to.
const MARGIN = 24;

/** @param {HTMLElement} scroller */
export function isAtEnd(scroller) {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
}

/** @param {HTMLElement} scroller */
export function toEnd(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
}

/**
 * Runs `change`, then scrolls so that the first visible row that is still there has not moved.
 *
 * @param {HTMLElement} scroller
 * @param {Element} list whose children are the rows
 * @param {() => void} change
 */
export function holding(scroller, list, change) {
  const top = scroller.getBoundingClientRect().top;
  const seen = [];
  for (const row of list.children) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) {
      seen.push({ id: /** @type {HTMLElement} */ (row).dataset.id, at: box.bottom });
      if (seen.length === 12) {
        break;
      }
    }
  }
  change();
  for (const { id, at } of seen) {
    const row = id === undefined ? null : list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`);
    if (row) {
      // The lower edge: what is put above a row within its own item must not push the text away.
      scroller.scrollTop += row.getBoundingClientRect().bottom - at;
      return;
    }
  }
}

/**
 * Scrolls to a row within `scroller` only: scrollIntoView would move what is around it as well.
 *
 * @param {HTMLElement} scroller
 * @param {Element} row
 * @param {"start"|"center"|"nearest"} place
 */
export function scrollToRow(scroller, row, place) {
  const box = row.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  const fromTop = box.top - frame.top - MARGIN;
  const fromEnd = box.bottom - frame.bottom + MARGIN;
  if (place === "start" || box.height > frame.height) {
    scroller.scrollTop += fromTop;
  } else if (place === "center") {
    scroller.scrollTop += (box.top + box.bottom - frame.top - frame.bottom) / 2;
  } else if (fromTop < 0 || fromEnd > 0) {
    scroller.scrollTop += fromTop < 0 ? fromTop : fromEnd;
  }
}
