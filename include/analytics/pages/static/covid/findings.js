// What is remarkable about the days: corrections, backlogs, where a series ends, what is not final yet, and revisions.
import { DAY_MS } from "./days.js";
import { METRICS } from "./series.js";

const PROVISIONAL_DAYS = 2;
const TIMES = 3;
const AROUND_DAYS = 7;
const AROUND = Array.from({ length: 2 * AROUND_DAYS + 1 }, (_, index) => index - AROUND_DAYS).filter((distance) => distance !== 0);
const SMALLEST_SHARE = 0.01;

// The last two days: sources still add to them.
export const provisional = (days) => new Set(days.slice(-PROVISIONAL_DAYS).map((day) => day.date));

// The last day with a count, if later days have none; else null.
export function ended(days, metric) {
  const last = days.findLast((day) => day[metric] !== null);
  return last && last !== days.at(-1) ? last.date : null;
}

// Days whose new count stands out, in order: { date, metric, kind: "correction" or "backlog", added }.
export const standingOut = (days) =>
  METRICS.flatMap((metric) => [...corrections(days, metric), ...backlogs(days, metric)]).sort((one, other) => (one.date < other.date ? -1 : 1));

// Fewer than the day before: somebody took counts back.
function corrections(days, metric) {
  return days.filter((day) => day.added[metric] < 0).map((day) => ({ date: day.date, metric, kind: "correction", added: day.added[metric] }));
}

// More than three times both the same weekday a week before and after and the median of the fortnight around: old counts
// that came in on one day. A hundredth of the greatest day at least, so that the first few counts are none.
function backlogs(days, metric) {
  const added = new Map(days.map((day) => [Date.parse(day.date) / DAY_MS, day.added[metric]]));
  const least = SMALLEST_SHARE * Math.max(0, ...added.values());
  return days
    .map(({ date }) => ({ date, metric, kind: "backlog", added: added.get(Date.parse(date) / DAY_MS) }))
    .filter((day) => day.added > least && day.added > TIMES * usual(added, Date.parse(day.date) / DAY_MS));
}

function usual(added, number) {
  const counts = (distances) => distances.map((distance) => added.get(number + distance) ?? null).filter((value) => value !== null);
  const around = counts(AROUND);
  const same = counts([-7, 7]);
  return around.length < AROUND_DAYS || same.length === 0 ? Infinity : Math.max(median(around), ...same);
}

function median(values) {
  const ordered = values.toSorted((one, other) => one - other);
  const middle = ordered.length >> 1;
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

// Every revision learnt until a moment (microseconds), the last learnt first: { date, seen_at, old, now } of versions.
export function revisions(versions, until = Infinity) {
  const before = new Map();
  const found = [];
  for (const now of versions) {
    if (now.seen > until) continue;
    const old = before.get(now.date);
    if (old) found.push({ date: now.date, seen: now.seen, seen_at: now.seen_at, old, now });
    before.set(now.date, now);
  }
  return found.sort((one, other) => other.seen - one.seen || (one.date < other.date ? 1 : -1));
}

// "1,000 → 983", "gone", "back"; empty if this count stayed as it was.
export function change({ old, now }, metric, show) {
  if (now.is_deleted) return "gone";
  if (old.is_deleted) return `back: ${show(now[metric])}`;
  return old[metric] === now[metric] ? "" : `${show(old[metric])} → ${show(now[metric])}`;
}
