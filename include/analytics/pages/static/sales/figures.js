// Revenue, orders, units and price of each currency, against the range of days before where a range is chosen.
import { change, money, number, price } from "../core/format.js";
import { Cards } from "../trade/cards.js";
import { rangeBefore } from "../trade/view.js";
import { question } from "./question.js";

export const figures = new Cards("cards", {
  asks: (view) => {
    const before = rangeBefore(view);
    return [question(view), ...(before ? [question(view, before)] : [])];
  },
  cards: ([rows, before], view) =>
    rows.map((row) => ({
      name: row.currency,
      label: `Revenue, ${row.currency}`,
      value: money(row.revenue),
      note: `${number(row.orders)} orders, ${number(row.units)} units at ${price(row.average_price)}. ${against(row, before, view)}`,
    })),
});

function against(row, before, view) {
  if (!before) return "";
  const { since, until } = rangeBefore(view);
  const then = before.find((one) => one.currency === row.currency);
  if (!then || !Number(then.revenue)) return `Nothing from ${since} to ${until}.`;
  return `${change(Number(row.revenue) / Number(then.revenue) - 1)} against ${since} to ${until} (${money(then.revenue)}).`;
}
