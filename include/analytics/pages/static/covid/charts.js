// The chart: each count on an axis of its own, all above one axis of days.
import { colour, variable } from "../core/chart.js";
import { DAY_MS, between } from "./days.js";
import { inWindow } from "./model.js";
import { METRICS } from "./series.js";
import { NAMES, isUnfinished, measure, pointed } from "./words.js";

const GAP = 0.1;
const HEIGHT = 210;
const KINDS = [
  { name: "Final", is: (period, metric) => !period.isProvisional && !isUnfinished(period, metric), pattern: "", symbol: "circle" },
  { name: "Provisional: holds one of the last two days", is: (period, metric) => period.isProvisional && !isUnfinished(period, metric), pattern: "/", symbol: "circle-open" },
  { name: "Unfinished: days are missing", is: isUnfinished, pattern: "x", symbol: "x-open" },
];
const FINDINGS = [
  { kind: "correction", name: "Correction: counts taken back", symbol: "triangle-down" },
  { kind: "backlog", name: "Backlog: old counts on one day", symbol: "star" },
];

export function chartOf(model) {
  const shown = inWindow(model.all, model.range);
  const frames = model.metrics.map((metric, index) => frame(model, shown, metric, index));
  return {
    traces: named(frames.flatMap(({ traces }) => traces)),
    layout: {
      ...Object.assign({}, ...frames.map(({ axis, name }) => ({ [name.replace("y", "yaxis")]: axis }))),
      xaxis: { type: "date", range: [model.range.since, model.range.until].map(edge), anchor: frames.at(-1).name, hoverformat: "%Y-%m-%d" },
      annotations: frames.flatMap(({ annotations }) => annotations),
      shapes: frames.flatMap(({ shapes }) => shapes),
      height: HEIGHT * frames.length + 90,
      margin: { l: 48, r: 12, t: 26, b: 60 },
      legend: { orientation: "h", y: -36 / (HEIGHT * frames.length), yanchor: "top" },
      barmode: "overlay",
      hovermode: "closest",
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom", // a finger scrolls the page
    },
    summary: `${model.metrics.map((metric) => NAMES[metric]).join(", ")}, ${measure(model)}, from ${model.range.since} to ${model.range.until}.`,
  };
}

// A day is drawn around its midnight: half a day before, half a day after.
const edge = (day, index) => new Date(Date.parse(day) + (index - 0.5) * DAY_MS).toISOString();

// One count: its traces, its axis, and what is written on it.
function frame(model, shown, metric, index) {
  const name = index ? `y${index + 1}` : "y";
  const today = inWindow(model.today, model.range);
  const draw = model.isCumulative ? lines : bars;
  const floor = lowest(model, [shown, today], metric);
  const traces = [...draw(model, shown, metric), ...asOfToday(model, today, metric), ...marks(model, shown, metric, floor)];
  const range = rangeOf(model, [shown, today], metric, floor);
  return {
    name,
    traces: traces.map((trace) => ({ xaxis: "x", yaxis: name, ...trace })),
    axis: { domain: domain(index, model.metrics.length), range: range ?? [0, 1], type: model.isLogarithmic ? "log" : "linear", fixedrange: true, nticks: 5, rangemode: "normal", separatethousands: true, exponentformat: "none", showticklabels: range !== null, ...(model.isLogarithmic ? { dtick: 1, tickformat: "," } : {}) },
    annotations: [title(model, metric, name), ...ending(model, metric, name)],
    shapes: endLine(model, metric, name),
  };
}

function domain(index, number) {
  const height = (1 - GAP * (number - 1)) / number;
  const top = 1 - index * (height + GAP);
  return [Math.max(0, top - height), top];
}

function bars(model, shown, metric) {
  const known = shown.filter((period) => period.counts[metric].value !== null);
  const fill = colour(METRICS.indexOf(metric));
  const drawn = KINDS.map(({ name, is, pattern }) => ({ name, pattern, periods: known.filter((period) => is(period, metric)) }));
  return [
    ...drawn.map(({ name, pattern, periods }) => ({
      type: "bar",
      name: name === "Final" ? capital(measure(model)) : name,
      x: periods.map(({ first }) => first),
      y: periods.map((period) => period.counts[metric].value),
      width: periods.map(({ length }) => length * DAY_MS),
      offset: -DAY_MS / 2,
      marker: { color: fill, opacity: 0.6, pattern: { shape: pattern, fgcolor: variable("--ink"), bgcolor: fill, size: 6, solidity: 0.35 }, line: { color: variable("--paper"), width: model.period === "day" ? 0 : 1 } },
      customdata: periods.map((period) => pointed(period, metric, model)),
      hovertemplate: "%{customdata}<extra></extra>",
    })),
    ...(model.period === "day" ? [mean(shown, metric, model)] : []),
  ];
}

function mean(shown, metric, model) {
  return {
    type: "scatter",
    mode: "lines",
    name: "Trailing 7-day mean",
    x: shown.map(({ first }) => first),
    y: shown.map((period) => period.counts[metric].mean),
    line: { color: variable("--ink"), width: 2.5 },
    hoverinfo: "skip", // the day's bar says it
    connectgaps: false,
  };
}

