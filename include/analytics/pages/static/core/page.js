// A page: its form says what to show, its panels show it, and all of it follows the warehouse.
import { follow as followWarehouse } from "./live.js";
import { carry, read, write } from "./view.js";

// form: the page's form of filters, or null; panels: Panels; adapt: (view) => view, called before the panels ask;
// prepare: an async function that fills the form's choices, called first and after each load;
// everyMs: how often the panels ask again though nothing was loaded;
// follow: calls what it is given whenever something was loaded.
export async function start({
  form = null, panels, adapt = (view) => view, prepare = async () => {}, everyMs = null, follow = followWarehouse,
}) {
  const show = () => {
    const view = adapt(form ? read(form) : {});
    for (const panel of panels) panel.refresh(view);
  };
  const restore = () => form && write(form, location.search);
  await prepare().catch(() => {});
  restore();
  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", later(() => { carry(read(form)); show(); }, 200));
  form?.addEventListener("reset", () => setTimeout(() => { carry(read(form)); show(); }));
  addEventListener("popstate", () => { restore(); show(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
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
