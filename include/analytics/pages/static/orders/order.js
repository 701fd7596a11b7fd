// One order: its versions and its payments', as they were seen, with what changed from each to the next.
import { draw, lineStyle } from "../core/chart.js";
import { instant, money } from "../core/format.js";
import { Panel } from "../core/panel.js";
import { timeline } from "./timeline.js";

const named = (value, name) => (value === null ? "" : name === null ? String(value) : `${value} (${name})`);

export const NONE = "none";

export class OrderPanel extends Panel {
  constructor(id) {
    super(id, {
      ask: (view) => [`orders/${view.kind}/${view.id}`, {}],
      columns: [
        { title: "Seen at", key: "seen_at", kind: "instant" },
        { title: "Of", cell: (row) => `${row.subject} ${row.id}` },
        { title: "Version", key: "number", kind: "number" },
        { title: "What happened", key: "event" },
        { title: "Column", cell: (row) => row.column ?? "" },
        { title: "Before", cell: (row) => named(row.old, row.old_name) },
        { title: "After", cell: (row) => named(row.new, row.new_name) },
      ],
      shown: (answer, view) => this.tell(answer, view),
    });
    this.told = document.createElement("div");
    this.part(".message").after(this.told);
    this.values = this.part(".chart");
    this.values.id = "value";
  }

  refresh(view) {
    if (view.id && view.id !== NONE) return super.refresh(view);
    this.asking?.abort();
    this.element.removeAttribute("aria-busy");
    // The list chooses one once it is there; what is shown stays until then.
    if (view.id === NONE || this.element.dataset.state === "loading") this.say("empty", "Choose an order, by its number or in the list.");
    return undefined;
  }

  say(state, text) {
    super.say(state, text);
    if (state !== "ready") {
      this.told.replaceChildren();
      this.values.hidden = true;
    }
  }

  async tell(answer, view) {
    this.part("h2").textContent = `The versions of ${answer.kind} order ${answer.id}`;
    this.told.replaceChildren(standing(answer), timeline(answer, view.as_of));
    const values = answer.versions.map((version) => version.value);
    this.values.hidden = new Set(values).size < 2;
    if (!this.values.hidden) await this.drawValues(answer);
  }

  async drawValues({ versions, currency }) {
    const x = versions.map((version) => version.seen_at);
    const y = versions.map((version) => Number(version.value));
    const style = lineStyle(0);
    const text = versions.map((version) => `Version ${version.number}, ${version.event}: ${currency ?? ""} ${money(version.value)}`);
    await draw(
      this.values,
      [{ type: "scatter", mode: "lines+markers", x, y, text, hovertemplate: "%{text}<extra></extra>", ...style, line: { ...style.line, shape: "hv" } }],
      { yaxis: { title: { text: `Value, ${currency ?? "unknown currency"}` } } },
      `The order's value by version, from ${money(versions[0].value)} to ${money(versions.at(-1).value)}.`,
    );
  }
}

function standing({ versions, payments, transactions, is_deleted: isDeleted, currency }) {
  const element = document.createElement("p");
  element.className = "standing";
  const badge = document.createElement("span");
  badge.className = `badge ${isDeleted ? "error" : "good"}`;
  badge.textContent = isDeleted ? "✕ deleted" : "✓ stands";
  const latest = versions.at(-1);
  const paid = transactions.map((one) => `transaction ${one.transaction_id}${one.is_deleted ? " (deleted)" : ""}`);
  element.append(
    badge,
    ` ${currency ?? ""} ${money(latest.value)} · ${latest.names.counterparty_id ?? "unknown firm"} · ${plural(versions.length, "version")} since ${instant(versions[0].seen_at)}`,
    ` · ${paid.length ? `paid by ${paid.join(", ")}` : "no transaction"} · ${plural(payments.length, "payment")}`,
  );
  return element;
}

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
