// The COVID-19 page. It has every version of every day, and makes of them whatever is asked: by itself, so that it
// works the same over the API and as a file that stands alone.
import { Problem, fetched } from "../core/api.js";
import { instant, number } from "../core/format.js";
import { follow as followWarehouse } from "../core/live.js";
import { start } from "../core/page.js";
import { Panel } from "../core/panel.js";
import { Brush } from "./brush.js";
import { cardElement, cardsOf } from "./cards.js";
import { chartOf } from "./charts.js";
import { between, later } from "./days.js";
import { change } from "./findings.js";
import { modelOf } from "./model.js";
import { columnsOf, csvOf, rowsOf } from "./rows.js";
import { dated, known, measured, moments } from "./series.js";
import { NAMES, signed, what } from "./words.js";

const RETRY_MS = 15_000;
const PUBLIC_EVERY_MS = 600_000;
const REVISIONS_SHOWN = 200;

const form = document.getElementById("filters");
const { source } = document.getElementById("covid").dataset;
const isPublic = document.getElementById("state") === null;
const field = (name) => form.elements[name];

let extract = null;
let problem = null;

async function load() {
  try {
    const answer = await fetched(source);
    if (answer.version !== extract?.version) extract = { ...answer, versions: dated(answer.rows) };
    problem = null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problem = error;
  }
}

function follow(loaded) {
  if (isPublic) setInterval(loaded, PUBLIC_EVERY_MS);
  else followWarehouse(loaded);
  setInterval(() => problem && loaded(), RETRY_MS);
}

const days = new Panel("days", {
  columns: () => columnsOf(days.model),
  chart: (_rows, _view, { model }) => chartOf(model),
  empty: "Nothing to show: choose cases, deaths or recovered, and a period with days in it.",
});

const standingOut = new Panel("standing-out", {
  columns: [
    { key: "date", title: "Day" },
    { key: "what", title: "What" },
    { title: "New on that day", cell: ({ added }) => signed(added) },
  ],
  empty: "No correction and no backlog in this period.",
});

const revisions = new Panel("revisions", {
  columns: [
    { key: "seen_at", title: "Learnt", kind: "instant" },
    { key: "date", title: "Day" },
    ...Object.entries(NAMES).map(([key, name]) => ({ key, title: name })),
  ],
  empty: "No day of this period was told differently later on.",
});

const panels = [days, standingOut, revisions];
for (const panel of [standingOut, revisions]) panel.part(".rows").open = true; // they have no chart

function refresh(view) {
  document.getElementById("problem").hidden = !problem || !extract;
  if (!extract) return panels.forEach((panel) => panel.say("error", problem?.message ?? "The days could not be read."));
  if (extract.versions.length === 0) return panels.forEach((panel) => panel.say("empty", "No day was loaded yet."));
  return show(modelOf(view, extract.versions, extract.population));
}

let showing = 0;

async function show(model) {
  const turn = ++showing;
  for (const { element } of panels) element.setAttribute("aria-busy", "true");
  showKnowledge(model);
  showWindow(model);
  document.getElementById("cards").replaceChildren(...cardsOf(model.days, model.ends).map(cardElement));
  document.getElementById("link").href = location.href;
  await Promise.all([showDays(model), showStandingOut(model), showRevisions(model)]);
  if (turn === showing) for (const { element } of panels) element.removeAttribute("aria-busy");
}

async function showDays(model) {
  const rows = model.metrics.length ? rowsOf(model) : [];
  days.model = model;
  const csv = csvOf(columnsOf(model).map(({ key }) => key), rows);
  await days.show({ rows: rows.toReversed(), model }, null, file(days, model, csv));
  if (!connected) connect(days.part(".chart"));
}

async function showStandingOut(model) {
  const found = model.all.flatMap(({ findings }) => findings).filter(({ date, metric }) => isShown(date, model) && model.metrics.includes(metric));
  const rows = found.map((one) => ({ date: one.date, what: what(one), added: one.added })).toReversed();
  await standingOut.show({ rows }, null, file(standingOut, model, csvOf(["date", "what", "added"], rows)));
}

