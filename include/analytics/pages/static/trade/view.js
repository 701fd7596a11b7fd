// What the forms of the trade pages say, as parameters of the API.

// The day that the page looks from: the one that was chosen, that of the moment "as known at", or today (UTC).
export const dayOf = (view) => view.today ?? (view.as_of ?? new Date().toISOString()).slice(0, 10);

export const momentOf = (view) => (view.as_of ? `${view.as_of.length === 16 ? `${view.as_of}:00` : view.as_of}Z` : undefined);

// The range as long as the one asked for that ends the day before it; null where none is asked for.
export function rangeBefore({ since, until }) {
  if (!since || !until || since > until) return null;
  const [first, last] = [since, until].map((text) => Date.parse(`${text}T00:00:00Z`));
  const text = (time) => new Date(time).toISOString().slice(0, 10);
  const day = 86_400_000;
  return { since: text(first - (last - first) - day), until: text(first - day) };
}

// Buttons with data-days or data-this set the first and last day; data-this="" clears them.
export function presets(form) {
  for (const button of form.querySelectorAll("[data-days], [data-this]")) {
    button.addEventListener("click", () => {
      const today = new Date().toISOString().slice(0, 10);
      form.elements.since.value = first(button.dataset, today);
      form.elements.until.value = button.dataset.this === "" ? "" : today;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

// On a narrow screen the filters are folded away, unless one is on.
export function fold(form) {
  if (matchMedia("(max-width: 600px)").matches) form.querySelector(".more").open = form.querySelector(".more input:checked") !== null;
}

function first({ days, this: unit }, today) {
  if (days) return new Date(Date.parse(`${today}T00:00:00Z`) - (Number(days) - 1) * 86_400_000).toISOString().slice(0, 10);
  if (unit === "year") return `${today.slice(0, 4)}-01-01`;
  return unit === "month" ? `${today.slice(0, 7)}-01` : "";
}
