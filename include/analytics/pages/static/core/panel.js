// A panel of a page: it asks, and shows rows as chart, table and CSV; waiting, emptiness and errors are states of their own.
import { address, ask } from "./api.js";
import { draw } from "./chart.js";
import { table } from "./table.js";

export class Panel {
  // ask: (view) => [path, params]; columns: of the table, or (view) => columns; rows: what is shown of (rows, view);
  // chart: (rows, view, answer) => ({ traces, layout, summary }), or null for a panel without one;
  // note: (rows, view) => what is said above the chart;
  // empty: what is said when there are no rows, or (view) => that; shown: called with (answer, view) after each drawing.
  constructor(id, {
    ask: question, columns, rows = (found) => found, chart = null, note = () => "", shown = () => {},
    empty = "Nothing matches. Widen the filters.",
  }) {
    this.element = document.getElementById(id);
    Object.assign(this, { question, columns, rows, chart, note, empty, shown, sorting: {} });
    if (!chart) this.part(".chart").hidden = true;
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  async refresh(view) {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const [path, params] = this.question(view);
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await ask(path, params, { signal });
      if (!signal.aborted) await this.show(answer, view, address(path, { ...params, format: "csv" }));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.say("error", error.message);
    }
    if (!signal.aborted) this.element.removeAttribute("aria-busy");
  }

  async show(answer, view, csv) {
    this.part(".csv").href = csv;
    const columns = typeof this.columns === "function" ? this.columns(view) : this.columns;
    const title = this.part("h2").textContent;
    const rows = this.rows(answer.rows, view);
    this.part(".scroll").replaceChildren(table(title, columns, rows, this.sorting));
    if (rows.length === 0) this.say("empty", typeof this.empty === "function" ? this.empty(view) : this.empty);
    else this.say("ready", this.note(rows, view));
    this.drawn = this.chart && rows.length ? () => this.chart(rows, view, answer) : null;
    await this.redraw();
    this.shown(answer, view);
  }

  // The same rows again, in other colours or another width.
  async redraw() {
    if (!this.drawn) return;
    const { traces, layout, summary } = this.drawn();
    await draw(this.part(".chart"), traces, layout, summary);
  }

  say(state, text) {
    if (state !== "ready") this.drawn = null;
    this.element.dataset.state = state;
    this.part(".message").textContent = text;
  }
}
