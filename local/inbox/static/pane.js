// The reading pane: one mail or one message, in tabs.
import { element, instant, withLinks } from "./elements.js";

const pane = document.getElementById("pane");
const hint = [...pane.childNodes];
let asked = 0;

export function clear() {
  asked += 1;
  pane.replaceChildren(...hint);
}

// `place` is mails/<id> or messages/<id>.
export async function show(place) {
  const mine = (asked += 1);
  let found;
  try {
    const answer = await fetch(`/api/${place}`, { cache: "no-cache" });
    if (!answer.ok) throw new Error(await answer.text());
    found = await answer.json();
  } catch (error) {
    if (mine === asked) pane.replaceChildren(element("p", { class: "hint" }, `It cannot be shown: ${error.message}`));
    return;
  }
  if (mine !== asked) return; // another one was opened meanwhile
  const tabs = place.startsWith("mails/") ? ofMail(place, found) : ofMessage(found);
  pane.replaceChildren(head(place, found), ...tabbed(tabs));
  pane.scrollTop = 0;
  pane.focus({ preventScroll: true });
}

function head(place, found) {
  const file = found.kind === "mail" ? `${place}.eml` : `${place}.json`;
  return element("header", {}, [
    element("a", { href: "#", class: "back" }, "← All"),
    element("h2", {}, found.subject || "(no subject)"),
    element("p", { class: "to" }, [
      `from ${found.sender || "nobody"} to ${found.to || "nobody"}, `,
      element("time", { datetime: found.at }, instant(found.at)),
    ]),
    element("a", { href: `/${file}`, download: "", class: "raw" }, found.kind === "mail" ? "Raw .eml" : "Raw .json"),
  ]);
}

function ofMail(place, found) {
  const parts = [];
  if (found.html) {
    const frame = { src: `/${place}.html`, title: "The mail", sandbox: "allow-popups allow-popups-to-escape-sandbox" };
    parts.push(["HTML", () => element("iframe", frame)]);
  }
  parts.push(["Text", () => reading(found.text || "(This mail has no plain text part.)")]);
  parts.push(["Headers", () => pairs(found.headers)]);
  return parts;
}

function ofMessage(found) {
  const parts = [["E-mail", () => reading(found.text)]];
  if (found.json !== null) parts.push(["JSON", () => reading(JSON.stringify(found.json, null, 2))]);
  const named = Object.entries(found.attributes).map(([name, { Type, Value }]) => [name, `${Value}  (${Type})`]);
  parts.push(["Attributes", () => (named.length ? pairs(named) : reading("(None.)"))]);
  parts.push(["Envelope", () => reading(JSON.stringify(found.envelope, null, 2))]);
  return parts;
}

function reading(text) {
  return element("pre", { tabindex: "0" }, withLinks(text));
}

function pairs(list) {
  const rows = list.map(([name, value]) => element("tr", {}, [element("th", { scope: "row" }, name), element("td", {}, value)]));
  return element("div", { class: "scroll", tabindex: "0" }, [element("table", {}, [element("tbody", {}, rows)])]);
}

// A row of tabs as WAI-ARIA describes them (one tab stop; left and right choose), and the panel that they change.
function tabbed(parts) {
  const panel = element("div", { role: "tabpanel", id: "panel" });
  const tabs = parts.map(([name]) => element("button", { role: "tab", type: "button", "aria-controls": "panel" }, name));
  const choose = (index) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
    });
    panel.setAttribute("aria-label", parts[index][0]);
    panel.replaceChildren(parts[index][1]());
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(index));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = (index + by + tabs.length) % tabs.length;
      choose(next);
      tabs[next].focus();
    });
  });
  choose(0);
  return [element("div", { role: "tablist", "aria-label": "Ways to read it" }, tabs), panel];
}
