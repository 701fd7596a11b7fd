// Numbers, money, days and instants as text. Money comes as a decimal string: it is never made a binary fraction.

const whole = new Intl.NumberFormat("en-GB");

export const number = (value) => (value === null || value === undefined ? "–" : whole.format(value));

// "1234567.8" -> "1,234,567.80": by its digits, so that the cents shown are those of the warehouse.
export function money(text, digits = 2) {
  if (text === null || text === undefined) return "–";
  const [, sign, units, cents = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(String(text)) ?? [];
  if (units === undefined) return String(text);
  const shown = cents.length > digits ? cents.replace(/0+$/, "").padEnd(digits, "0") : cents.padEnd(digits, "0");
  return `${sign ? "−" : ""}${units.replace(/\B(?=(\d{3})+$)/g, ",")}${shown ? `.${shown}` : ""}`;
}

export function instant(text) {
  return text ? `${text.slice(0, 10)} ${text.slice(11, 19)} UTC` : "–";
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86400)} days`;
}

// A price of one, to four decimals.
export const price = (text) => money(text, 4);

// A part of a whole (0.25 -> "25.0 %"), and a change with its sign ("+4.2 %").
export const share = (value) => (value === null || value === undefined ? "–" : `${(100 * Number(value)).toFixed(1)} %`);

export function change(value) {
  if (value === null || value === undefined) return "–";
  return `${value < 0 ? "−" : "+"}${share(Math.abs(value))}`;
}

export const SHOW = { text: (value) => value ?? "–", number, money, price, instant, day: (value) => value ?? "–", duration, share, change };
