// The brush: two sliders over a small curve of all days choose the first and the last day that are shown.
import { between, later } from "./days.js";

const WIDTH = 600;
const HEIGHT = 48;

export class Brush {
  // chosen: called with the first and the last day whenever somebody moves a slider.
  constructor(element, chosen) {
    this.element = element;
    this.text = element.querySelector("output");
    [this.first, this.last] = element.querySelectorAll("input[type=range]");
    for (const slider of [this.first, this.last]) {
      slider.addEventListener("input", () => {
        const [since, until] = [this.first, this.last].map((one) => Number(one.value)).sort((one, other) => one - other);
        chosen(later(this.bounds.first, since), later(this.bounds.first, until));
      });
    }
  }

  // bounds: the first and the last day there are; range: those shown; curve: a number or null for each day from bounds.first.
  show(bounds, range, curve) {
    this.bounds = bounds;
    const length = between(bounds.first, bounds.last);
    this.slide(this.first, length, range.since);
    this.slide(this.last, length, range.until);
    this.text.textContent = `${range.since} to ${range.until}`;
    this.draw(curve, between(bounds.first, range.since) / length, between(bounds.first, range.until) / length);
  }

  slide(slider, length, day) {
    slider.max = length;
    slider.value = between(this.bounds.first, day);
    slider.setAttribute("aria-valuetext", day);
  }

  draw(curve, from, to) {
    const greatest = Math.max(1, ...curve);
    const points = curve.map((value, index) => `${((index / Math.max(1, curve.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - (Math.max(0, value ?? 0) / greatest) * (HEIGHT - 4)).toFixed(1)}`);
    this.element.querySelector("polyline").setAttribute("points", points.join(" "));
    const window = this.element.querySelector("rect");
    window.setAttribute("x", (from * WIDTH).toFixed(1));
    window.setAttribute("width", Math.max(2, (to - from) * WIDTH).toFixed(1));
  }
}
