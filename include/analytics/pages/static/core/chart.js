// Charts by Plotly, in the page's own colours; each series has a dash, a marker and a pattern besides its colour.

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const MARKERS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down"];
const PATTERNS = ["", "/", ".", "x", "-", "\\", "+", "|"];
const COLOURS = 8;
const CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"], locale: "en" };

const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const colour = (index) => variable(`--series-${(index % COLOURS) + 1}`);

// What makes series number `index` of a line or bar chart look like no other, in print and for whoever sees no colour.
export function lineStyle(index) {
  return {
    line: { color: colour(index), width: 2, dash: DASHES[index % DASHES.length] },
    marker: { color: colour(index), symbol: MARKERS[index % MARKERS.length], size: 6 },
  };
}

export function barStyle(index) {
  const pattern = { shape: PATTERNS[index % PATTERNS.length], fgcolor: variable("--paper"), size: 6, solidity: 0.25 };
  return { marker: { color: colour(index), pattern, line: { color: variable("--paper"), width: 0.5 } } };
}

const axis = () => ({ gridcolor: variable("--line"), zerolinecolor: variable("--edge"), linecolor: variable("--edge"), automargin: true });

export async function draw(element, traces, layout = {}, summary = "") {
  const { xaxis = {}, yaxis = {}, ...rest } = layout;
  await globalThis.Plotly.react(
    element,
    traces,
    {
      margin: { l: 50, r: 16, t: 16, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: variable("--ink"), family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { bgcolor: variable("--shade"), bordercolor: variable("--edge"), font: { color: variable("--ink") } },
      legend: { orientation: "h", y: -0.2 },
      colorway: Array.from({ length: COLOURS }, (_, index) => colour(index)),
      ...rest,
      xaxis: { ...axis(), ...xaxis },
      yaxis: { ...axis(), rangemode: "tozero", separatethousands: true, ...yaxis },
    },
    CONFIG,
  );
  element.setAttribute("role", "figure"); // not "img", which may hold no buttons: Plotly's are in it
  for (const drawing of element.querySelectorAll(".main-svg")) drawing.setAttribute("aria-hidden", "true");
  element.setAttribute("aria-label", `${summary} The table below has the same rows.`.trim());
}
