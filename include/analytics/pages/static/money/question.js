// What the questions of this page ask with. A purchase's supplier is a payment's firm.

export function payments(view, more = {}) {
  const { since, until, currency, counterparty_id, counterparty_country, today } = view;
  return ["payments", { since, until, currency, counterparty_id, counterparty_country, today, as_of: view.moment, ...more }];
}

export function purchases(view, more = {}) {
  const { since, until, currency, counterparty_id, counterparty_country, date } = view;
  return ["purchases", { since, until, currency, supplier_id: counterparty_id, supplier_country: counterparty_country, date, as_of: view.moment, ...more }];
}
