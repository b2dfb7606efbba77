/** Times in the reader's language and time zone. The formats are created once, since that is costly. */

const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const withYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/** The local calendar day, as a number that rises by one a day. */
export function dayOf(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS);
}

/** "Today", "Yesterday", the weekday within the last week, else the date. */
export function dayLabel(date: Date, now: Date): string {
  const days = dayOf(now) - dayOf(date);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? longDay.format(date) : withYear.format(date);
}

/** For a narrow column: the time today, else the day. */
export function listTime(date: Date, now: Date): string {
  const days = dayOf(now) - dayOf(date);
  if (days === 0) return clock.format(date);
  if (days > 0 && days < 7) return shortWeekday.format(date);
  return date.getFullYear() === now.getFullYear() ? dayMonth.format(date) : String(date.getFullYear());
}

export function clockTime(date: Date): string {
  return clock.format(date);
}

/** The time, with the day where that is another one. */
export function momentTime(date: Date, now: Date): string {
  return dayOf(date) === dayOf(now) ? clock.format(date) : moment.format(date);
}

/** For labels and titles. */
export function fullTime(date: Date): string {
  return full.format(date);
}
