// Timestamps: RFC 3339 in UTC with `Z`, and up to 6 digits of a second's fraction.

import { Malformed, Stale } from "./errors.js";

export const MAX_CLOCK_SKEW_SECONDS = 300;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2999;
const PATTERN = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?Z$/u;

/**
 * A moment to the microsecond. It is a Date, which counts milliseconds, and keeps the rest beside it: two
 * devices may sign twice within one millisecond, and the order must not depend on the language of the reader.
 */
export class Moment extends Date {
  /**
   * @param {number} milliseconds since 1970
   * @param {number} microseconds 0 to 999, beyond the milliseconds
   */
  constructor(milliseconds, microseconds) {
    super(milliseconds);
    this.microseconds = microseconds;
  }
}

/** Microseconds since 1970 of a Date or a Moment; a bigint, as it may pass 2^53. @param {Date} moment */
export function unixMicros(moment) {
  return BigInt(moment.getTime()) * 1000n + BigInt(moment instanceof Moment ? moment.microseconds : 0);
}

/**
 * The wire form; the fraction is left out where it is zero. Malformed outside the years 2000 to 2999.
 * @param {Date} moment
 */
export function formatTimestamp(moment) {
  const year = moment.getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new Malformed(`The year must lie between ${FIRST_YEAR} and ${LAST_YEAR}.`);
  }
  const fraction = String(unixMicros(moment) % 1_000_000n).padStart(6, "0");
  const seconds = moment.toISOString().slice(0, 19);
  return fraction === "000000" ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/**
 * The moment in UTC. Malformed for offsets, lower case, leap seconds, and years outside 2000 to 2999.
 * @param {string} text
 */
export function parseTimestamp(text) {
  const match = PATTERN.exec(text);
  if (!match) {
    throw new Malformed("A timestamp looks like 2026-05-25T03:00:00Z.");
  }
  const whole = new Date(`${match[1]}Z`);
  // Date takes the 30th of February and 24:00 for the next day: only what reads back the same exists.
  const exists = !Number.isNaN(whole.getTime()) && whole.toISOString().slice(0, 19) === match[1];
  const year = whole.getUTCFullYear();
  if (!exists || year < FIRST_YEAR || year > LAST_YEAR) {
    throw new Malformed("The timestamp names a moment that does not exist.");
  }
  const micros = Number((match[2] ?? "").padEnd(6, "0"));
  return new Moment(whole.getTime() + Math.floor(micros / 1000), micros % 1000);
}

/**
 * Stale unless `moment` lies within so many seconds of `now`, on either side.
 * @param {Date} moment
 * @param {{now: Date, withinSeconds?: number}} options
 */
export function checkFresh(moment, { now, withinSeconds = MAX_CLOCK_SKEW_SECONDS }) {
  const apart = unixMicros(moment) - unixMicros(now);
  const limit = BigInt(withinSeconds) * 1_000_000n;
  if (apart > limit || apart < -limit) {
    throw new Stale(
      `created_at is ${formatTimestamp(moment)}, more than ${withinSeconds} seconds away from ` +
        "the reader's clock; check the clock and sign again.",
    );
  }
}
