// Rows as a table. A column is { key, title, kind } with a kind of format.js, or { title, cell: (row) => text or element }.
// One with a key sorts the rows when its head is pressed; sorting: { key, descending }, kept by whoever shows the table anew.
import { SHOW } from "./format.js";

const RIGHT = new Set(["number", "money", "price", "duration", "share", "change"]);
const LIMIT = 1000;

export function table(caption, columns, rows, sorting = {}) {
  const element = document.createElement("table");
  element.createCaption().textContent = caption;
  element.caption.className = "visually-hidden";
  const head = element.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.append(column.key ? sorter(column, () => fill(element, columns, rows, sorting), sorting) : column.title);
    cell.dataset.key = column.key ?? "";
    if (RIGHT.has(column.kind)) cell.className = "number";
    head.append(cell);
  }
  element.createTBody();
  fill(element, columns, rows, sorting);
  return element;
}

function sorter(column, sorted, sorting) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "sorter", textContent: column.title });
  button.addEventListener("click", () => {
    const first = RIGHT.has(column.kind); // of numbers, the greatest are wanted first
    sorting.descending = sorting.key === column.key ? !sorting.descending : first;
    sorting.key = column.key;
    sorted();
  });
  return button;
}

function fill(element, columns, rows, sorting) {
  for (const cell of element.tHead.rows[0].cells) {
    if (cell.dataset.key && cell.dataset.key === sorting.key) cell.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  }
  const [body] = element.tBodies;
  body.replaceChildren();
  lines(body, columns, ordered(columns, rows, sorting));
}

function ordered(columns, rows, { key, descending }) {
  const column = columns.find((one) => one.key === key);
  if (!key || !column) return rows;
  const value = (row) => row[key] ?? null;
  const compare = RIGHT.has(column.kind) ? (a, b) => Number(a) - Number(b) : (a, b) => String(a).localeCompare(String(b));
  const known = rows.filter((row) => value(row) !== null).sort((a, b) => compare(value(a), value(b)) * (descending ? -1 : 1));
  return [...known, ...rows.filter((row) => value(row) === null)];
}

function lines(body, columns, rows) {
  for (const row of rows.slice(0, LIMIT)) body.append(line(columns, row));
  if (rows.length > LIMIT) {
    const cell = body.insertRow().insertCell();
    cell.colSpan = columns.length;
    cell.textContent = `… and ${rows.length - LIMIT} more rows: they are in the CSV.`;
  }
}

function line(columns, row) {
  const element = document.createElement("tr");
  for (const column of columns) {
    const cell = element.insertCell();
    cell.append(column.cell ? column.cell(row) : SHOW[column.kind ?? "text"](row[column.key]));
    if (RIGHT.has(column.kind)) cell.className = "number";
  }
  return element;
}
