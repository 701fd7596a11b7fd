// What rows are grouped by, in words; two people, firms or designs of one name are told apart by their numbers.

export const GROUPS = {
  design: "Design (by name)",
  design_id: "Design (each)",
  counterparty: "Customer",
  counterparty_country: "Customer's country",
  delivery_country: "Delivery country",
  staff: "Staff",
  department: "Department",
  office: "Office",
  supplier: "Supplier",
  supplier_country: "Supplier's country",
  item: "Item",
};
const NAMES = { design_id: "design" };
const IDS = { design_id: "design_id", staff: "staff_id", counterparty: "counterparty_id", supplier: "supplier_id" };

// (row) => its group's name, for the rows of one answer.
export function namer(rows, by) {
  const name = NAMES[by] ?? by;
  const id = IDS[by];
  if (!id) return (row) => row[name] ?? "–";
  const ids = new Map();
  for (const row of rows) ids.set(row[name], (ids.get(row[name]) ?? new Set()).add(row[id]));
  return (row) => (ids.get(row[name]).size > 1 ? `${row[name]} (no. ${row[id]})` : row[name]);
}

export function groupColumns(by, title = GROUPS[by]) {
  if (!by) return [];
  const column = { key: NAMES[by] ?? by, title };
  return IDS[by] ? [column, { key: IDS[by], title: "No.", kind: "number" }] : [column];
}

export const currencyColumn = { key: "currency", title: "Currency" };
