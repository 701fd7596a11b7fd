// A panel that is asked again every few seconds: what did not change is left as it is, with its focus and its scrolling.
import { Panel } from "../core/panel.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

export class Steady extends Panel {
  async show(answer, view, csv) {
    const drawn = JSON.stringify([answer, view, dark.matches]);
    if (drawn === this.drawn) return;
    await super.show(answer, view, csv);
    this.drawn = drawn;
  }

  say(state, text) {
    this.drawn = null;
    super.say(state, text);
  }
}