function lines(model, shown, metric) {
  const stroke = colour(METRICS.indexOf(metric));
  const open = shown.map((period) => (KINDS.find(({ is }) => is(period, metric)) ?? KINDS[0]).symbol);
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: capital(measure(model)),
      x: shown.map(({ last }) => last),
      y: shown.map((period) => period.counts[metric].value),
      line: { color: stroke, width: 2.5 },
      marker: { color: stroke, symbol: open, size: open.map((symbol) => (symbol === "circle" ? (model.period === "day" ? 1 : 6) : 10)) },
      customdata: shown.map((period) => pointed(period, metric, model)),
      hovertemplate: "%{customdata}<extra></extra>",
      connectgaps: false,
      cliponaxis: false,
    },
    ...KINDS.slice(1).filter(({ is }) => shown.some((period) => period.counts[metric].value !== null && is(period, metric))).map(({ name, symbol }) => ({ type: "scatter", mode: "markers", name, x: [null], y: [null], marker: { color: stroke, symbol, size: 10 } })),
  ];
}

// What is known today, beside a past state of knowledge.
function asOfToday(model, today, metric) {
  if (!model.isPast) return [];
  const value = ({ counts }) => (model.isCumulative || model.period !== "day" ? counts[metric].value : counts[metric].mean);
  return [{ type: "scatter", mode: "lines", name: "The same as known today", x: today.map(({ last }) => last), y: today.map(value), line: { color: variable("--ink"), width: 2, dash: "dot" }, hoverinfo: "skip", connectgaps: false }];
}

function marks(model, shown, metric, floor) {
  return FINDINGS.map(({ kind, name, symbol }) => {
    const marked = shown.filter(({ findings }) => findings.some((one) => one.kind === kind && one.metric === metric));
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: marked.map((period) => (model.isCumulative ? period.last : middle(period))),
      y: marked.map((period) => (model.isLogarithmic ? Math.max(floor, period.counts[metric].value) : period.counts[metric].value)),
      cliponaxis: false,
      marker: { symbol, size: 12, color: variable("--error"), line: { color: variable("--paper"), width: 1 } },
      customdata: marked.map((period) => pointed(period, metric, model)),
      hovertemplate: "%{customdata}<extra></extra>",
    };
  });
}

// Of the days from half a day before a period's first to half a day after its last.
const middle = ({ first, length }) => new Date(Date.parse(first) + ((length - 1) / 2) * DAY_MS).toISOString();

const valuesOf = (groups, metric) => groups.flat().flatMap(({ counts }) => [counts[metric].value, counts[metric].mean]).filter((value) => value !== null);

// Where a logarithmic axis begins: it has no place for nothing or less.
const lowest = (model, groups, metric) => (model.isLogarithmic ? Math.min(...valuesOf(groups, metric).filter((value) => value > 0), Infinity) : 0);

// Of the window's values, so that nothing but the window moves it; null where there are none.
function rangeOf(model, groups, metric, floor) {
  const values = valuesOf(groups, metric);
  const top = Math.max(...values, 0);
  if (model.isLogarithmic) return top > 0 ? [Math.floor(Math.log10(floor)), Math.log10(top) + 0.1] : null;
  const bottom = Math.min(...values, 0);
  return top === bottom ? null : [bottom * 1.1, top * 1.08];
}

const title = (model, metric, axis) => ({ text: `<b>${NAMES[metric]}</b>, ${measure(model)}${model.isLogarithmic ? ", log" : ""}`, xref: "paper", x: 0, xanchor: "left", yref: `${axis} domain`, y: 1, yanchor: "bottom", showarrow: false });

function ending(model, metric, axis) {
  const last = model.ends[metric];
  if (last === null || last >= model.range.until) return [];
  const x = last < model.range.since ? model.range.since : last;
  const isOnTheRight = between(model.range.since, x) > between(x, model.range.until);
  const place = isOnTheRight ? { xanchor: "right", xshift: -6 } : { xanchor: "left", xshift: 6 };
  return [{ text: `not reported<br>since ${last}`, x, ...place, yref: `${axis} domain`, y: 1, yanchor: "top", showarrow: false, bgcolor: variable("--paper"), font: { color: variable("--warning") } }];
}

function endLine(model, metric, axis) {
  const last = model.ends[metric];
  if (last === null || last < model.range.since || last >= model.range.until) return [];
  return [{ type: "line", x0: last, x1: last, yref: `${axis} domain`, y0: 0, y1: 1, line: { color: variable("--warning"), width: 1.5, dash: "dash" } }];
}

// The same thing is in the legend once, whichever count it belongs to; empty ones are not.
function named(traces) {
  const told = new Set();
  return traces
    .filter(({ x }) => x.length)
    .map((trace) => {
      const showlegend = !told.has(trace.name);
      told.add(trace.name);
      return { ...trace, showlegend };
    });
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
