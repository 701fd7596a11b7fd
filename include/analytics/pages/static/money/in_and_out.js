// Cash in beside cash out: by status or age, or period after period.
import { barStyle, lineStyle } from "../core/chart.js";
import { money } from "../core/format.js";
import { multiples } from "../core/multiples.js";
import { isUnfinished, named, placed } from "../trade/periods.js";

const SIDES = [["cash_in", "Cash in"], ["cash_out", "Cash out"]];

// key: what the bars stand by; order: its values, from left to right.
export function byKind(rows, key, order) {
  const drawn = order.flatMap((value) => rows.filter((row) => row[key] === value));
  const traces = (some) =>
    SIDES.map(([side, title], index) => ({
      ...bar(some, side, title, index, (row) => row[key]),
      x: some.map((row) => row[key]),
      showlegend: some[0].currency === drawn[0].currency,
    }));
  drawn.sort((a, b) => a.currency.localeCompare(b.currency));
  return { ...multiples(drawn, { traces, x: { type: "category", categoryorder: "array", categoryarray: order } }), summary: `Cash in and out by ${key}, a chart a currency.` };
}

export function byPeriod(rows, period, today) {
  const traces = (some) =>
    SIDES.map(([side, title], index) => {
      const style = bar(some, side, title, index, (row) => told(row, period, today));
      const opacity = some.map((row) => (isUnfinished(row.period, period, today) ? 0.5 : 1));
      return { ...style, x: some.map((row) => row.period), ...placed(period), marker: { ...style.marker, opacity }, showlegend: some[0].currency === rows[0].currency };
    });
  return { ...multiples(rows, { traces, x: { type: "date" } }), summary: `Cash in and out by ${period}, a chart a currency. Pale: the period is not over.` };
}

export function soFar(rows, period, today) {
  const traces = (some) => {
    const style = lineStyle(0);
    const symbol = some.map((row) => style.marker.symbol + (isUnfinished(row.period, period, today) ? "-open" : ""));
    const hovertext = some.map((row) => `${told(row, period, today)}: ${money(row.net_to_date)} ${row.currency}`);
    return [{ type: "scatter", mode: "lines+markers", showlegend: false, x: some.map((row) => row.period), y: some.map((row) => Number(row.net_to_date)), ...placed(period), hovertext, hoverinfo: "text", ...style, marker: { ...style.marker, symbol } }];
  };
  return { ...multiples(rows, { traces, x: { type: "date" } }), summary: `Net cash summed up by ${period}, a chart a currency. Hollow: the period is not over.` };
}

function bar(some, side, title, index, name) {
  const hovertext = some.map((row) => `${name(row)}, ${title.toLowerCase()}: ${money(row[side])} ${row.currency}`);
  return { type: "bar", name: title, legendgroup: side, y: some.map((row) => Number(row[side])), hovertext, hoverinfo: "text", ...barStyle(index) };
}

const told = (row, period, today) => named(row.period, period) + (isUnfinished(row.period, period, today) ? " (unfinished)" : "");
