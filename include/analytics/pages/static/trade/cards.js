// Key figures at the top of a page: a card each, with what it was before where that is known.
import { ask } from "../core/api.js";

export class Cards {
  // asks: (view) => [[path, params], …]; cards: (answers, view) => [{ label, value, note }].
  constructor(id, { asks, cards }) {
    this.element = document.getElementById(id);
    Object.assign(this, { asks, cards });
  }

  async refresh(view) {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.element.setAttribute("aria-busy", "true");
    try {
      const answers = await Promise.all(this.asks(view).map(([path, params]) => ask(path, params, { signal })));
      if (!signal.aborted) this.show(this.cards(answers.map((answer) => answer.rows), view));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.show([{ label: "Key figures", value: "–", note: error.message }], "error");
    }
    this.element.removeAttribute("aria-busy");
  }

  redraw() {} // text takes its colours from the style

  show(cards, state = cards.length ? "ready" : "empty") {
    this.element.dataset.state = state;
    this.element.replaceChildren(...(cards.length ? cards : [{ label: "Key figures", value: "–", note: "Nothing matches." }]).map(card));
  }
}

function card({ label, value, note, name = label }) {
  const element = Object.assign(document.createElement("li"), { className: "card" });
  element.dataset.card = name;
  for (const [kind, text] of [["label", label], ["value", value], ["change", note]]) {
    element.append(Object.assign(document.createElement("div"), { className: kind, textContent: text }));
  }
  return element;
}
