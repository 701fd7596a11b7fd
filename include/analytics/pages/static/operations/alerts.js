// What people were told, and whether it is over.
import { number } from "../core/format.js";
import { away, badge, card, stacked, when } from "./marks.js";
import { Steady } from "./steady.js";

const KINDS = { info: "plain", warning: "warning", error: "error" };

export const alerts = new Steady("alerts", {
  ask: (view) => ["operations/alerts", { only: view.told }],
  columns: [
    { title: "When", cell: (row) => when(row.happened_at) },
    { title: "What", cell: (row) => stacked(badge(KINDS[row.severity], row.event.replace("_", " ")), row.title, row.summary) },
    { title: "What to do", cell: (row) => stacked(row.next_step, row.runbook_url && away(row.runbook_url, "Runbook ↗")) },
    { title: "Incident", cell: incident },
    { title: "Told by", cell: told },
    { title: "In Airflow", cell: (row) => away(row.run_url, "Run ↗") },
  ],
  empty: (view) => ({ open: "✓ No incident is open.", unsent: "✓ Everything was sent." })[view.told] ?? "✓ There was nothing to tell yet.",
  shown: ({ open_incidents: open }) => {
    if (open) card("alerts", "error", `${number(open)} open`, "see the alerts");
    else card("alerts", "good", "None open");
  },
});

function incident(row) {
  if (row.incident === null) return "–";
  return row.incident === "open" ? badge("error", "open") : badge("good", "recovered");
}

function told(row) {
  const waiting = row.unsent.length && badge("warning", `waits: ${row.unsent.join(", ")}`);
  return stacked(row.sent.join(", ") || (waiting ? "" : "nobody listens"), waiting, row.unsent_because);
}
