// What every question of this page asks with: the filters that are on.

const FILTERS = ["date", "since", "until", "currency", "design", "counterparty_id", "counterparty_country", "delivery_country", "staff_id", "department", "office"];

export function question(view, more = {}) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, view[name]]));
  return ["sales", { ...filters, as_of: view.moment, ...more }];
}
