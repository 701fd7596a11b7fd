// Cards: the last day's figures, and how they stood 7 and 14 days before, in words and arrows.
import { number } from "../core/format.js";
import { later } from "./days.js";
import { fatality, rounded } from "./series.js";
import { NAMES, signed } from "./words.js";

const BEFORE = [7, 14];

// { label, value, changes } of each card. days: as `measured` gives them; ends: the last day of a series that ended.
export function cardsOf(days, ends) {
  const byDay = new Map(days.map((day) => [day.date, day]));
  const last = days.at(-1);
  if (!last) return [];
  const before = BEFORE.map((distance) => [distance, byDay.get(later(last.date, -distance))]);
  return [
    ...["cases", "deaths"].map((metric) => relative(`New ${metric}, mean of 7 days`, (day) => meanOf(day, metric), last, before)),
    ...["cases", "deaths"].map((metric) => relative(`${NAMES[metric]} in all`, (day) => day?.[metric] ?? null, last, before)),
    ends.recovered ? stopped(ends.recovered, byDay) : relative("Recovered in all", (day) => day?.recovered ?? null, last, before),
    lethality(last, before),
  ];
}

export function cardElement({ label, value, changes }) {
  const card = document.createElement("li");
  card.className = "card";
  const lines = [["label", label], ["value", value], ...changes.map((text) => ["change", text])];
  card.append(...lines.map(([name, text]) => Object.assign(document.createElement("div"), { className: name, textContent: text })));
  return card;
}

const meanOf = (day, metric) => (day && day.week[metric] !== null ? rounded(day.week[metric], 7, 1) : null);

function relative(label, measure, last, before) {
  const now = measure(last);
  return { label, value: now === null ? "–" : signed(now), changes: before.map(([distance, day]) => compared(now, measure(day), distance)) };
}

function compared(now, then, distance) {
  const when = `${distance} days before`;
  if (now === null || then === null) return `no figure of ${when}`;
  if (now === then) return `▬ as ${when}`;
  const share = then > 0 ? `${number(rounded(100 * Math.abs(now - then), then, 1))} %` : number(Math.abs(now - then));
  return `${now > then ? "▲" : "▼"} ${share} ${now > then ? "more" : "fewer"} than ${when} (${signed(then)})`;
}

const stopped = (last, byDay) => ({ label: "Recovered in all", value: number(byDay.get(last).recovered), changes: [`not reported since ${last}`] });

function lethality(last, before) {
  const now = fatality(last);
  const changes = before.map(([distance, day]) => inPoints(now, fatality(day), distance));
  return { label: "Case fatality (deaths by cases, in all)", value: now === null ? "–" : `${now.toFixed(2)} %`, changes };
}

function inPoints(now, then, distance) {
  const when = `${distance} days before`;
  if (now === null || then === null) return `no figure of ${when}`;
  if (now === then) return `▬ as ${when}`;
  return `${now > then ? "▲" : "▼"} ${Math.abs(now - then).toFixed(2)} points ${now > then ? "higher" : "lower"} than ${when} (${then.toFixed(2)} %)`;
}
