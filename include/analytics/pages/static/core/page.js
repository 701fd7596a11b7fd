// A page: its form says what to show, its panels show it, and all of it follows the warehouse.
import { follow as followWarehouse } from "./live.js";
import { WIDE } from "./multiples.js";
import { carry, read, write } from "./view.js";

// form: the page's form of filters, or null; panels: Panels; adapt: (view) => view, called before the panels ask;
// prepare: an async function that fills the form's choices, called first and after each load;
// everyMs: how often the panels ask again though nothing was loaded;
// follow: calls what it is given whenever something was loaded.
export async function start({
  form = null, panels, adapt = (view) => view, prepare = async () => {}, everyMs = null, follow = followWarehouse,
}) {
  let shown;
  const show = () => {
    shown = adapt(form ? read(form) : {});
    for (const panel of panels) if (!panel.element?.hidden) panel.refresh(shown);
  };
  const restore = () => form && write(form, location.search);
  await prepare().catch(() => {});
  restore();
  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", later(() => { carry(read(form)); show(); }, 200));
  // A field of the form that stands in a panel: what happens to it does not bubble to the form by itself.
  for (const field of form?.elements ?? []) if (!form.contains(field)) field.addEventListener("input", () => form.dispatchEvent(new Event("input")));
  form?.addEventListener("reset", () => setTimeout(() => { carry(read(form)); show(); }));
  addEventListener("popstate", () => { restore(); show(); });
  const redraw = () => { for (const panel of panels) panel.redraw ? panel.redraw() : panel.refresh(shown); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia(WIDE).addEventListener("change", later(redraw, 150));
  show();
  if (everyMs) setInterval(() => document.hidden || show(), everyMs);
  follow(() => prepare().catch(() => {}).then(show));
}

function later(act, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}
