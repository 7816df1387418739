// The account's conversations, newest first.
import { h, refill } from "./dom.js";
import { at, read } from "./desk.js";
import { button } from "./outcome.js";
import { nameOf, remember } from "./people.js";
import { t, when } from "./words.js";

const FILTERS = ["all", "unanswered", "paused", "parked"];
const rows = h("ul", { class: "rows" });
let only = "all";
let pages = 1;
let latest = null;

export function build(place) {
  const filters = FILTERS.map((name) => h("button", {
    type: "button", class: "filter", "aria-pressed": String(name === only), onclick: (event) => {
      only = name;
      pages = 1;
      for (const one of event.currentTarget.parentNode.children) one.setAttribute("aria-pressed", String(one === event.currentTarget));
      return refresh();
    },
  }, t(`only-${name}`)));
  const group = h("div", { class: "filters", role: "group", "aria-label": t("show-only") }, filters);
  place.replaceChildren(h("h2", {}, t("conversations")), group, rows);
}

/** From the beginning: another account. */
export function reset() {
  pages = 1;
  latest = null;
}

export async function refresh() {
  const { account } = at;
  const asked = only;
  const found = [];
  let next = null;
  for (let page = 0; page < pages; page += 1) {
    const part = await read("/conversations", { only: asked === "all" ? null : asked, limit: 50, before: next });
    found.push(...part.conversations);
    next = part.next;
    if (!next) break;
  }
  if (account !== at.account || asked !== only) return;
  found.forEach(remember);
  latest = { account, asked, found, next };
  renew();
}

/** Says it anew: by now another conversation may be open, and more names may be known. */
export function renew() {
  if (latest === null) return;
  const { account, asked, found, next } = latest;
  const open = decodeURIComponent(location.hash.split("/")[3] ?? "");
  refill(rows, [account, asked, open, found, next, found.map((one) => nameOf(one.person))], () => [
    found.length === 0 && !next && h("li", { class: "empty" }, t(asked === "all" ? "no-conversations" : "none-such")),
    found.map((one) => row(one, open)),
    next && h("li", {}, button(t("more"), async () => { pages += 1; await refresh(); }, { class: "quiet wide" })),
  ]);
}

function row(one, open) {
  const now = Date.now();
  const isOpen = one.person === open || one.also.includes(open);
  return h("li", {}, h("a", { href: `#/${at.account}/conversations/${encodeURIComponent(one.person)}`, "data-at": one.person,
    "aria-current": isOpen ? "true" : null },
    h("span", { class: "name" }, nameOf(one.person)),
    one.last_at && h("time", { class: "muted" }, when(one.last_at)),
    h("span", { class: "marks" },
      one.unanswered && h("span", { class: "pill wait" }, t("unanswered")),
      one.paused_until > now && h("span", { class: "pill" }, t("paused")),
      one.opted_out && h("span", { class: "pill" }, t("opted-out")),
      one.erasure_requested_at && h("span", { class: "pill bad" }, t("wants-erasure")),
      one.waiting > 0 && h("span", { class: "pill" }, t("waiting", one.waiting)),
      one.tags.map((tag) => h("span", { class: "tag" }, `#${tag}`)))));
}
