// All that the page shows of one view: a state of knowledge, a window of days, periods with their counts and findings.
import { later, micros } from "./days.js";
import { ended, provisional, revisions, standingOut } from "./findings.js";
import { METRICS, counted, known, measured, moments, periods } from "./series.js";

// view: the form's fields; versions: as `dated` gives them, at least one; residents: whom "per 100,000" refers to.
export function modelOf(view, versions, residents) {
  const asked = { ...choices(view, residents), ...knowledge(view.as_of, versions) };
  const days = measured(known(versions, asked.until));
  const bounds = { first: versions[0].date, last: versions.at(-1).date };
  const learnt = revisions(versions, asked.until);
  return {
    ...asked,
    bounds,
    days,
    range: rangeOf(view, bounds, days.at(-1)?.date ?? bounds.last),
    ends: Object.fromEntries(METRICS.map((metric) => [metric, ended(days, metric)])),
    revisions: learnt,
    all: described(days, learnt, asked),
    today: asked.isPast ? described(measured(known(versions)), [], asked) : [],
  };
}

// The periods of which a day is in the window.
export const inWindow = (all, { since, until }) => all.filter(({ first, end }) => first <= until && end > since);

function choices(view, residents) {
  const chosen = [view.metric ?? []].flat();
  return {
    metrics: METRICS.filter((metric) => chosen.includes(metric)),
    period: view.period ?? "day",
    isCumulative: view.measure === "cumulative",
    isLogarithmic: view.scale === "log",
    population: view.per_100k ? residents : null,
  };
}

function knowledge(asOf, versions) {
  const learnt = moments(versions);
  const until = asOf ? micros(asOf) : NaN;
  const at = Number.isNaN(until) ? -1 : learnt.findLastIndex((moment) => micros(moment) <= until);
  const index = at < 0 ? learnt.length - 1 : at;
  return { moments: learnt, index, isPast: index < learnt.length - 1, until: micros(learnt[index]) };
}

// The first and the last day that are shown. So many days end with the last one known; "all" does not move.
function rangeOf({ window = "all", since, until }, bounds, last) {
  if (window === "chosen") {
    const ends = [since || bounds.first, until || bounds.last].map((day) => clamped(day, bounds)).sort();
    return { since: ends[0], until: ends[1] };
  }
  if (window === "all") return { since: bounds.first, until: bounds.last };
  return { since: clamped(later(last, 1 - Number(window)), bounds), until: last };
}

const clamped = (day, { first, last }) => (day < first ? first : day > last ? last : day);

function described(days, learnt, asked) {
  const findings = grouped(standingOut(days));
  const changes = grouped(learnt);
  const open = provisional(days);
  return periods(days, asked.period).map((period) => ({
    ...period,
    last: period.days.at(-1).date,
    counts: Object.fromEntries(METRICS.map((metric) => [metric, counted(period, metric, asked)])),
    findings: period.days.flatMap(({ date }) => findings.get(date) ?? []),
    revisions: period.days.flatMap(({ date }) => changes.get(date) ?? []),
    isProvisional: period.days.some(({ date }) => open.has(date)),
  }));
}

function grouped(items) {
  const byDay = new Map();
  for (const item of items) byDay.set(item.date, [...(byDay.get(item.date) ?? []), item]);
  return byDay;
}
