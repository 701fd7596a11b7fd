// Periods as the API cuts them: each is known by its first day.

const DAY_MS = 86_400_000;
const MONTHS = { month: 1, quarter: 3, year: 12 };
const DAYS = { day: 1, week: 7 };

const day = (date) => date.toISOString().slice(0, 10);

// The first day of the period `count` later (or earlier).
export function moved(first, period, count = 1) {
  const date = new Date(`${first}T00:00:00Z`);
  if (period in DAYS) return day(new Date(date.getTime() + count * DAYS[period] * DAY_MS));
  date.setUTCMonth(date.getUTCMonth() + count * MONTHS[period]);
  return day(date);
}

// Whether a period ends after the day that is looked from: more may come.
export const isUnfinished = (first, period, today) => moved(first, period) > today;

export function named(first, period) {
  const [year, month] = first.split("-");
  if (period === "year") return year;
  if (period === "quarter") return `${year} Q${Math.ceil(month / 3)}`;
  if (period === "month") return `${year}-${month}`;
  return period === "week" ? `${first} (week)` : first;
}

// Each row with `change`: its measure against the period before, in its currency and group; none for an unfinished one.
export function withChange(rows, measure, group, period, today) {
  const key = (row, first) => [row.currency, row[group], first].join("\n");
  const found = new Map(rows.map((row) => [key(row, row.period), row]));
  return rows.map((row) => {
    const before = Number(found.get(key(row, moved(row.period, period, -1)))?.[measure]);
    const unfinished = isUnfinished(row.period, period, today);
    return { ...row, unfinished, change: before && !unfinished ? Number(row[measure]) / before - 1 : null };
  });
}

// What is said above a chart whose last periods are not over.
export function unfinishedNote(rows, period, how) {
  const open = [...new Set(rows.filter((row) => row.unfinished).map((row) => row.period))].sort();
  if (!open.length) return "";
  const [first, last] = [open[0], open.at(-1)].map((one) => named(one, period));
  return `${first === last ? `${first} is` : `${first} to ${last} are`} not over yet (${how}).`;
}

// How Plotly places a bar or point on the whole of its period.
export const placed = (period) => ({
  xperiod: period in DAYS ? DAYS[period] * DAY_MS : `M${MONTHS[period]}`,
  xperiod0: "2018-01-01", // a Monday, and the first day of a year
  xperiodalignment: "middle",
});

export const periodColumn = (period) => ({
  key: "period",
  title: "Period",
  cell: (row) => named(row.period, period) + (row.unfinished ? " – unfinished" : ""),
});
