// Rows as a table. A column is { key, title, kind } with a kind of format.js, or { title, cell: (row) => text or element }.
import { SHOW } from "./format.js";

const RIGHT = new Set(["number", "money", "duration"]);
const LIMIT = 1000;

export function table(caption, columns, rows) {
  const element = document.createElement("table");
  element.createCaption().textContent = caption;
  element.caption.className = "visually-hidden";
  const head = element.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column.title;
    if (RIGHT.has(column.kind)) cell.className = "number";
    head.append(cell);
  }
  const body = element.createTBody();
  for (const row of rows.slice(0, LIMIT)) body.append(line(columns, row));
  if (rows.length > LIMIT) {
    const cell = body.insertRow().insertCell();
    cell.colSpan = columns.length;
    cell.textContent = `… and ${rows.length - LIMIT} more rows: they are in the CSV.`;
  }
  return element;
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
