// What a page shows, kept in its form and in its address: a link carries it, and "back" goes back.

// Every field that differs from its default: { name: "value" or ["values"] }.
export function read(form) {
  const view = {};
  for (const [name, value] of new FormData(form)) {
    if (value === "") continue;
    view[name] = name in view ? [view[name], value].flat() : value;
  }
  return view;
}

export function write(form, search) {
  const query = new URLSearchParams(search);
  for (const field of form.elements) {
    if (!field.name) continue;
    const given = query.getAll(field.name);
    if (field.type === "checkbox") field.checked = query.has(field.name) ? given.includes(field.value) : field.defaultChecked;
    else if (field.type === "radio") field.checked = query.has(field.name) ? given.includes(field.value) : field.defaultChecked;
    else field.value = query.has(field.name) ? given[0] : defaultOf(field);
  }
}

function defaultOf(field) {
  if (field.tagName !== "SELECT") return field.defaultValue;
  return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value ?? "";
}

export function carry(view) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) for (const one of [value].flat()) query.append(name, one);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname.replace(/.*\//, "") || ".");
}
