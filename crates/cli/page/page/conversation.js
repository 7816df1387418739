// One conversation, oldest first as everybody knows it, and a box to answer as a person.
import { h, refill } from "./dom.js";
import { at, author, path, Problem, read, write } from "./desk.js";
import { entryRow } from "./entry.js";
import { button } from "./outcome.js";
import { composer } from "./composer.js";
import { nameOf, remember, rememberUsername } from "./people.js";
import { t, when } from "./words.js";

const HOUR_MS = 3_600_000;
const place = document.getElementById("conversation");
let shown = null;

/** Nothing is shown any more. */
export function close() {
  shown = null;
}

export const isAbout = ({ person }) =>
  shown !== null && (person === undefined || person === shown.person || shown.also.includes(person));

/** Shows a conversation from its end. */
export async function open(person) {
  const entries = h("ol", { class: "entries" });
  const head = h("header", { class: "about" });
  const older = h("p", { class: "older" });
  const scroll = h("div", { class: "scroll", tabindex: "0", role: "log", "aria-label": t("conversation-with") }, older, entries);
  const box = composer(person, refresh);
  shown = { person, also: [], head, entries, older, scroll, rows: new Map(), pages: 1, box };
  const back = h("a", { class: "back", href: `#/${at.account}/conversations` }, `‹ ${t("conversations")}`);
  place.replaceChildren(back, head, scroll, box.place);
  await refresh();
  scroll.scrollTop = scroll.scrollHeight;
}

/** Reads it anew and changes what has changed. */
export async function refresh() {
  const mine = shown;
  if (!mine) return;
  let next = null;
  let conversation = null;
  const found = [];
  try {
    for (let page = 0; page < mine.pages; page += 1) {
      const part = await read(path`/conversations/${mine.person}`, { limit: 50, before: next });
      conversation ??= part.conversation;
      found.push(...part.entries);
      next = part.next;
      if (!next) break;
    }
  } catch (problem) {
    if (problem.status !== 404 || mine !== shown) throw problem;
    mine.entries.replaceChildren(h("li", { class: "empty" }, t("conversation-gone")));
    mine.rows.clear();
    return;
  }
  if (mine !== shown) return;
  mine.also = conversation.also.concat(conversation.person);
  remember(conversation);
  for (const entry of found) if (entry.kind === "comment") rememberUsername(mine.person, entry.username);
  fillHead(mine, conversation);
  mine.box.standing(conversation);
  const isAtEnd = mine.scroll.scrollHeight - mine.scroll.scrollTop - mine.scroll.clientHeight < 80;
  fillEntries(mine, found);
  refill(mine.older, [next], () => next && button(t("older"), async () => { mine.pages += 1; await refresh(); }, { class: "quiet" }));
  if (isAtEnd) mine.scroll.scrollTop = mine.scroll.scrollHeight;
}

/** What of ours came back from Instagram stands at the event it answers, and not a second time. */
function fillEntries(mine, found) {
  const ours = new Set(found.flatMap((entry) => entry.replies.map((one) => one.became)));
  const kept = found.filter((entry) => !ours.has(entry.id)).reverse();
  const nodes = kept.map((entry) => {
    const key = `${entry.sort} ${entry.id}`;
    if (!mine.rows.has(key)) mine.rows.set(key, entryRow(mine.person, refresh));
    const { row, fill } = mine.rows.get(key);
    fill(entry);
    return row;
  });
  // What stands in its place is not taken out: that would take the focus with it.
  nodes.forEach((node, index) => {
    if (mine.entries.children[index] !== node) mine.entries.insertBefore(node, mine.entries.children[index] ?? null);
  });
  while (mine.entries.children.length > nodes.length) mine.entries.lastChild.remove();
}

function fillHead(mine, one) {
  const isPaused = one.paused_until > Date.now();
  const base = path`/conversations/${mine.person}`;
  const todo = (method, below, body, done) => async (key) => {
    await write(method, base + below, body?.(), key);
    await refresh();
    return t(done);
  };
  refill(mine.head, [one, isPaused, author()], () => {
    const shape = { size: "10", maxlength: "40", pattern: "[a-z0-9_\\-]{1,40}" };
    const tag = h("input", { ...shape, placeholder: t("new-tag"), "aria-label": t("new-tag"), "data-at": "tag" });
    const pause = (hours) => todo("PUT", "/pause", () => ({ until: Date.now() + hours * HOUR_MS }), "paused-done");
    const untag = (name) => button("✕", todo("DELETE", path`/tags/${name}`, undefined, "untagged"),
      { class: "quiet", "aria-label": t("untag", name) });
    return [
      h("h2", {}, nameOf(mine.person), one.name && one.username && h("small", { class: "muted" }, ` @${one.username}`)),
      h("p", { class: "marks" },
        isPaused && h("span", { class: "pill wait" }, t("paused-until", when(one.paused_until))),
        one.opted_out && h("span", { class: "pill bad" }, t("opted-out-long")),
        one.erasure_requested_at && h("span", { class: "pill bad" }, t("wants-erasure")),
        one.follows && h("span", { class: "pill" }, t("follows")),
        one.seen_at && h("span", { class: "muted" }, t("seen-at", when(one.seen_at)))),
      h("div", { class: "buttons small" },
        isPaused
          ? button(t("resume"), todo("DELETE", "/pause", undefined, "resumed"), { class: "quiet", "data-at": "pause" })
          : [1, 24].map((hours) => button(t(`pause-${hours}`), pause(hours), { class: "quiet", "data-at": `pause ${hours}` })),
        one.tags.map((name) => h("span", { class: "tag" }, `#${name}`, untag(name))),
        h("form", { class: "inline", onsubmit: (event) => event.preventDefault() }, tag, button(t("add-tag"), async (key) => {
          if (!tag.value || !tag.checkValidity()) {
            tag.focus();
            throw new Problem(t("tag-shape"));
          }
          return todo("PUT", path`/tags/${tag.value}`, undefined, "tagged")(key);
        }, { class: "quiet", type: "submit" }))),
    ];
  });
}
