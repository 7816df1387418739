// One thing that happened in a conversation: what was said, what became of it, why, and what a person can do about it.
import { h, refill } from "./dom.js";
import { path, write } from "./desk.js";
import { button, carefully, keysOfTexts } from "./outcome.js";
import { nameOf } from "./people.js";
import { attempts, reply } from "./reply.js";
import { has, t, when } from "./words.js";
import { why } from "./trail.js";

/** Longest text below a comment, in characters: the desk's. */
const MOST_BELOW_COMMENT = 300;

/** A row that lives as long as its conversation is shown: what is being typed into it stays when its contents change. */
export function entryRow(person, changed) {
  const told = h("div", {});
  const form = h("div", { class: "below" });
  const row = h("li", { class: "entry" }, told, form);
  let hasForm = false;
  return {
    row,
    fill(entry) {
      row.dataset.kind = entry.kind ?? entry.sort;
      refill(told, [entry, nameOf(person)], () => parts(entry, person, changed));
      if (entry.sort === "comment" && !entry.removed_at && isTheirs(entry) && !hasForm) {
        hasForm = true;
        form.append(commentForm(entry, person, changed));
      }
      form.hidden = entry.removed_at !== null;
    },
  };
}

const isTheirs = (entry) => entry.sort !== "written" && entry.kind !== "echo" && entry.decision?.why !== "own_message";

function parts(entry, person, changed) {
  const answers = entry.replies.map((one) => h("div", { class: "ours" }, reply(one, person, changed), attempts(one)));
  if (entry.sort === "written") return answers;
  return [bubble(entry, person, changed), answers];
}

function bubble(entry, person, changed) {
  const theirs = isTheirs(entry);
  return h("div", { class: theirs ? "theirs" : "ours" }, h("div", { class: `said${entry.unsent_at || entry.removed_at ? " gone" : ""}` },
    h("p", { class: "head" }, h("span", { class: "who" }, theirs ? nameOf(person) : t("the-account")), " · ", kind(entry), " ",
      h("time", { class: "muted" }, when(entry.at))),
    entry.text !== null && h("p", { class: "text" }, entry.text),
    entry.attachments.map(attachment),
    marks(entry),
    entry.reactions.length > 0 && h("p", { class: "reactions" }, entry.reactions.map((one) =>
      h("span", { class: "pill", title: one.by === person ? nameOf(person) : t("the-account") }, one.emoji ?? one.reaction))),
    why(entry),
    entry.sort === "comment" && theirs && !entry.removed_at && moderation(entry, person, changed)));
}

function kind(entry) {
  if (entry.kind === null) return t(entry.hinted_at ? "kind-hint" : "kind-unknown");
  if (entry.kind === "comment" && entry.live) return t("kind-live");
  return has(`kind-${entry.kind}`) ? t(`kind-${entry.kind}`) : entry.kind;
}

/** What is attached, and a way to it. An address that is none of the web's leads nowhere. */
function attachment(one) {
  const name = has(`attached-${one.kind}`) ? t(`attached-${one.kind}`) : one.kind;
  const isWeb = /^https?:\/\//.test(one.url ?? "");
  return h("p", { class: "attached" }, isWeb ? h("a", { href: one.url, rel: "noreferrer noopener", target: "_blank" }, name) : name,
    one.title && ` “${one.title}”`);
}

function marks(entry) {
  const marks = [
    entry.unsent_at && t("unsent-at", when(entry.unsent_at)),
    entry.edit && t(entry.edit.text_known ? "edited-at" : "edited-unknown", when(entry.edit.at)),
    entry.removed_at && t("removed-at", when(entry.removed_at)),
    entry.hidden_at && !entry.removed_at && t("hidden-at", when(entry.hidden_at)),
    entry.payload && t("payload", entry.payload),
    entry.story && t("about-story"),
    entry.reply_to && t("is-reply"),
    entry.parent && t("below-comment"),
    entry.ad && t("from-ad", entry.ad),
    entry.referral && t("from-link", entry.referral),
    entry.product && entry.media && t("on-media", has(`product-${entry.product}`) ? t(`product-${entry.product}`) : entry.product),
    entry.standby && t("on-standby"),
    entry.unsupported && t("is-unsupported"),
  ].filter(Boolean);
  return marks.length > 0 && h("p", { class: "muted" }, marks.join(" · "));
}

function moderation(entry, person, changed) {
  const comment = path`/conversations/${person}/comments/${entry.id}`;
  const todo = (method, below, done) => async (key) => {
    await write(method, comment + below, undefined, key);
    await changed();
    return t(done);
  };
  return h("p", { class: "buttons small" },
    !entry.live && (entry.hidden_at
      ? button(t("unhide"), todo("DELETE", "/hidden", "unhidden"), { class: "quiet", "data-at": `${entry.id} hide` })
      : button(t("hide"), todo("PUT", "/hidden", "hidden"), { class: "quiet", "data-at": `${entry.id} hide` })),
    carefully(t("delete"), t("delete-sure"), todo("DELETE", "", "deleted"), { "data-at": `${entry.id} delete` }));
}

/** A live comment takes a private reply alone, and cannot be hidden: Meta's rule. */
function commentForm({ id: comment, live }, person, changed) {
  const text = h("textarea", { rows: "2", "aria-label": t("answer-comment") });
  const left = h("span", { class: "muted" });
  const count = () => { left.textContent = t("characters-left", MOST_BELOW_COMMENT - [...text.value].length); };
  text.addEventListener("input", count);
  count();
  const keys = keysOfTexts();
  const post = (below, done) => async () => {
    if (!text.value.trim()) return text.focus();
    const key = keys.of(`${below} ${text.value}`);
    await write("POST", path`/conversations/${person}/comments/${comment}/` + below, { text: text.value }, key);
    keys.through();
    text.value = "";
    count();
    form.open = false;
    await changed();
    return t(done);
  };
  const form = h("details", { class: "comment-form" }, h("summary", {}, t("answer-comment")), text, h("p", { class: "buttons small" },
    !live && button(t("answer-publicly"), post("replies", "answered-publicly"), { class: "main" }),
    button(t("answer-privately"), post("private-reply", "answered-privately"), { class: "quiet" }), left));
  return form;
}
