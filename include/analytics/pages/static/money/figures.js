// What is owed to us and what we owe in each currency, and how much of it is overdue.
import { money, number } from "../core/format.js";
import { Cards } from "../trade/cards.js";
import { payments } from "./question.js";

const SIDES = { in: ["Overdue, owed to us", "to come in"], out: ["Overdue, owed by us", "to go out"] };

export const figures = new Cards("cards", {
  asks: (view) => [payments(view, { by: ["direction", "status"] })],
  cards: ([rows]) => [...new Set(rows.map((row) => row.currency))].flatMap((currency) => Object.keys(SIDES).map((side) => owed(rows, currency, side))),
});

function owed(rows, currency, side) {
  const [title, words] = SIDES[side];
  const of = (status) => rows.find((row) => row.currency === currency && row.direction === side && row.status === status);
  const amount = (status) => money(of(status)?.[`cash_${side}`] ?? "0");
  const count = (status) => number(of(status)?.payments ?? 0);
  return {
    name: `${currency}-${side}`,
    label: `${title}, ${currency}`,
    value: amount("overdue"),
    note: `${count("overdue")} payments. Due: ${amount("due")} ${words} (${count("due")}); paid: ${amount("paid")} (${count("paid")}).`,
  };
}
