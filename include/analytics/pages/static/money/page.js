import { fill } from "../core/choices.js";
import { start } from "../core/page.js";
import { say } from "../core/said.js";
import { fold, momentOf, presets } from "../trade/view.js";
import { figures } from "./figures.js";
import { ageing, cash, net, overdue, spend, spendOverTime, unpaid } from "./panels.js";

const form = document.getElementById("filters");
const said = document.getElementById("said");

function adapt(view) {
  say(form, said);
  return { ...view, moment: momentOf(view) };
}

presets(form);
start({ form, panels: [figures, unpaid, ageing, overdue, cash, net, spend, spendOverTime], adapt, prepare: () => fill(form) }).then(() => fold(form));
