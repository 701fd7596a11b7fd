// The greatest groups of each currency, as bars or, where zero says nothing, as points.
import { barStyle, lineStyle } from "../core/chart.js";
import { lying } from "../core/multiples.js";
import { GROUPS, namer } from "./groups.js";

const DRAWN = 10;

// series: [{ key, show, title }] of the rows, drawn beside one another; points: instead of bars.
export function greatest(rows, by, series, { points = false } = {}) {
  const currencies = [...new Set(rows.map((row) => row.currency))];
  const drawn = currencies.flatMap((currency) => rows.filter((row) => row.currency === currency).slice(0, DRAWN));
  const name = namer(rows, by);
  const traces = (some) =>
    series.map((one, index) => ({
      name: one.title,
      legendgroup: one.key,
      showlegend: series.length > 1 && some === firstOf(drawn, some),
      x: some.map((row) => Number(row[one.key])),
      y: some.map((_, place) => place),
      hovertext: some.map((row) => `${name(row)}: ${one.title} ${one.show(row[one.key])}, ${row.currency}`),
      hoverinfo: "text",
      ...(points ? point(index) : { type: "bar", orientation: "h", ...barStyle(index) }),
    }));
  const chart = lying(drawn, { name, traces, x: points ? { rangemode: "normal" } : {} });
  return { ...chart, summary: `${series.map((one) => one.title).join(" and ")} by ${GROUPS[by].toLowerCase()}, a chart a currency.` };
}

function point(index) {
  const { marker } = lineStyle(index);
  return { type: "scatter", mode: "markers", marker: { ...marker, size: 11 } };
}

// The legend tells of a series once, beside the first currency.
function firstOf(drawn, some) {
  return drawn[0]?.currency === some[0]?.currency ? some : null;
}
