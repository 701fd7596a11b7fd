// The slider over the loads: each stop is the moment of one, the last is now. The field beside it takes any moment.
import { ask } from "../core/api.js";
import { instant } from "../core/format.js";

export class Moments {
  constructor(form) {
    this.slider = document.getElementById("moment");
    this.field = form.elements.as_of;
    this.stops = [];
    this.slider.addEventListener("input", () => this.take(Number(this.slider.value)));
    document.getElementById("earlier").addEventListener("click", () => this.step(-1));
    document.getElementById("later").addEventListener("click", () => this.step(1));
    document.getElementById("now").addEventListener("click", () => this.step(Infinity));
  }

  async ask() {
    const { first, rows } = await ask("business/moments");
    this.first = first;
    this.stops = stops(rows);
    this.slider.max = this.stops.length;
    this.slider.disabled = this.stops.length === 0;
    if (first) this.field.min = first.slice(0, 19);
    const reach = first
      ? `Any moment since the first load, ${instant(first)}, can be asked for. What the shop did before that is in what that load found.`
      : "Nothing was loaded yet.";
    document.getElementById("reach").textContent = reach;
  }

  step(by) {
    const chosen = Math.min(Math.max(Number(this.slider.value) + by, 0), this.stops.length);
    this.slider.value = chosen;
    this.slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  take(chosen) {
    this.field.value = this.stops[chosen]?.second ?? "";
    this.say(this.field.value);
  }

  // The slider goes where the field, or the address, is.
  follow(moment) {
    const passed = this.stops.filter((stop) => stop.second <= full(moment ?? "")).length;
    this.slider.value = moment ? Math.max(passed - 1, 0) : this.stops.length;
    this.say(moment);
  }

  say(moment) {
    const text = moment ? this.past(full(moment)) : "Now: what the latest load found.";
    document.getElementById("stop").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
  }

  past(second) {
    if (this.first && second < this.first.slice(0, 19)) return `${instant(second)} is before the first load: nothing was known then.`;
    const stop = this.stops.findLast((one) => one.second <= second);
    return `As known at ${instant(second)}${stop ? `. The load before: ${stop.said}.` : ""}`;
  }
}

// Loads of one second are one stop, just after them: the field knows seconds.
function stops(rows) {
  const found = new Map();
  for (const row of rows) {
    const second = after(row.at);
    const said = `${row.table}: ${row.rows_new} new, ${row.rows_revised} revised, ${row.rows_deleted} deleted`;
    found.set(second, found.has(second) ? `${found.get(second)}; ${said}` : said);
  }
  return [...found].map(([second, said]) => ({ second, said }));
}

function after(at) {
  const whole = Date.parse(`${at.slice(0, 19)}Z`);
  return new Date(whole + (/\.\d*[1-9]/.test(at) ? 1000 : 0)).toISOString().slice(0, 19);
}

// Browsers leave out seconds that are zero.
const full = (moment) => (moment.length === 16 ? `${moment}:00` : moment);
