// The business by currency: then, now, and what lies between.
import { money, number } from "../core/format.js";
import { Panel } from "../core/panel.js";
import { table } from "../core/table.js";
import { difference } from "./exact.js";

const MEASURES = [
  ["orders", "Sales orders", "number"],
  ["units", "Units sold", "number"],
  ["revenue", "Revenue", "money"],
  ["purchases", "Purchase orders", "number"],
  ["items", "Items bought", "number"],
  ["spend", "Spend", "money"],
  ["payments_paid", "Payments, paid", "number"],
  ["payments_unpaid", "Payments, unpaid", "number"],
  ["received", "Received", "money"],
  ["to_receive", "Still to be received", "money"],
  ["paid_out", "Paid out", "money"],
  ["to_pay", "Still to be paid", "money"],
];
const SHOWN = { number, money };

export function businessPanel(id) {
  const panel = new Panel(id, {
    ask: (view) => ["business", { as_of: view.as_of ? `${view.as_of}Z` : undefined }],
    columns: [
      { title: "Known", key: "known" },
      { title: "Currency", key: "currency" },
      ...MEASURES.map(([key, title, kind]) => ({ key, title, kind })),
    ],
    empty: "Nothing was loaded yet: wait for the first run.",
    shown: ({ rows }) => currencies.replaceChildren(...byCurrency(rows)),
  });
  const currencies = Object.assign(document.createElement("div"), { className: "currencies" });
  panel.part(".message").after(currencies);
  return panel;
}

function byCurrency(rows) {
  const now = rows.filter((row) => row.known === "now");
  return now.map((row) => section(row, rows.find((one) => one.known === "then" && one.currency === row.currency)));
}

function section(now, then) {
  const element = document.createElement("section");
  element.dataset.currency = now.currency;
  const title = Object.assign(document.createElement("h3"), { textContent: now.currency });
  const measures = MEASURES.map(([key, text, kind]) => ({ key, text, kind, now: now[key], then: then?.[key] }));
  const region = Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0 });
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", `${now.currency}: then and now`);
  region.append(table(`The business in ${now.currency}`, then ? COMPARED : ALONE, measures));
  element.append(title, region);
  return element;
}

const shown = (name) => (row) => SHOWN[row.kind](row[name]);
const ALONE = [{ title: "", cell: (row) => row.text }, { title: "Now", cell: shown("now") }].map(aligned);
const COMPARED = [
  { title: "", cell: (row) => row.text },
  { title: "Then", cell: shown("then") },
  { title: "Now", cell: shown("now") },
  { title: "Since then", cell: since },
].map(aligned);

function aligned(column) {
  return column.title ? { ...column, kind: "number" } : { ...column, title: "Measure" };
}

function since(row) {
  const between = difference(String(row.now), String(row.then));
  if (/^0(\.0*)?$/.test(between)) return "=";
  const text = between.startsWith("-") ? `▼ −${SHOWN[row.kind](between.slice(1))}` : `▲ +${SHOWN[row.kind](between)}`;
  return Object.assign(document.createElement("strong"), { textContent: text });
}
