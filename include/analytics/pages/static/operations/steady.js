// A panel that is asked again every few seconds: what did not change is left as it is, with its focus and its scrolling.
import { Panel } from "../core/panel.js";

export class Steady extends Panel {
  async show(answer, view, csv) {
    const shown = JSON.stringify([answer, view]);
    if (shown === this.shownLast) return;
    await super.show(answer, view, csv);
    this.shownLast = shown;
  }

  say(state, text) {
    this.shownLast = null; // after an error, even the same answer is shown anew
    super.say(state, text);
  }
}
