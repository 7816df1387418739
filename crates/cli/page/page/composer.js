// The box in which a person of the office answers.
import { bytes, h } from "./dom.js";
import { at, author, path, write } from "./desk.js";
import { button, keysOfTexts } from "./outcome.js";
import { t, when } from "./words.js";

/** Longest message, in bytes of UTF-8: the desk's. */
const MOST_BYTES = 1000;

export function composer(person, changed) {
  const kept = `politicall.text ${at.account} ${person}`;
  const text = h("textarea", { id: "answer", rows: "2", placeholder: t("write-here") });
  const left = h("span", { id: "left", class: "muted" });
  const stands = h("p", { id: "window", class: "muted" });
  const keys = keysOfTexts();
  text.value = sessionStorage.getItem(kept) ?? "";
  const count = () => {
    const number = MOST_BYTES - bytes(text.value);
    left.textContent = t("bytes-left", number);
    left.classList.toggle("over", number < 0);
    sessionStorage.setItem(kept, text.value);
  };
  text.addEventListener("input", count);
  count();
  const send = button(t("send"), async () => {
    if (!text.value.trim()) return text.focus();
    const told = await write("POST", path`/conversations/${person}/messages`, { text: text.value }, keys.of(text.value));
    keys.through();
    text.value = "";
    count();
    await changed();
    return t(told.reply.state === "sent" ? "sent-done" : "sent-under-way");
  }, { class: "main", id: "send" });
  // As everywhere: Ctrl or Command with Enter sends.
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send.click();
  });
  const label = h("label", { for: "answer" }, t("answer-as", author()));
  const buttons = h("div", { class: "buttons" }, send, left);
  const place = h("div", { class: "composer" }, label, text, buttons, stands);
  return {
    place,
    /** Until when Meta lets an answer through, and by what way after that. */
    standing({ window_until: until }) {
      const key = until === null ? "no-window" : until > Date.now() ? "window-until" : "window-closed";
      stands.textContent = t(key, until && when(until));
      stands.classList.toggle("notice", key !== "window-until");
      // Whoever never wrote cannot be written to.
      for (const one of [label, text, buttons]) one.hidden = until === null;
    },
  };
}
