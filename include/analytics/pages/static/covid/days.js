// Days and instants as text: "2020-12-13", "2026-11-20T19:45:00.123456Z".

export const DAY_MS = 86_400_000;

export const later = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

export const between = (first, last) => Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS);

// Microseconds since 1970, for the warehouse's instants are finer than a Date; NaN if it is none.
export function micros(instant) {
  const [, seconds, fraction = "", zone] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(instant) ?? [];
  return Date.parse(`${seconds}${zone}`) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

// The first day of the day's period, and of the one after.
export function periodOf(day, period) {
  if (period === "week") {
    const monday = later(day, -((new Date(day).getUTCDay() + 6) % 7));
    return [monday, later(monday, 7)];
  }
  if (period === "month") {
    const first = `${day.slice(0, 8)}01`;
    return [first, `${later(first, 31).slice(0, 8)}01`];
  }
  return [day, later(day, 1)];
}
