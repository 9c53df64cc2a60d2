/**
 * Keeps what somebody is reading in its place while rows come and go around it.
 */

// Closer to the end than this counts as being at the end, in CSS px.
const NEAR_END = 48;

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
