// Why an event was answered or not: the decision, and each rule in the order tried.
import { h } from "./dom.js";
import { lang, pick, t } from "./words.js";
import { inPortuguese } from "./portuguese.js";

const inWords = (text) => (lang === "pt" ? inPortuguese(text) : text);

/** What was done beside, by the first word of its code. */
const did = (code) => t(`did-${code.split(/[/:]/)[0]}`);

export function why(entry) {
  const { decision } = entry;
  if (!decision) return null;
  const told = pick(decision) ?? decision.why;
  const lines = decision.trail.map((line) => h("li", { class: line.matched ? "matched" : line.rule ? "missed" : "remark" },
    line.rule && h("b", {}, line.rule, ": "), inWords(line.text)));
  return h("details", { class: "why", "data-at": `${entry.id} why` },
    h("summary", {}, h("span", {}, t("why")), " ", told),
    lines.length > 0 ? h("ol", { class: "trail" }, lines) : h("p", { class: "muted" }, t("no-trail")),
    decision.beside.length > 0 && h("p", { class: "muted" }, t("beside"), " ", decision.beside.map(did).join(", ")),
    decision.rules_version !== null && h("p", { class: "muted" }, t("rules-version", decision.rules_version)));
}
