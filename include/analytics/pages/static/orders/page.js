// Orders: finding one, its versions, and the whole business as of a past moment.
import { start } from "../core/page.js";
import { businessPanel } from "./business.js";
import { findPanel } from "./find.js";
import { Moments } from "./moments.js";
import { NONE, OrderPanel } from "./order.js";

const form = document.getElementById("view");
const order = new OrderPanel("order");
const moments = new Moments(form);

// Where no order is chosen, the first that was found is shown.
const find = findPanel("orders", (first, view) => {
  if (!view.id) order.refresh({ ...view, id: first ?? NONE });
});

start({
  form,
  panels: [find, order, businessPanel("business")],
  prepare: () => moments.ask(),
  adapt: (view) => {
    moments.follow(view.as_of);
    return view;
  },
});
