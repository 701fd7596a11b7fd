// Filters of several values: every <details class="choice" data-filter="…"> of a form, filled with what the API offers.
import { ask } from "./api.js";

const SEARCHED_FROM = 12;

// Values that are chosen stay so; one that the address names and the API does not offer is shown as it is.
export async function fill(form) {
  const { rows } = await ask("choices");
  const asked = new URLSearchParams(location.search);
  for (const choice of form.querySelectorAll(".choice")) {
    const { filter } = choice.dataset;
    const offered = rows.filter((row) => row.filter === filter);
    const known = new Set(offered.map((row) => row.value));
    const others = [...asked.getAll(filter)].filter((value) => !known.has(value)).map((value) => ({ value, label: value }));
    offer(choice, [...offered, ...others]);
  }
}

function offer(choice, offered) {
  const { filter, title } = choice.dataset;
  const chosen = new Set([...choice.querySelectorAll("input:checked")].map((input) => input.value));
  const options = choice.querySelector(".options");
  const labels = offered.map(({ value, label }) => {
    const input = Object.assign(document.createElement("input"), { type: "checkbox", name: filter, value, checked: chosen.has(value) });
    const element = document.createElement("label");
    element.append(input, ` ${label}`);
    return element;
  });
  options.replaceChildren(...(offered.length >= SEARCHED_FROM ? [search(title, labels)] : []), ...labels);
  if (!choice.dataset.ready) behave(choice, options);
  choice.dataset.ready = "yes";
}

function search(title, labels) {
  const input = Object.assign(document.createElement("input"), { type: "search", placeholder: "Search …" });
  input.setAttribute("aria-label", `Search: ${title}`);
  input.addEventListener("input", (event) => {
    event.stopPropagation(); // it changes what is offered, not what is shown
    const wanted = input.value.trim().toLowerCase();
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted);
  });
  return input;
}

// It closes as a menu does, and opens to the side where there is room.
function behave(choice, options) {
  choice.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !choice.open) return;
    choice.open = false;
    choice.querySelector("summary").focus();
  });
  document.addEventListener("pointerdown", (event) => choice.contains(event.target) || (choice.open = false));
  choice.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !choice.contains(event.relatedTarget)) choice.open = false;
  });
  choice.addEventListener("toggle", () => {
    options.classList.remove("leftwards");
    options.classList.toggle("leftwards", options.getBoundingClientRect().right > document.documentElement.clientWidth);
  });
}
