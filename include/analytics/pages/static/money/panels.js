import { money } from "../core/format.js";
import { Panel } from "../core/panel.js";
import { greatest } from "../trade/greatest.js";
import { currencyColumn, groupColumns } from "../trade/groups.js";
import { overTime } from "../trade/over_time.js";
import { isUnfinished, periodColumn, unfinishedNote, withChange } from "../trade/periods.js";
import { dayOf } from "../trade/view.js";
import { byKind, byPeriod, soFar } from "./in_and_out.js";
import { payments, purchases } from "./question.js";

const STATUSES = ["overdue", "due"];
const AGES = ["1-30", "31-60", "61-90", "91-180", "over 180"];
const COUNT = { key: "payments", title: "Payments", kind: "number" };
const FLOWS = [
  { key: "cash_in", title: "Cash in", kind: "money" },
  { key: "cash_out", title: "Cash out", kind: "money" },
  { key: "net", title: "Net", kind: "money" },
];
const SPEND = { key: "spend", title: "Spend", kind: "money" };
const BOUGHT = [
  { key: "orders", title: "Orders", kind: "number" },
  { key: "quantity", title: "Quantity", kind: "number" },
  SPEND,
  { key: "average_price", title: "Average price", kind: "price" },
];
const marked = (rows, view) => rows.map((row) => ({ ...row, unfinished: isUnfinished(row.period, view.period, dayOf(view)) }));
const cashOf = (view) => payments(view, { period: view.period, ...(view.cash === "paid" ? { status: "paid" } : {}) });

export const unpaid = new Panel("unpaid", {
  ask: (view) => payments(view, { by: "status" }),
  columns: [currencyColumn, { key: "status", title: "Status" }, COUNT, ...FLOWS],
  chart: (rows) => byKind(rows, "status", STATUSES),
});

export const ageing = new Panel("ageing", {
  ask: (view) => payments(view, { by: "age", status: "overdue" }),
  columns: [currencyColumn, { key: "age", title: "Days overdue" }, COUNT, ...FLOWS],
  chart: (rows) => byKind(rows, "age", AGES),
  empty: "Nothing is overdue.",
});

export const overdue = new Panel("overdue", {
  ask: (view) => payments(view, { by: "counterparty", status: "overdue", order: "cash_in", top: 1000 }),
  columns: [currencyColumn, ...groupColumns("counterparty", "Firm"), COUNT, ...FLOWS],
  chart: (rows) => greatest(rows, "counterparty", FLOWS.slice(0, 2).map((flow) => ({ ...flow, show: money }))),
  empty: "Nothing is overdue.",
});

export const cash = new Panel("cash", {
  ask: cashOf,
  rows: marked,
  note: (rows, view) => unfinishedNote(rows, view.period, "pale"),
  columns: (view) => [currencyColumn, periodColumn(view.period), COUNT, ...FLOWS],
  chart: (rows, view) => byPeriod(rows, view.period, dayOf(view)),
});

export const net = new Panel("net", {
  ask: cashOf,
  rows: marked,
  note: (rows, view) => unfinishedNote(rows, view.period, "hollow"),
  columns: (view) => [currencyColumn, periodColumn(view.period), FLOWS[2], { key: "net_to_date", title: "Net so far", kind: "money" }],
  chart: (rows, view) => soFar(rows, view.period, dayOf(view)),
});

export const spend = new Panel("spend", {
  ask: (view) => purchases(view, { by: view.by, top: 1000 }),
  columns: (view) => [currencyColumn, ...groupColumns(view.by), ...BOUGHT, { key: "share", title: "Share of spend", kind: "share" }],
  chart: (rows, view) => greatest(rows, view.by, [{ ...SPEND, show: money }]),
});

export const spendOverTime = new Panel("spend-over-time", {
  ask: (view) => purchases(view, { period: view.period }),
  rows: (rows, view) => withChange(rows, "spend", undefined, view.period, dayOf(view)),
  note: (rows, view) => unfinishedNote(rows, view.period, "hatched"),
  columns: (view) => [currencyColumn, periodColumn(view.period), ...BOUGHT, { key: "change", title: "Spend, change", kind: "change" }],
  chart: (rows, view) => overTime(rows, { measure: "spend", period: view.period, show: money, title: `Spend by ${view.period}`, today: dayOf(view) }),
});
