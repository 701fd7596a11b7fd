// What stands in the cells of tables: badges that say by icon and word what their colour says, links, lists.

const ICONS = { good: "✓", warning: "⚠", error: "✕", plain: "·" };

export function badge(kind, text) {
  const element = document.createElement("span");
  element.className = `badge ${kind}`;
  element.textContent = `${ICONS[kind]} ${text}`;
  return element;
}

// A link to another program, which may show this page in a frame of its own.
export function away(url, text) {
  if (!url) return "–";
  const element = document.createElement("a");
  Object.assign(element, { href: url, textContent: text, target: "_blank", rel: "noopener" });
  return element;
}

// An instant in two lines, for narrow columns.
export function when(text) {
  const element = stacked(text.slice(0, 10), `${text.slice(11, 19)} UTC`);
  element.className = "when";
  return element;
}

export function code(text) {
  const element = document.createElement("code");
  element.textContent = text;
  return element;
}

export function stacked(...lines) {
  const element = document.createElement("div");
  for (const line of lines.filter(Boolean)) {
    const part = document.createElement("div");
    part.append(line);
    element.append(part);
  }
  return element;
}

export function card(id, kind, value, change = "") {
  const element = document.getElementById(`card-${id}`);
  element.dataset.state = kind;
  element.querySelector(".value").textContent = `${ICONS[kind]} ${value}`;
  element.querySelector(".change").textContent = change;
}
