// How long to wait before connecting again.

export const SUSPENDED = 4423;
const FIRST = 500;
const LONGEST = 30_000;
// What was a mistake is often undone within a minute; whoever waits longer asks less often.
const FIRST_SUSPENDED = 2_000;
const LONGEST_SUSPENDED = 60_000;

/**
 * Milliseconds; spread out, so that after a restart of the server not everybody comes back in the same moment.
 * @param {number} code that the socket was closed with
 * @param {number} failures in a row before this one
 */
export function pauseAfter(code, failures) {
  const [first, most] = code === SUSPENDED ? [FIRST_SUSPENDED, LONGEST_SUSPENDED] : [FIRST, LONGEST];
  const longest = Math.min(first * 2 ** failures, most);
  return longest * (0.5 + Math.random() / 2);
}
