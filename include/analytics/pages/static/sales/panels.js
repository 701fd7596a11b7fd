import { money, number, price } from "../core/format.js";
import { Panel } from "../core/panel.js";
import { greatest } from "../trade/greatest.js";
import { currencyColumn, groupColumns } from "../trade/groups.js";
import { overTime } from "../trade/over_time.js";
import { periodColumn, unfinishedNote, withChange } from "../trade/periods.js";
import { dayOf } from "../trade/view.js";
import { question } from "./question.js";

const EVERY = 1000;
const MEASURES = { revenue: ["Revenue", money], units: ["Units", number], orders: ["Orders", number] };
const ORDERS = { key: "orders", title: "Orders", kind: "number" };
const UNITS = { key: "units", title: "Units", kind: "number" };
const REVENUE = { key: "revenue", title: "Revenue", kind: "money" };
const PRICE = { key: "average_price", title: "Average price", kind: "price" };
const SHARE = { key: "share", title: "Share of revenue", kind: "share" };

const series = (measure) => ({ key: measure, title: MEASURES[measure][0], show: MEASURES[measure][1] });

export const overTimePanel = new Panel("over-time", {
  ask: (view) => question(view, { period: view.period, by: view.by, order: view.measure, ...(view.by ? { top: 6 } : {}) }),
  rows: (rows, view) => withChange(rows, view.measure, groupColumns(view.by).at(-1)?.key, view.period, dayOf(view)),
  note: (rows, view) => unfinishedNote(rows, view.period, view.by ? "hollow" : "hatched"),
  columns: (view) => [
    currencyColumn,
    periodColumn(view.period),
    ...groupColumns(view.by),
    ORDERS,
    UNITS,
    REVENUE,
    PRICE,
    { key: "change", title: `${MEASURES[view.measure][0]}, change`, kind: "change" },
  ],
  chart: (rows, view) => {
    const [title, show] = MEASURES[view.measure];
    return overTime(rows, { measure: view.measure, by: view.by, period: view.period, show, title: `${title} by ${view.period}`, today: dayOf(view) });
  },
});

export const groups = new Panel("groups", {
  ask: (view) => question(view, { by: view.by, order: view.measure, top: EVERY }),
  columns: (view) => [currencyColumn, ...groupColumns(view.by), ORDERS, UNITS, REVENUE, PRICE, SHARE],
  chart: (rows, view) => greatest(rows, view.by, [series(view.measure)]),
});

export const customers = new Panel("customers", {
  ask: (view) => question(view, { by: "counterparty", order: "revenue", top: 10 }),
  columns: [currencyColumn, ...groupColumns("counterparty"), ORDERS, UNITS, REVENUE, SHARE],
  chart: (rows) => greatest(rows, "counterparty", [series("revenue")]),
});

export const prices = new Panel("prices", {
  ask: (view) => question(view, { by: "design", order: "revenue", top: EVERY }),
  columns: [currencyColumn, ...groupColumns("design"), PRICE, ORDERS, UNITS, REVENUE],
  chart: (rows) => greatest(rows, "design", [{ key: "average_price", title: "Average price", show: price }], { points: true }),
});

export const employees = new Panel("employees", {
  ask: (view) => question(view, { by: view.per, per_employee: true, order: "revenue", top: EVERY }),
  columns: (view) => [
    currencyColumn,
    ...groupColumns(view.per),
    { key: "employees", title: "People", kind: "number" },
    { key: "revenue_per_employee", title: "Revenue per employee", kind: "money" },
    REVENUE,
  ],
  chart: (rows, view) => greatest(rows, view.per, [{ key: "revenue_per_employee", title: "Revenue per employee", show: money }]),
});
