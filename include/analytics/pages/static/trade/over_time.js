// A measure period after period: bars of the whole, or a line a group, a chart a currency.
import { barStyle, lineStyle } from "../core/chart.js";
import { multiples } from "../core/multiples.js";
import { namer } from "./groups.js";
import { isUnfinished, named, placed } from "./periods.js";

// show: the measure's value as text; today: the day that unfinished periods are told by.
export function overTime(rows, { measure, by, period, show, title, today }) {
  const unfinished = (row) => isUnfinished(row.period, period, today);
  const hover = (row) => `${named(row.period, period)}: ${show(row[measure])} ${row.currency}${unfinished(row) ? ", unfinished" : ""}`;
  const place = (some) => ({ x: some.map((row) => row.period), y: some.map((row) => Number(row[measure])), ...placed(period) });
  const traces = by ? lines(namer(rows, by), rows, { place, hover, unfinished }) : bars({ place, hover, unfinished });
  const last = rows.some(unfinished) ? " Hatched or hollow: the period is not over." : "";
  return { ...multiples(rows, { traces, x: { type: "date" } }), summary: `${title}, a chart a currency.${last}` };
}

function bars({ place, hover, unfinished }) {
  return (some) => {
    const style = barStyle(0).marker;
    const shapes = some.map((row) => (unfinished(row) ? "/" : ""));
    const marker = { ...style, pattern: { ...style.pattern, shape: shapes, solidity: 0.5 } };
    return [{ type: "bar", ...place(some), hovertext: some.map(hover), hoverinfo: "text", showlegend: false, marker }];
  };
}

function lines(name, rows, { place, hover, unfinished }) {
  const names = [...new Set(rows.map(name))];
  const told = new Set(); // in the legend once
  return (some) =>
    names.flatMap((group) => {
      const own = some.filter((row) => name(row) === group);
      if (!own.length) return [];
      const style = lineStyle(names.indexOf(group));
      const symbol = own.map((row) => style.marker.symbol + (unfinished(row) ? "-open" : ""));
      const showlegend = !told.has(group);
      told.add(group);
      const hovertext = own.map((row) => `${group}, ${hover(row)}`);
      return [{ type: "scatter", mode: "lines+markers", name: group, legendgroup: group, showlegend, ...place(own), hovertext, hoverinfo: "text", ...style, marker: { ...style.marker, symbol } }];
    });
}
