import { barStyle } from "../core/chart.js";
import { money } from "../core/format.js";
import { start } from "../core/page.js";
import { Panel } from "../core/panel.js";

const revenue = new Panel("revenue", {
  ask: (view) => ["sales", { period: view.period, currency: view.currency, since: view.since, until: view.until }],
  columns: [
    { key: "period", title: "Period", kind: "day" },
    { key: "currency", title: "Currency" },
    { key: "orders", title: "Orders", kind: "number" },
    { key: "units", title: "Units", kind: "number" },
    { key: "revenue", title: "Revenue", kind: "money" },
  ],
  chart: (rows, view) => ({
    traces: [{ type: "bar", x: rows.map((row) => row.period), y: rows.map((row) => Number(row.revenue)), ...barStyle(0) }],
    layout: { yaxis: { title: { text: `Revenue, ${view.currency}` } } },
    summary: `Revenue in ${view.currency} by ${view.period}; the last is ${money(rows.at(-1).revenue)}.`,
  }),
});

start({ form: document.getElementById("filters"), panels: [revenue] });
