// Making elements. Whatever a mail or message says ends as text, never as HTML of this page.

export function element(name, attributes = {}, content = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(content) ? content : [content]));
  return made;
}

export function instant(at) {
  const [day, time] = [at.slice(0, 10), at.slice(11, 19)];
  return day === new Date().toISOString().slice(0, 10) ? `${time} UTC` : `${day} ${time} UTC`;
}

// Text whose web addresses can be clicked, as mail programs do it.
export function withLinks(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}])/);
  return parts.map((part, index) => (index % 2 ? element("a", { href: part, target: "_blank" }, part) : part));
}
