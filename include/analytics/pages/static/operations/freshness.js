// How far each table is behind its source: now, against its limit, and hour by hour.
import { barStyle, colour, variable } from "../core/chart.js";
import { duration, instant } from "../core/format.js";
import { badge, card } from "./marks.js";
import { Steady } from "./steady.js";

const KINDS = { fresh: "good", late: "warning", "never loaded": "error", "not known": "plain" };
const ICONS = { fresh: "", late: "⚠ ", "never loaded": "✕ " };
const MINUTE = 60;
const status = { title: "Status", cell: (row) => badge(KINDS[row.status], row.status) };

export const freshness = new Steady("freshness", {
  ask: () => ["operations/freshness", {}],
  columns: [
    { key: "table", title: "Table" },
    status,
    { key: "behind_s", title: "Behind", kind: "duration" },
    { key: "limit_s", title: "Allowed", kind: "duration" },
    { key: "stands_at", title: "Holds every change up to", kind: "instant" },
    { key: "loaded_at", title: "Last load", kind: "instant" },
  ],
  chart: (rows) => ({
    traces: [bars(rows, "fresh", 0), bars(rows, "late", 1), limits(rows)],
    layout: {
      barmode: "overlay",
      margin: { l: 20, r: 24, t: 8, b: 40 },
      height: height(rows.length),
      legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: "Minutes behind" }, rangemode: "tozero" },
      yaxis: { autorange: "reversed", dtick: 1, tickfont: { size: 12 }, rangemode: "normal" },
    },
    summary: sentence(rows),
  }),
  shown: ({ rows }) => {
    const wrong = rows.filter((row) => row.status !== "fresh");
    if (wrong.length) card("freshness", "warning", `${wrong.length} of ${rows.length} late`, wrong.map((row) => row.table).join(", "));
    else card("freshness", "good", "All fresh", sentence(rows));
  },
});

const height = (tables) => 110 + 24 * tables;
const label = (row) => `${ICONS[row.status]}${row.table}`;

function bars(rows, of, style) {
  const shown = (row) => (row.status === of ? row.behind_s / MINUTE : null);
  return {
    type: "bar",
    orientation: "h",
    name: of,
    y: rows.map(label),
    x: rows.map(shown),
    text: rows.map((row) => (row.status === of ? duration(row.behind_s) : "")),
    textposition: "auto",
    hovertemplate: "%{y}: %{text} behind<extra></extra>",
    ...barStyle(style),
  };
}

function limits(rows) {
  return {
    type: "scatter",
    mode: "markers",
    name: "allowed",
    y: rows.map(label),
    x: rows.map((row) => row.limit_s / MINUTE),
    hovertemplate: "%{y}: %{x} min allowed<extra></extra>",
    marker: { symbol: "line-ns-open", size: 18, color: variable("--ink"), line: { width: 3, color: variable("--ink") } },
  };
}

function sentence(rows) {
  const loaded = rows.filter((row) => row.behind_s !== null);
  if (!loaded.length) return "Nothing was loaded yet.";
  const slowest = loaded.reduce((a, b) => (b.behind_s / b.limit_s > a.behind_s / a.limit_s ? b : a));
  return `The furthest is ${slowest.table}: ${duration(slowest.behind_s)} behind, ${duration(slowest.limit_s)} allowed.`;
}

export const history = new Steady("history", {
  ask: (view) => ["operations/freshness/history", { hours: view.hours }],
  columns: [
    { key: "table", title: "Table" },
    { key: "hour", title: "Hour from", kind: "instant" },
    { key: "worst_behind_s", title: "Behind at worst", kind: "duration" },
    { key: "limit_s", title: "Allowed", kind: "duration" },
    status,
  ],
  chart: (rows) => {
    const tables = [...new Set(rows.map((row) => row.table))];
    const hours = [...new Set(rows.map((row) => row.hour))];
    const lines = tables.map((table) => rows.filter((row) => row.table === table));
    const has = roomFor(hours.length);
    return {
      traces: [has ? null : crosses(rows), {
        type: "heatmap",
        x: hours.map((hour) => hour.slice(0, 19)),
        y: tables,
        // 0 to 1 of the scale is what is allowed, the rest is late: another colour, and a mark.
        z: lines.map((line) => line.map((row) => (row.worst_behind_s === null ? null : Math.min(2, row.worst_behind_s / row.limit_s)))),
        text: lines.map((line) => line.map(minutes)),
        customdata: lines.map((line) => line.map(told)),
        texttemplate: has ? "%{text}" : "",
        hovertemplate: "%{customdata}<extra></extra>",
        hoverongaps: false,
        zmin: 0,
        zmax: 2,
        colorscale: [[0, variable("--shade")], [0.4999, colour(0)], [0.5, variable("--error-back")], [1, variable("--error-back")]],
        showscale: false,
        xgap: 1,
        ygap: 2,
      }].filter(Boolean).reverse(),
      layout: {
        height: height(tables.length),
        margin: { l: 20, r: 16, t: 8, b: 40 },
        xaxis: { type: "date", showgrid: false, nticks: 8, tickangle: 0, title: { text: "Hour (UTC)" } },
        yaxis: { autorange: "reversed", dtick: 1, showgrid: false, rangemode: "normal", tickfont: { size: 12 } },
      },
      summary: late(rows),
    };
  },
});

// Whether the numbers of so many hours can be read; else what is late is crossed.
const roomFor = (hours) => document.querySelector("#history .chart").clientWidth / (hours + 4) > 30;

function crosses(rows) {
  const found = rows.filter((row) => row.status === "late");
  return {
    type: "scatter",
    mode: "markers",
    x: found.map((row) => row.hour.slice(0, 19)),
    y: found.map((row) => row.table),
    hoverinfo: "skip",
    showlegend: false,
    marker: { symbol: "x-thin-open", size: 7, color: variable("--error"), line: { width: 2, color: variable("--error") } },
  };
}

const minutes = (row) => (row.worst_behind_s === null ? "" : `${Math.round(row.worst_behind_s / MINUTE)}${row.status === "late" ? "!" : ""}`);

const told = (row) =>
  row.worst_behind_s === null
    ? `${row.table}, ${instant(row.hour)}: nothing is known`
    : `${row.table}, hour from ${instant(row.hour)}: ${duration(row.worst_behind_s)} behind at worst, ${duration(row.limit_s)} allowed`;

function late(rows) {
  const found = rows.filter((row) => row.status === "late");
  if (!found.length) return "No table was later than allowed in any hour.";
  return `Later than allowed: ${[...new Set(found.map((row) => row.table))].join(", ")}, in ${new Set(found.map((row) => row.hour)).size} hours.`;
}
