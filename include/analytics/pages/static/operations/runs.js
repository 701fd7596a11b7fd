// Runs: how they ended, how long they took, how many rows they brought, by table on demand.
import { barStyle, colour, lineStyle } from "../core/chart.js";
import { duration, number } from "../core/format.js";
import { away, badge, card, stacked } from "./marks.js";
import { Steady } from "./steady.js";

const KINDS = [["rows_new", "new"], ["rows_revised", "revised"], ["rows_deleted", "deleted"], ["rows_quarantined", "set aside"]];
const opened = new Set(); // the runs whose loads are shown, kept when the table is drawn anew

export const runs = new Steady("runs", {
  ask: (view) => ["operations/runs", { only: view.only, limit: view.limit }],
  columns: [
    { key: "ended_at", title: "Ended", kind: "instant" },
    { title: "Outcome", cell: outcome },
    { key: "run_type", title: "Kind" },
    { key: "duration_s", title: "Took", kind: "duration" },
    ...KINDS.map(([key, title]) => ({ key, title: title[0].toUpperCase() + title.slice(1), kind: "number" })),
    { title: "Tables", cell: tables },
    { title: "In Airflow", cell: (row) => away(row.run_url, "Run ↗") },
  ],
  empty: (view) => ({ failed: "✓ No run failed.", changed: "No run changed anything." })[view.only] ?? "No run was noted yet: wait for the first one.",
  chart: (rows) => ({
    traces: [...KINDS.map(([key, name], index) => rowBars(rows, key, name, index)), took(rows, "success"), took(rows, "failed")],
    layout: {
      barmode: "stack",
      height: 380,
      yaxis: { domain: [0, 0.46], title: { text: "Rows" } },
      yaxis2: { domain: [0.54, 1], title: { text: "Seconds" }, rangemode: "tozero" },
      xaxis: { type: "date", nticks: 6, tickangle: 0, title: { text: "Ended (UTC)" } },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", traceorder: "normal" },
    },
    summary: sentence(rows),
  }),
  shown: ({ rows }, view) => {
    const [last] = rows;
    if (!view.only && last) card("runs", last.outcome === "failed" ? "error" : "good", last.outcome, lastly(last));
  },
});

const at = (row) => row.ended_at.slice(0, 19);

function rowBars(rows, key, name, index) {
  return { type: "bar", name, x: rows.map(at), y: rows.map((row) => row[key]), hovertemplate: `%{x}: %{y} ${name}<extra></extra>`, ...barStyle(index) };
}

function took(rows, of) {
  const found = rows.filter((row) => row.outcome === of);
  const { marker } = lineStyle(of === "failed" ? 5 : 0); // a cross, or a dot
  return {
    type: "scatter",
    mode: "markers",
    name: of,
    yaxis: "y2",
    x: found.map(at),
    y: found.map((row) => row.duration_s),
    hovertemplate: `%{x}: ${of} after %{y:.1f} s<extra></extra>`,
    marker: { ...marker, color: of === "failed" ? colour(4) : colour(6), size: of === "failed" ? 10 : 6 },
  };
}

function sentence(rows) {
  const failed = rows.filter((row) => row.outcome === "failed").length;
  const slowest = Math.max(...rows.map((row) => row.duration_s));
  return `${rows.length} ${rows.length === 1 ? "run" : "runs"}, ${failed} failed; the longest took ${duration(slowest)}.`;
}

function lastly(run) {
  const changed = KINDS.filter(([key]) => run[key]).map(([key, name]) => `${number(run[key])} ${name}`);
  return `${run.ended_at.slice(11, 16)} UTC, ${duration(run.duration_s)}: ${changed.join(", ") || "no changes"}`;
}

function outcome(row) {
  if (row.outcome === "success") return badge("good", "success");
  return stacked(badge("error", "failed"), row.tasks_failed.join(", "));
}

function tables(row) {
  const counts = [["loaded", row.tables_loaded], ["unchanged", row.tables_unchanged], ["failed", row.tables_failed]];
  const text = counts.filter(([, count]) => count).map(([name, count]) => `${count} ${name}`).join(", ");
  if (!row.loads.length) return text;
  const details = document.createElement("details");
  details.open = opened.has(row.run_id);
  details.addEventListener("toggle", () => opened[details.open ? "add" : "delete"](row.run_id));
  const summary = document.createElement("summary");
  summary.textContent = text || "loads";
  details.append(summary, stacked(...row.loads.map(load)));
  return details;
}

function load(one) {
  const changed = KINDS.filter(([key]) => one[key]).map(([key, name]) => `${number(one[key])} ${name}`);
  return `${one.table} (${one.mode}): ${changed.join(", ") || "nothing new"}, in ${duration(one.seconds)}`;
}
