/**
 * Which part of a long list stands in the document. Pure: indexes in, indexes out.
 */

/** The most rows of one thread in the document. */
export const MOST_ROWS = 160;
const STEP = 50;

/** @typedef {{from: number, to: number}} Span  rows `from` up to but not including `to` */

/**
 * The end of the list.
 *
 * @param {number} length
 * @returns {Span}
 */
export function atEnd(length) {
  return { from: Math.max(0, length - MOST_ROWS / 2), to: length };
}

/**
 * Room on both sides of one row.
 *
 * @param {number} index
 * @param {number} length
 * @returns {Span}
 */
export function around(index, length) {
  const from = Math.max(0, index - MOST_ROWS / 4);
  return { from, to: Math.min(length, from + MOST_ROWS / 2) };
}

/**
 * @param {Span} span
 * @returns {Span}
 */
export function earlier({ from, to }) {
  const start = Math.max(0, from - STEP);
  return { from: start, to: Math.min(to, start + MOST_ROWS) };
}

/**
 * @param {Span} span
 * @param {number} length
 * @returns {Span}
 */
export function later({ from, to }, length) {
  const end = Math.min(length, to + STEP);
  return { from: Math.max(from, end - MOST_ROWS), to: end };
}
