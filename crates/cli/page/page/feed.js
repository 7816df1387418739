// What the CRM is told, as it is told: newest first, a line each.
import { h } from "./dom.js";
import { local } from "./desk.js";
import { linkTo, sentence } from "./telling.js";
import { t, toTheSecond } from "./words.js";

/** How many lines stay on the page. */
const MOST_SHOWN = 200;

/** How many of those that came before are shown at first. */
const MOST_BEFORE = 30;

const PAUSE_MS = 1000;
const lines = h("ol", { class: "lines", reversed: true });
let last = null;
let usernames = {};

export const lastNumber = () => last ?? 0;

export function build(place, customers) {
  usernames = Object.fromEntries(customers.flatMap(({ accounts }) => accounts.map((one) => [one.account, one.username])));
  lines.append(h("li", { class: "empty" }, t("feed-empty")));
  place.replaceChildren(h("h2", {}, t("feed-title")), h("p", { class: "muted" }, t("feed-about")), lines);
}

/** Reads what is new. */
async function look() {
  const found = [];
  // Asked for what comes after the end of numbers, it tells which is the last one.
  last ??= Math.max(0, (await local(`/feed?after=${Number.MAX_SAFE_INTEGER}`)).last - MOST_BEFORE);
  for (;;) {
    const part = await local(`/feed?after=${last}`);
    // The stack was started anew and counts from 1 again.
    if (part.last < last) last = 0;
    else if (part.events.length === 0) return found;
    for (const one of part.events) last = one.number;
    found.push(...part.events);
  }
}

/** Says each line anew: by now more names may be known. */
export function renew() {
  for (const li of lines.children) if (li.event) li.told.textContent = sentence(li.event);
}

function line({ number, event }) {
  const told = h("span", {}, sentence(event));
  const li = h("li", { "data-number": number, "data-type": event.type }, h("a", { href: linkTo(event) },
    h("time", { class: "muted" }, toTheSecond(event.at)), " ", told,
    h("span", { class: "source" }, h("code", {}, event.type), ` @${usernames[event.account] ?? event.account}`)));
  return Object.assign(li, { event, told });
}

/** Follows the feed for as long as somebody looks; `heard` is told what is new, and `lost` when the stack does not answer. */
export async function follow(heard, lost) {
  let isFirst = true;
  for (;;) {
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    try {
      const found = await look();
      if (found.length > 0) {
        lines.querySelector(".empty")?.remove();
        // Names come with the conversations: first what was heard is looked up, then it is told.
        await heard(found, isFirst);
        lines.prepend(...found.slice(-MOST_SHOWN).map(line).reverse());
        while (lines.children.length > MOST_SHOWN) lines.lastChild.remove();
      }
      isFirst = false;
      lost(null);
    } catch (error) {
      lost(error);
    }
    await new Promise((over) => setTimeout(over, PAUSE_MS));
  }
}
