// A button for each webhook field: what Meta's dashboard calls "Test".
import { h } from "./dom.js";
import { local, localPost, path } from "./desk.js";
import { button } from "./outcome.js";
import { has, t } from "./words.js";
import { linkTo, sentence } from "./telling.js";

/** What comes later than this after a sample is not its doing. */
const DOING_MS = 8_000;

let waiting = null;
const came = h("div", { id: "came", role: "status", "aria-live": "polite" });

export async function build(place, lastNumber) {
  const { fields } = await local("/fields");
  const label = (field) => [h("span", {}, has(`field-${field}`) ? t(`field-${field}`) : field), h("code", {}, field)];
  const buttons = fields.map((field) => h("li", {}, button(label(field), async () => {
    waiting = { after: lastNumber(), since: Date.now(), events: [] };
    came.replaceChildren(h("p", {}, t("posting")));
    const { sample, status } = await localPost(path`/fields/${field}/sample`);
    waiting.head = t(status === 200 ? "posted" : "refused-by-us", sample, status ?? "–");
    show();
  }, { class: "quiet", "data-field": field })));
  place.replaceChildren(h("h2", {}, t("test-title")), h("p", { class: "muted" }, t("test-about")),
    h("ul", { class: "fields" }, buttons), came);
}

/** Tells what became of the latest sample: what the feed said after it was posted. */
export function heard(events) {
  if (!waiting || waiting.events.length >= 6 || Date.now() - waiting.since > DOING_MS) return;
  const fresh = events.filter(({ number }) => number > waiting.after);
  if (fresh.length === 0) return;
  waiting.events.push(...fresh.slice(0, 6 - waiting.events.length));
  show();
}

function show() {
  if (!waiting?.head) return;
  came.replaceChildren(h("p", {}, waiting.head),
    waiting.events.length === 0 ? h("p", { class: "muted" }, t("nothing-yet")) : h("ul", {}, waiting.events.map(({ event }) =>
      h("li", {}, h("a", { href: linkTo(event) }, sentence(event))))));
}
