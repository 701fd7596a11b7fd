import { fill } from "../core/choices.js";
import { start } from "../core/page.js";
import { say } from "../core/said.js";
import { fold, momentOf, presets } from "../trade/view.js";
import { figures } from "./figures.js";
import { customers, employees, groups, overTimePanel, prices } from "./panels.js";

const form = document.getElementById("filters");
const said = document.getElementById("said");

function adapt(view) {
  say(form, said);
  groups.element.hidden = !view.by;
  return { ...view, moment: momentOf(view) };
}

presets(form);
start({ form, panels: [figures, overTimePanel, groups, customers, prices, employees], adapt, prepare: () => fill(form) }).then(() => fold(form));