async function showRevisions(model) {
  const found = model.revisions.filter(({ date }) => isShown(date, model));
  const rows = found.map((revision) => ({
    seen_at: revision.seen_at,
    date: revision.date,
    ...Object.fromEntries(Object.keys(NAMES).map((metric) => [metric, change(revision, metric, number)])),
  }));
  const csv = csvOf(["seen_at", "date", ...Object.keys(NAMES)], rows);
  await revisions.show({ rows: rows.slice(0, REVISIONS_SHOWN) }, null, file(revisions, model, csv));
  document.getElementById("revisions-count").textContent = `${number(rows.length)} in this period${rows.length > REVISIONS_SHOWN ? `, the last ${REVISIONS_SHOWN} in the table, all in the CSV` : ""}.`;
}

const isShown = (date, { range }) => date >= range.since && date <= range.until;

// The address of a file of that text; the panel's last one is let go.
function file(panel, { period, range }, text) {
  URL.revokeObjectURL(panel.file);
  panel.part(".csv").download = `covid-us-${panel.element.id}-${period}-${range.since}-${range.until}.csv`;
  panel.file = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  return panel.file;
}

function showKnowledge({ moments: learnt, index, isPast, days: now, bounds }) {
  const slider = document.getElementById("moment");
  slider.max = learnt.length - 1;
  slider.value = index;
  slider.disabled = learnt.length < 2;
  const text = `${instant(learnt[index])}${isPast ? "" : ", the latest"}`;
  slider.setAttribute("aria-valuetext", text);
  document.getElementById("moment-text").textContent = text;
  document.getElementById("past").hidden = !isPast;
  document.getElementById("updated").textContent = `Last updated ${instant(learnt.at(-1))}; days until ${bounds.last}.`;
  document.getElementById("cards-title").textContent = now.length ? `On ${now.at(-1).date}, provisional${isPast ? ", as it was known then" : ""}` : "No day was known then";
}

function showWindow({ bounds, range }) {
  for (const name of ["since", "until"]) [field(name).min, field(name).max] = [bounds.first, bounds.last];
  brush.show(bounds, range, curve());
}

// The newest trailing mean of cases of every day there is: what the brush is drawn over.
function curve() {
  if (!extract.curve) {
    const found = new Map(measured(known(extract.versions)).map(({ date, week }) => [date, week.cases]));
    const [first, last] = [extract.versions[0].date, extract.versions.at(-1).date];
    extract.curve = Array.from({ length: between(first, last) + 1 }, (_, index) => found.get(later(first, index)) ?? null);
  }
  return extract.curve;
}

function choose(since, until) {
  field("window").value = "chosen";
  [field("since").value, field("until").value] = [since, until];
}

const brush = new Brush(document.getElementById("brush"), choose);

document.getElementById("moment").addEventListener("input", ({ target }) => {
  field("as_of").value = target.value === target.max ? "" : moments(extract.versions)[target.value];
});

document.getElementById("latest").addEventListener("click", () => {
  field("as_of").value = "";
  changed();
});

for (const name of ["since", "until"]) field(name).addEventListener("input", () => (field("window").value = "chosen"));

for (const preset of field("window")) {
  preset.addEventListener("input", () => {
    if (preset.value !== "chosen") [field("since").value, field("until").value] = ["", ""];
  });
}

const changed = () => form.dispatchEvent(new Event("input"));

let connected = false;

// A part of the chart that is drawn over with the pointer becomes the window; a double click shows all.
function connect(chart) {
  if (!chart.on) return;
  connected = true;
  chart.on("plotly_relayout", (event) => {
    const [from, to] = [event["xaxis.range[0]"], event["xaxis.range[1]"]];
    if (from && to) choose(later(from.slice(0, 10), 1), to.slice(0, 10));
    else if (event["xaxis.autorange"]) field("window").value = "all";
    else return;
    changed();
  });
}

start({ form, panels: [{ refresh }], prepare: load, follow });
