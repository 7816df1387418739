// One reply of ours: what it says, whose it is, how it stands, and what a person can do about it.
import { h } from "./dom.js";
import { path, write } from "./desk.js";
import { button } from "./outcome.js";
import { pick, t, has, when } from "./words.js";

const COLOURS = { sent: "good", failed: "bad", parked: "bad", unknown: "wait", planned: "wait", sending: "wait" };

/** `changed` is called after something was done about it. */
export function reply(one, person, changed) {
  const isDraft = one.draft && one.state === "planned" && one.text !== null;
  const isAsked = one.state === "planned" && one.text === null && one.message === null && one.people_have_until !== null;
  const state = isDraft ? "draft" : isAsked ? "asked" : one.state;
  return h("div", { class: `reply ${one.action}${isDraft ? " draft" : ""}`, "data-reply": one.reply },
    h("p", { class: "head" },
      h("span", { class: "who" }, by(one)), " · ", t(one.action), " ",
      h("span", { class: `pill ${COLOURS[one.state] ?? ""}` }, t(`state-${state}`))),
    one.text !== null && h("p", { class: "text" }, one.text),
    one.message && h("pre", {}, JSON.stringify(one.message, null, 1)),
    one.state !== "sent" && pick(one) && h("p", { class: "muted" }, pick(one), "."),
    one.human_agent && h("p", { class: "muted" }, t("with-human-agent")),
    one.people_have_until && h("p", { class: "muted" }, t(isDraft ? "release-until" : "asked-until", when(one.people_have_until))),
    one.due_at && one.state === "planned" && !isDraft && !isAsked && h("p", { class: "muted" }, t("tried-at", when(one.due_at))),
    one.released_by && h("p", { class: "muted" }, t(one.state === "failed" ? "dropped-by" : "released-by", one.released_by)),
    isDraft && draft(one, person, changed),
    one.state === "parked" && settlement(one, changed));
}

function by(one) {
  if (one.author) return t("by-author", one.author);
  if (one.model) return t("by-model", one.model);
  return one.rule ? t("by-rule", one.rule) : t("automatic");
}

function draft(one, person, changed) {
  const say = (verb) => async (key) => {
    await write("POST", path`/conversations/${person}/drafts/${one.reply}/` + verb, undefined, key);
    await changed();
    return t(`${verb}-done`);
  };
  return h("p", { class: "buttons" },
    button(t("release"), say("release"), { class: "main", "data-at": `${one.reply} release` }),
    button(t("drop"), say("drop"), { class: "quiet", "data-at": `${one.reply} drop` }));
}

function settlement(one, changed) {
  const settle = (as) => button(t(`settle-${as}`), async (key) => {
    await write("POST", path`/replies/${one.reply}/settlement`, { as }, key);
    await changed();
    return t("settled");
  }, { class: as === "sent" ? "main" : "quiet", "data-at": `${one.reply} ${as}` });
  const words = ["sent", "resend", "drop"].map(settle);
  return h("div", { class: "settle" }, h("p", { class: "muted" }, t("settle-why")), h("p", { class: "buttons" }, words));
}

/** The attempts, for whoever wants to know. */
export function attempts(one) {
  if (one.attempts.length < 2) return null;
  const told = (tried) => h("li", {}, when(tried.at), " ", has(`tried-${tried.what}`) ? t(`tried-${tried.what}`) : tried.what);
  return h("details", { "data-at": `${one.reply} attempts` },
    h("summary", {}, t("attempts", one.attempts.length)), h("ol", {}, one.attempts.map(told)));
}
