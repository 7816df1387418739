// Elements. Whatever people wrote comes in as text nodes only: nothing here, or anywhere, reads markup.

/** An element with attributes, listeners (`onclick`) and children; empty children are passed over. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** Puts what is there now in place of what was, and leaves everything alone if nothing changed. */
export function refill(element, facts, make) {
  const seen = JSON.stringify(facts);
  if (element.seen === seen) return;
  element.seen = seen;
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  const open = [...element.querySelectorAll("details[open]")].map((details) => details.dataset.at);
  element.replaceChildren(...[make()].flat(2).filter(Boolean));
  for (const details of element.querySelectorAll("details")) details.open ||= open.includes(details.dataset.at);
  if (focused) [...element.querySelectorAll("[data-at]")].find((one) => one.dataset.at === focused)?.focus();
}

/** How many bytes a text takes on its way to Meta. */
export const bytes = (text) => new TextEncoder().encode(text).length;

/** What only shows in a moment's title: the id that a developer looks for. */
export const mono = (text) => h("code", {}, text);
