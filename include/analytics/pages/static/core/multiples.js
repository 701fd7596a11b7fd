// Small multiples: a chart a currency, since amounts of two currencies share no axis.
import { axis } from "./chart.js";

const TITLE = 26;
const FOOT = 44;
const TOP = 30; // for Plotly's buttons
const LEGEND = 26; // a line of it
const NAMES = 0.15; // of the width, for what stands left of an axis
export const WIDE = "(min-width: 1000px)";

// rows: of one answer; traces: (rows of one currency) => Plotly's traces; height: (rows of one currency) => pixels;
// x and y: what all axes of a kind have; own: (rows of one currency) => { xaxis, yaxis } of that currency;
// beside: whether they may stand side by side where there is room, else one above the other on one time axis.
export function multiples(rows, { traces, height = () => 170, x = {}, y = {}, own = () => ({}), beside = false }) {
  const parts = [...new Set(rows.map((row) => row.currency))].map((currency) => rows.filter((row) => row.currency === currency));
  const places = beside && matchMedia(WIDE).matches ? columns(parts, height) : lines(parts, height);
  const layout = { annotations: [] };
  const drawn = [];
  parts.forEach((some, index) => {
    const number = index === 0 ? "" : index + 1;
    const { across, up } = places.domains[index];
    const { xaxis = {}, yaxis = {} } = own(some);
    layout[`xaxis${number}`] = { ...axis(), domain: across, anchor: `y${number}`, ...(index && !beside ? { matches: "x" } : {}), ...x, ...xaxis };
    layout[`yaxis${number}`] = { ...axis(), domain: up, anchor: `x${number}`, rangemode: "tozero", separatethousands: true, ...y, ...yaxis };
    layout.annotations.push({ text: `<b>${some[0].currency}</b>`, x: across[0], xref: "paper", xanchor: "left", y: up[1], yref: "paper", yanchor: "bottom", showarrow: false });
    for (const trace of traces(some)) drawn.push({ ...trace, xaxis: `x${number}`, yaxis: `y${number}` });
  });
  return { traces: drawn, layout: { ...layout, ...legend(drawn, places.height) } };
}

// Below the charts, in as many lines as it needs, which take nothing from the charts' height.
function legend(drawn, height) {
  const count = drawn.filter((trace) => trace.showlegend !== false).length;
  const lines = count > 1 ? Math.ceil(count / (matchMedia("(max-width: 600px)").matches ? 1 : 4)) : 0;
  const room = lines * LEGEND;
  return { height: height + TOP + room, margin: { l: 50, r: 16, t: TOP, b: room }, showlegend: lines > 0, legend: { orientation: "h", x: 0, xref: "container", y: 0, yref: "container", yanchor: "bottom", maxheight: room + LEGEND } };
}

function lines(parts, height) {
  const heights = parts.map(height);
  const whole = heights.reduce((sum, one) => sum + TITLE + one + FOOT, 0);
  let top = whole;
  const domains = heights.map((one) => {
    const from = top - TITLE - one;
    const place = { across: [0, 1], up: [from / whole, (from + one) / whole] };
    top = from - FOOT;
    return place;
  });
  return { height: whole, domains };
}

function columns(parts, height) {
  const highest = Math.max(...parts.map(height));
  const whole = TITLE + highest + FOOT;
  const width = (1 - (parts.length - 1) * NAMES) / parts.length;
  const from = (index) => index * (width + NAMES);
  const domains = parts.map((_, index) => ({ across: [from(index), Math.min(1, from(index) + width)], up: [FOOT / whole, 1 - TITLE / whole] }));
  return { height: whole, domains };
}

// Groups from top to bottom, their names beside them. Places are numbers: two of one name stay two.
export function lying(rows, { name, traces, x = {} }) {
  const length = matchMedia("(max-width: 600px)").matches ? 14 : 22;
  const short = (text) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const own = (some) => ({
    yaxis: { tickvals: some.map((_, place) => place), ticktext: some.map((row) => short(name(row))), range: [some.length - 0.4, -0.6], zeroline: false, showgrid: false },
  });
  return multiples(rows, { traces, own, height: (some) => 26 * some.length + 20, x: { rangemode: "tozero", separatethousands: true, nticks: 5, ...x }, beside: true });
}
