/**
 * Times for people, in the time zone and the language of this browser.
 */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "long" });
const shortWeekday = new Intl.DateTimeFormat("en", { weekday: "short" });
const dayAndMonth = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const wholeDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const shortYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/**
 * A number that is the same for all moments of one local day and grows by 1 with each day.
 *
 * @param {Date} moment
 */
export function dayNumber(moment) {
  return Math.round(Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / 86_400_000);
}

/** "14:03" @param {Date} moment */
export function clockTime(moment) {
  return clock.format(moment);
}

/** The whole date and time, for a tooltip. @param {Date} moment */
export function fullTime(moment) {
  return full.format(moment);
}

/**
 * What stands between the messages of two days: "Today", "Yesterday", "Tuesday", "Tuesday, 3 March", "3 March 2025".
 *
 * @param {Date} moment
 * @param {Date} now
 */
export function dayLabel(moment, now) {
  const days = dayNumber(now) - dayNumber(moment);
  if (days === 0) {
    return "Today";
  }
  if (days === 1) {
    return "Yesterday";
  }
  if (days > 1 && days < 7) {
    return weekday.format(moment);
  }
  return (moment.getFullYear() === now.getFullYear() ? dayAndMonth : wholeDay).format(moment);
}

/**
 * The short time of a list: the clock today, the weekday within a week, else the day.
 *
 * @param {Date} moment
 * @param {Date} now
 */
export function listTime(moment, now) {
  const days = dayNumber(now) - dayNumber(moment);
  if (days === 0) {
    return clockTime(moment);
  }
  if (days > 0 && days < 7) {
    return days === 1 ? "Yesterday" : shortWeekday.format(moment);
  }
  return (moment.getFullYear() === now.getFullYear() ? shortDay : shortYear).format(moment);
}

/** How many ms until the local day changes, so that "Today" can become "Yesterday". @param {Date} now */
export function untilMidnight(now) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() - now.getTime() + 50;
}
