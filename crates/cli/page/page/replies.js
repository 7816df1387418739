// Replies that a person should look at, over all conversations: drafts, parked ones, failed ones.
import { h, refill } from "./dom.js";
import { at, read } from "./desk.js";
import { button } from "./outcome.js";
import { nameOf } from "./people.js";
import { attempts, reply } from "./reply.js";
import { t, when } from "./words.js";

/** A list of one kind, which shows itself in `place`. */
export function listOf(kind) {
  const rows = h("ul", { class: "rows cards" });
  let pages = 1;

  async function refresh() {
    const { account } = at;
    const found = [];
    let next = null;
    for (let page = 0; page < pages; page += 1) {
      const part = await read(`/replies/${kind}`, { limit: 50, before: next });
      found.push(...part.replies);
      next = part.next;
      if (!next) break;
    }
    if (account !== at.account) return found.length;
    refill(rows, [account, found, next, found.map((one) => nameOf(one.person))], () => [
      found.length === 0 && !next && h("li", { class: "empty" }, t(`none-${kind}`)),
      found.map((one) => h("li", { class: "card" },
        h("p", { class: "head" }, h("a", { href: `#/${at.account}/conversations/${encodeURIComponent(one.person)}` }, nameOf(one.person)),
          " ", h("time", { class: "muted" }, when(one.since))),
        reply(one, one.person, refresh), attempts(one))),
      next && h("li", {}, button(t("more"), async () => { pages += 1; await refresh(); }, { class: "quiet wide" })),
    ]);
    return found.length;
  }

  return {
    refresh,
    reset: () => { pages = 1; },
    parts: () => [h("h2", {}, t(`title-${kind}`)), h("p", { class: "muted" }, t(`about-${kind}`)), rows],
  };
}
