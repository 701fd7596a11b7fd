// What is wrong with the data: rows set aside, and tables that are not what their source is.
import { number } from "../core/format.js";
import { badge, card, code, stacked, when } from "./marks.js";
import { Steady } from "./steady.js";

export const quarantine = new Steady("quarantine", {
  ask: (view) => ["operations/quarantine", { state: view.state }],
  columns: [
    { key: "table", title: "Table" },
    { key: "natural_key", title: "Key" },
    { title: "What it breaks", cell: (row) => stacked(row.rules, where(row)) },
    { title: "Found", cell: (row) => when(row.found_at) },
    { title: "State", cell: (row) => (row.resolved_at ? stacked(badge("good", "resolved"), when(row.resolved_at)) : badge("warning", "open")) },
  ],
  empty: (view) => (view.state === "open" ? "✓ Nothing is in quarantine: every row keeps what its table declares." : "✓ No row was ever set aside."),
  shown: ({ open_rows: open, runbook_url: runbook }) => {
    if (open) card("quarantine", "warning", `${number(open)} ${open === 1 ? "row" : "rows"}`, "to be corrected in the source");
    else card("quarantine", "good", "Empty", "every row keeps its contract");
    lead("quarantine", runbook);
  },
});

function where(row) {
  const element = code(row.object_key);
  element.title = "The whole row lies there, in the processed bucket.";
  return element;
}

const OUTCOMES = { equal: "good", different: "error", "moved on": "plain" };
const MEANING = { "moved on": "changes waited to be read" };

export const checks = new Steady("checks", {
  ask: () => ["operations/checks", {}],
  columns: [
    { key: "table", title: "Table" },
    { title: "Outcome", cell: (row) => stacked(badge(OUTCOMES[row.outcome] ?? "warning", row.outcome), meaning(row), slice(row), lastDay(row)) },
    { key: "source_rows", title: "Source", kind: "number" },
    { key: "warehouse_rows", title: "Warehouse", kind: "number" },
    { title: "Compared", cell: (row) => when(row.checked_at) },
  ],
  empty: "Nothing was compared yet: that is done every half hour.",
  shown: ({ rows }) => {
    const different = rows.filter((row) => row.outcome === "different");
    const impossible = rows.filter((row) => row.outcome.startsWith("impossible"));
    if (different.length) card("checks", "error", `${different.length} differ`, names(different));
    else if (impossible.length) card("checks", "warning", `${impossible.length} not compared`, names(impossible));
    else if (rows.length) card("checks", "good", "Equal", `${rows.length} tables compared`);
    else card("checks", "plain", "Not compared yet");
  },
});

const names = (rows) => rows.map((row) => row.table).join(", ");

function lastDay(row) {
  const often = row.checks === 1 ? "once" : `${row.checks} times`;
  return `${often} in the last day, ${row.differences ? `${row.differences} different` : "never different"}`;
}

function meaning(row) {
  if (row.outcome !== "different") return MEANING[row.outcome] ?? "";
  return row.source_rows === row.warehouse_rows ? "as many rows, other contents" : "";
}

/** Of a large table one slice of its keys is compared at a time. */
function slice(row) {
  if (row.after_key === null && row.upto_key === null) return "";
  const from = row.after_key === null ? "the first" : number(row.after_key + 1);
  return `keys ${from} to ${row.upto_key === null ? "the last" : number(row.upto_key)}`;
}

function lead(id, url) {
  const link = document.querySelector(`#${id} .runbook`);
  link.hidden = !url;
  if (url) link.href = url;
}
