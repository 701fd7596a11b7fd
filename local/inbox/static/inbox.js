// The list: asks for the time line every two seconds, shows it, and opens what the address's fragment names.
import { element, instant } from "./elements.js";
import { show, clear } from "./pane.js";

const POLL_MS = 2000;
const HIDDEN_POLL_MS = 15000;

const entries = document.getElementById("entries");
const state = document.getElementById("state");
let known = null; // ids at the last look; null before the first

function place(entry) {
  return `#${entry.kind}s/${entry.id}`;
}

function label(entry) {
  const word = (entry.event || "untold").replaceAll("_", " ");
  const tone = entry.event === "recovered" ? "good" : entry.severity || "none";
  return element("span", { class: `label ${tone}` }, entry.event ? word : "other");
}

function line(entry, isFresh) {
  const badges = [label(entry), element("span", { class: "kind" }, entry.kind === "mail" ? "mail" : "SNS")];
  if (entry.environment && entry.environment !== "production") {
    badges.push(element("span", { class: "kind" }, entry.environment));
  }
  const link = element("a", { href: place(entry), class: isFresh ? "fresh" : "" }, [
    element("span", { class: "badges" }, [...badges, element("time", { datetime: entry.at }, instant(entry.at))]),
    element("span", { class: "subject" }, entry.subject || "(no subject)"),
    element("span", { class: "to" }, `to ${entry.to || "nobody"}`),
  ]);
  return element("li", { "data-place": place(entry) }, [link]);
}

function list(timeline) {
  const shown = new Set([...entries.children].map((item) => item.dataset.place));
  const wanted = new Set(timeline.map(place));
  for (const item of [...entries.children]) {
    if (!wanted.has(item.dataset.place)) item.remove();
  }
  // both are newest first, so what is missing goes before the first one that is there and older
  let next = entries.firstElementChild;
  for (const entry of timeline) {
    if (shown.has(place(entry))) next = next.nextElementSibling;
    else entries.insertBefore(line(entry, known !== null), next);
  }
  document.getElementById("empty").hidden = timeline.length > 0;
}

function tell(timeline) {
  const fresh = known === null ? 0 : timeline.filter((entry) => !known.has(entry.id)).length;
  known = new Set(timeline.map((entry) => entry.id));
  const mails = timeline.filter((entry) => entry.kind === "mail").length;
  const counted = `${mails} mails, ${timeline.length - mails} messages`;
  const text = fresh ? `${counted}; ${fresh} just arrived` : counted;
  if (fresh || !state.textContent.startsWith(counted)) state.textContent = text;
  state.classList.remove("lost");
}

async function look() {
  try {
    const answer = await fetch("/api/timeline", { cache: "no-cache" });
    if (!answer.ok) throw new Error(answer.statusText);
    const timeline = await answer.json();
    list(timeline);
    tell(timeline);
    mark();
  } catch {
    state.textContent = "The inbox does not answer; is the stack running? (make status)";
    state.classList.add("lost");
  }
  setTimeout(look, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
}

function mark() {
  for (const link of entries.querySelectorAll("a")) {
    const isOpen = link.hash === location.hash;
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (isOpen) link.classList.remove("fresh");
  }
}

async function open() {
  const isOpen = /^#(mails|messages)\/[\w.-]+$/.test(location.hash);
  document.body.classList.toggle("reading", isOpen);
  mark();
  if (isOpen) await show(location.hash.slice(1));
  else clear();
}

function step(by) {
  const links = [...entries.querySelectorAll("a")];
  const at = Math.max(links.indexOf(document.activeElement), links.findIndex((link) => link.hash === location.hash));
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape" && location.hash.length > 1) {
    const was = location.hash;
    location.hash = "";
    [...entries.querySelectorAll("a")].find((link) => link.hash === was)?.focus();
  }
  if (event.target.closest("#pane")) return; // there the arrows scroll, or choose a tab
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  }
});
window.addEventListener("hashchange", open);

open();
look();
