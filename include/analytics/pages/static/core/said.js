// Which filters are on, in words, each with a button that takes it off.

// element: a list; every choice and every field with data-said of the form is told in it.
export function say(form, element) {
  const filters = [...chosen(form), ...given(form)];
  for (const choice of form.querySelectorAll(".choice")) count(choice);
  const said = JSON.stringify(filters.map((filter) => filter.text));
  if (element.dataset.said === said) return; // who stands on a button goes on standing there
  element.dataset.said = said;
  element.replaceChildren(...(filters.length ? filters.map((filter) => item(form, element, filter)) : [nothing()]));
}

function* chosen(form) {
  for (const choice of form.querySelectorAll(".choice")) {
    for (const input of choice.querySelectorAll("input:checked")) {
      yield { text: `${choice.dataset.title}: ${input.parentElement.textContent.trim()}`, off: () => (input.checked = false) };
    }
  }
}

function* given(form) {
  for (const field of form.querySelectorAll("[data-said]")) {
    if (field.value) yield { text: `${field.dataset.said} ${field.value.replace("T", " ")}`, off: () => (field.value = "") };
  }
}

function count(choice) {
  const checked = choice.querySelectorAll("input:checked");
  const one = checked.length === 1 && checked[0].parentElement.textContent.trim();
  choice.querySelector(".picked").textContent = one || (checked.length ? `${checked.length} chosen` : "all");
}

function item(form, element, { text, off }) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${text} ✕` });
  button.setAttribute("aria-label", `Take off the filter ${text}`);
  button.addEventListener("click", () => {
    off();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    say(form, element);
    (element.querySelector("button") ?? form.querySelector("summary, input, select")).focus();
  });
  const line = document.createElement("li");
  line.append(button);
  return line;
}

function nothing() {
  return Object.assign(document.createElement("li"), { textContent: "No filter is on: everything counts, each currency by itself." });
}
