// How long to wait before connecting again.

export const SUSPENDED = 4423;
const FIRST = 500;
const LONGEST = 30_000;
const WHILE_SUSPENDED = 60_000;

/**
 * Milliseconds; spread out, so that after a restart of the server not everybody comes back in the same moment.
 * @param {number} code that the socket was closed with
 * @param {number} failures in a row before this one
 */
export function pauseAfter(code, failures) {
  const longest = code === SUSPENDED ? WHILE_SUSPENDED : Math.min(FIRST * 2 ** failures, LONGEST);
  return longest * (0.5 + Math.random() / 2);
}
