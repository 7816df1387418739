// Buttons that do something, and how what came of it is told.
import { h } from "./dom.js";
import { t } from "./words.js";
import { Problem } from "./desk.js";

let clearing;

/** Tells what came of it, to the eye and to a screen reader. */
export function tell(text, isBad = false) {
  const place = document.getElementById("outcome");
  clearTimeout(clearing);
  place.replaceChildren(h("p", { class: isBad ? "bad" : "good" }, text,
    h("button", { class: "quiet", "aria-label": t("close"), onclick: () => place.replaceChildren() }, "✕")));
  clearing = setTimeout(() => place.replaceChildren(), isBad ? 15_000 : 6_000);
}

export const tellProblem = (error) => {
  if (!(error instanceof Problem)) throw error;
  tell(error.message, true);
};

/**
 * A button. `act` gets a key that stays the same until it succeeds, so that pressing once more after a lost answer does
 * nothing twice, and gives the words of its outcome.
 */
export function button(label, act, more = {}) {
  let key = crypto.randomUUID();
  return h("button", {
    type: "button",
    ...more,
    onclick: async (event) => {
      const pressed = event.currentTarget;
      if (pressed.getAttribute("aria-disabled") === "true") return;
      pressed.setAttribute("aria-disabled", "true");
      try {
        const outcome = await act(key);
        key = crypto.randomUUID();
        if (outcome) tell(outcome);
      } catch (error) {
        tellProblem(error);
      } finally {
        pressed.removeAttribute("aria-disabled");
      }
    },
  }, label);
}

/** Keys for what is written: the same text tried again has the same key until it is through, another text another one. */
export function keysOfTexts() {
  let tried = null;
  return {
    of(text) {
      if (tried?.text !== text) tried = { text, key: crypto.randomUUID() };
      return tried.key;
    },
    through: () => { tried = null; },
  };
}

/** A button that asks once more, in its own place. */
export function carefully(label, question, act, more = {}) {
  const place = h("span", { class: "careful" });
  const first = h("button", { type: "button", class: "danger", ...more, onclick: () => {
    const no = h("button", { type: "button", class: "quiet", onclick: back }, t("no"));
    place.replaceChildren(h("span", { role: "alert" }, question), " ", button(t("yes"), async (key) => {
      const outcome = await act(key);
      back();
      return outcome;
    }, { class: "danger" }), no);
    no.focus();
  } }, label);
  function back() {
    place.replaceChildren(first);
    first.focus();
  }
  place.append(first);
  return place;
}
