// What things are called on the page.
import { instant, number } from "../core/format.js";
import { change } from "./findings.js";

export const NAMES = { cases: "Cases", deaths: "Deaths", recovered: "Recovered" };
const UNITS = { day: "a day", week: "a week", month: "a month" };
const REVISIONS_SHOWN = 4;

export const signed = (value) => (value < 0 ? `−${number(-value)}` : number(value));

// "new a day", "in all, per 100,000"
export function measure({ isCumulative, period, population }) {
  return `${isCumulative ? "in all" : `new ${UNITS[period]}`}${population ? ", per 100,000" : ""}`;
}

export const span = ({ first, last, length }) => (length === 1 ? first : `${first} to ${last}`);

// What has to be said of a period's count, as a list of phrases.
export function remarks(period, metrics) {
  const findings = period.findings.filter(({ metric }) => metrics.includes(metric));
  return [
    ...metrics.filter((metric) => isUnfinished(period, metric)).map((metric) => `${NAMES[metric]}: unfinished, days are missing`),
    ...(period.isProvisional ? ["provisional"] : []),
    ...findings.map((one) => `${what(one)} on ${one.date}: ${signed(one.added)}`),
    ...(period.revisions.length ? [`${period.revisions.length} × revised`] : []),
  ];
}

// Some of a week's or month's days report the count, not all.
export const isUnfinished = ({ length, counts }, metric) => length > 1 && counts[metric].value !== null && !counts[metric].isComplete;

export const what = ({ metric, kind }) => `${kind} of ${metric === "recovered" ? "recoveries" : metric}`;

// What is said where one points at a period.
export function pointed(period, metric, model) {
  const { value, mean } = period.counts[metric];
  return [
    `<b>${span(period)}</b>`,
    `${NAMES[metric]}, ${measure(model)}: ${signed(value)}`,
    ...(mean === null ? [] : [`trailing 7-day mean: ${signed(mean)}`]),
    ...remarks({ ...period, revisions: [] }, [metric]),
    ...revised(period.revisions.map((revision) => [revision, change(revision, metric, number)]).filter(([, text]) => text)),
  ].join("<br>");
}

function revised(changes) {
  const lines = changes.slice(0, REVISIONS_SHOWN).map(([{ date, seen_at: at }, text]) => `${date}, all until then: ${text} (learnt ${instant(at)})`);
  if (changes.length === 0) return [];
  return ["<b>Revised:</b>", ...lines, ...(changes.length > lines.length ? [`… and ${changes.length - lines.length} times more`] : [])];
}
