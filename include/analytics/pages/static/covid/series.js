// From every version of every day to the days as they were known at a moment, and what is counted in a period.
// The same numbers as the view covid_us_daily_metrics and the API give; nothing here knows of a page.
import { between, micros, periodOf } from "./days.js";

export const METRICS = ["cases", "deaths", "recovered"];
const MEAN_DAYS = 7;

// Versions with the microsecond in which they were learnt. Those of a day are in the order in which they were learnt.
export const dated = (versions) => versions.map((version) => ({ ...version, seen: micros(version.seen_at) }));

// The instants at which something was learnt, the first one first.
export function moments(versions) {
  const found = new Map(versions.map((version) => [version.seen, version.seen_at]));
  return [...found.keys()].sort((one, other) => one - other).map((seen) => found.get(seen));
}

// The days as they were known at `until` (microseconds), in order.
export function known(versions, until = Infinity) {
  const days = new Map();
  for (const version of versions) if (version.seen <= until) days.set(version.date, version);
  return [...days.values()].filter((day) => !day.is_deleted).sort((one, other) => (one.date < other.date ? -1 : 1));
}

// Each day with `added` (what is new against the day before, null if unknown) and `week` (the sum of the last seven, null
// unless all seven are known), by metric.
export function measured(days) {
  const added = (metric, index) => difference(days[index]?.[metric], days[index - 1]?.[metric]);
  return days.map((day, index) => ({
    ...day,
    added: byMetric((metric) => added(metric, index)),
    week: byMetric((metric) => sum(Array.from({ length: MEAN_DAYS }, (_, back) => added(metric, index - back)))),
  }));
}

// Days grouped into periods: { first, end (the day after), length, days }.
export function periods(days, period) {
  const found = new Map();
  for (const day of days) {
    const [first, end] = periodOf(day.date, period);
    if (!found.has(first)) found.set(first, { first, end, length: between(first, end), days: [] });
    found.get(first).days.push(day);
  }
  return [...found.values()];
}

// What a period counts: { value, mean, isComplete }; value and mean are null where nothing is reported.
export function counted(period, metric, { isCumulative, population }) {
  const last = period.days.at(-1);
  const reported = period.days.map((day) => (isCumulative ? day[metric] : day.added[metric])).filter((value) => value !== null);
  const total = isCumulative ? last[metric] : reported.length ? reported.reduce((one, other) => one + other) : null;
  return {
    value: scaled(total, 1, population),
    mean: isCumulative || period.length > 1 ? null : scaled(last.week[metric], MEAN_DAYS, population, 1),
    isComplete: reported.length === period.length,
  };
}

// Deaths for 100 cases.
export const fatality = (day) => (day?.cases ? rounded(100 * day.deaths, day.cases, 2) : null);

// numerator / denominator with so many digits, halves away from zero, by whole numbers: as PostgreSQL rounds.
export function rounded(numerator, denominator, digits) {
  const scale = 10 ** digits;
  const steps = Math.floor((2 * scale * Math.abs(numerator) + denominator) / (2 * denominator));
  return steps === 0 ? 0 : (Math.sign(numerator) * steps) / scale;
}

// `population`: null for the count itself, else for 100,000 residents, with two digits.
function scaled(total, over, population, digits = 0) {
  if (total === null || total === undefined) return null;
  return population ? rounded(100_000 * total, over * population, 2) : rounded(total, over, digits);
}

const byMetric = (measure) => Object.fromEntries(METRICS.map((metric) => [metric, measure(metric)]));

const difference = (now, before) => (isCount(now) && isCount(before) ? now - before : null);

const isCount = (value) => value !== null && value !== undefined;

const sum = (values) => (values.every(isCount) ? values.reduce((one, other) => one + other) : null);
