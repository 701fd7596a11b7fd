// Versions one below the other, the latest first; what changed is marked by sign and stroke besides its colour.
import { instant } from "../core/format.js";

const EVENTS = {
  "first seen": ["○ First seen", ""],
  revised: ["✎ Revised", "warning"],
  deleted: ["✕ Deleted", "error"],
  "came back": ["↩ Came back", "good"],
};

// moment: what was seen after it is marked; undefined: now.
export function timeline(answer, moment) {
  const told = [
    ...answer.versions.map((version) => ({ version, of: `order ${answer.id}` })),
    ...answer.payments.flatMap(({ payment_id: id, versions }) => versions.map((version) => ({ version, of: `payment ${id}` }))),
  ];
  told.sort((one, other) => other.version.seen_at.localeCompare(one.version.seen_at));
  const list = element("ol", { className: "timeline" });
  list.setAttribute("aria-label", "Versions, the latest first");
  for (const { version, of } of told) list.append(item(version, of, moment));
  const region = scrolling(list, "Versions");
  region.className = "past";
  return region;
}

function item(version, of, moment) {
  const line = element("li");
  line.dataset.event = version.event;
  line.dataset.version = `${of} ${version.number}`;
  line.append(heading(version, of));
  if (moment && Date.parse(version.seen_at) > Date.parse(`${moment}Z`)) {
    line.dataset.known = "later";
    line.querySelector("h3").append(element("span", { className: "badge", textContent: "not known at the moment chosen below" }));
  }
  if (version.event === "revised" && !version.is_stamped) {
    line.append(element("p", { textContent: "The shop's own stamp (last_updated) did not move: a silent edit." }));
  }
  if (version.changes.length) line.append(scrolling(changes(version), `What changed in version ${version.number} of ${of}`));
  else if (version.event === "deleted") line.append(element("p", { textContent: "The shop no longer has it; its last values stay below." }));
  line.append(everything(version, of));
  return line;
}

function heading(version, of) {
  const [text, mark] = EVENTS[version.event];
  const badge = element("span", { className: `badge ${mark}`, textContent: text });
  const time = element("time", { dateTime: version.seen_at, textContent: instant(version.seen_at) });
  return element("h3", {}, badge, ` Version ${version.number} of ${of}`, time);
}

function changes(version) {
  const body = element("tbody");
  for (const change of version.changes) {
    const row = element("tr", {}, element("th", { scope: "row", textContent: change.column }));
    row.append(element("td", {}, element("del", { textContent: value(change.old, change.old_name) })));
    row.append(element("td", {}, element("ins", { textContent: value(change.new, change.new_name) })));
    body.append(row);
  }
  return outlined(table(["Column", "Before", "After"], body));
}

function everything(version, of) {
  const body = element("tbody");
  for (const [column, held] of Object.entries(version.row)) {
    const row = element("tr", {}, element("th", { scope: "row", textContent: column }));
    row.append(element("td", { textContent: value(held, version.names[column] ?? null) }));
    body.append(row);
  }
  const details = element("details", {}, element("summary", { textContent: "All columns" }));
  details.append(scrolling(table(["Column", "Value"], body), `All columns of version ${version.number} of ${of}`));
  return details;
}

function table(titles, body) {
  const head = element("tr", {}, ...titles.map((title) => element("th", { scope: "col", textContent: title })));
  return element("table", {}, element("thead", {}, head), body);
}

// On a phone its rows are laid out as blocks; it stays a table to whoever listens.
function outlined(diff) {
  diff.className = "diff";
  diff.setAttribute("role", "table");
  for (const group of [diff.tHead, ...diff.tBodies]) group.setAttribute("role", "rowgroup");
  for (const row of diff.rows) row.setAttribute("role", "row");
  for (const cell of diff.querySelectorAll("th")) cell.setAttribute("role", cell.scope === "col" ? "columnheader" : "rowheader");
  for (const cell of diff.querySelectorAll("td")) cell.setAttribute("role", "cell");
  return diff;
}

function scrolling(content, label) {
  const region = element("div", { className: "scroll", tabIndex: 0 }, content);
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", label);
  return region;
}

function value(held, name) {
  if (held === null) return "NULL";
  return name === null || name === undefined ? String(held) : `${held} (${name})`;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
