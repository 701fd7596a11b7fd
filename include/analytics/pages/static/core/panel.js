// A panel of a page: it asks, and shows rows as chart, table and CSV; waiting, emptiness and errors are states of their own.
import { address, ask } from "./api.js";
import { draw } from "./chart.js";
import { table } from "./table.js";

export class Panel {
  // ask: (view) => [path, params]; columns: of the table, or (view) => columns;
  // chart: (rows, view, answer) => ({ traces, layout, summary }), or null for a panel without one;
  // empty: what is said when there are no rows, or (view) => that; shown: called with (answer, view) after each drawing.
  constructor(id, { ask: question, columns, chart = null, empty = "Nothing matches. Widen the filters.", shown = () => {} }) {
    this.element = document.getElementById(id);
    Object.assign(this, { question, columns, chart, empty, shown });
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
    this.part(".scroll").replaceChildren(table(title, columns, answer.rows));
    if (answer.rows.length === 0) this.say("empty", typeof this.empty === "function" ? this.empty(view) : this.empty);
    else this.say("ready", "");
    if (this.chart && answer.rows.length) {
      const { traces, layout, summary } = this.chart(answer.rows, view, answer);
      await draw(this.part(".chart"), traces, layout, summary);
    }
    this.shown(answer, view);
  }

  say(state, text) {
    this.element.dataset.state = state;
    this.part(".message").textContent = text;
  }
}
