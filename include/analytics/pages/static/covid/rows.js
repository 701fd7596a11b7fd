// What is shown, as rows: of the table, and of the CSV.
import { inWindow } from "./model.js";
import { NAMES, measure, remarks } from "./words.js";

const hasMean = ({ isCumulative, period }) => period === "day" && !isCumulative;

// One row a period, in order: first, last, <metric>, <metric>_mean_7d, note.
export function rowsOf(model) {
  return inWindow(model.all, model.range).map((period) => ({
    first: period.first,
    last: period.last,
    ...Object.fromEntries(model.metrics.flatMap((metric) => [
      [metric, period.counts[metric].value],
      ...(hasMean(model) ? [[`${metric}_mean_7d`, period.counts[metric].mean]] : []),
    ])),
    note: remarks(period, model.metrics).join("; "),
  }));
}

export function columnsOf(model) {
  const counts = model.metrics.flatMap((metric) => [
    { key: metric, title: `${NAMES[metric]}, ${measure(model)}`, kind: "number" },
    ...(hasMean(model) ? [{ key: `${metric}_mean_7d`, title: `${NAMES[metric]}, trailing 7-day mean`, kind: "number" }] : []),
  ]);
  const days = model.period === "day" ? [{ key: "first", title: "Day" }] : [{ key: "first", title: "From" }, { key: "last", title: "To" }];
  return [...days, ...counts, { key: "note", title: "Note" }];
}

export function csvOf(names, rows) {
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
