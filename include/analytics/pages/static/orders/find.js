// The list of orders that one can choose from.
import { money } from "../core/format.js";
import { Panel } from "../core/panel.js";

export function findPanel(id, found) {
  const panel = new Panel(id, {
    ask: (view) => ["orders", { kind: view.kind, counterparty: view.counterparty }],
    columns: (view) => [
      { title: "Order", cell: (row) => link(row, view) },
      { title: "Versions", key: "versions", kind: "number" },
      { title: "State", cell: (row) => (row.is_deleted ? "✕ deleted" : "stands") },
      { title: "Firm", key: "counterparty" },
      { title: "Value", cell: (row) => `${row.currency} ${money(row.value)}`, kind: "money" },
      { title: "Latest seen", key: "seen_at", kind: "instant" },
    ],
    empty: "No order of a firm with that in its name.",
    shown: (answer, view) => found(answer.rows[0]?.id, view),
  });
  panel.part(".rows").open = true;
  return panel;
}

function link(row, view) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...view, id: row.id })) query.append(name, value);
  const element = document.createElement("a");
  element.href = `?${query}`;
  element.textContent = row.id;
  element.dataset.order = row.id;
  if (String(row.id) === String(view.id)) element.setAttribute("aria-current", "true");
  element.addEventListener("click", choose);
  return element;
}

// Without loading the page again; "back" goes back.
function choose(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, "", event.currentTarget.getAttribute("href"));
  dispatchEvent(new PopStateEvent("popstate"));
  document.getElementById("order").scrollIntoView({ block: "nearest" });
}
