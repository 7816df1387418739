// The head of the page: whose account, how it stands, who writes, in which language.
import { h, refill, mono } from "./dom.js";
import { at, author, read, setAuthor } from "./desk.js";
import { tell } from "./outcome.js";
import { lang, pick, speak, t, when } from "./words.js";

const status = h("div", { id: "status" });

/** Builds it, for all customers' accounts. */
export function build(customers, go) {
  const chosen = (one) => one.account === at.account;
  const groups = customers.map(({ customer, accounts }) => h("optgroup", { label: customer }, accounts.map((one) =>
    h("option", { value: one.account, selected: chosen(one) }, `@${one.username}`))));
  const select = h("select", { id: "account", onchange: () => go(select.value) }, groups);
  const name = h("input", { id: "author", value: author(), maxlength: "128", size: "9", autocomplete: "off", spellcheck: "false",
    onchange: () => { name.value = setAuthor(name.value); tell(t("author-is", author())); } });
  const other = lang === "pt" ? "en" : "pt";
  document.getElementById("top").replaceChildren(
    h("div", { class: "bar" },
      h("h1", {}, "Politicall ", h("small", {}, t("local"))),
      h("label", { class: "field" }, h("span", {}, t("account")), select),
      h("label", { class: "field", title: t("author-why") }, h("span", {}, t("author")), name),
      h("button", { type: "button", class: "quiet", lang: other === "pt" ? "pt-BR" : "en", onclick: () => speak(other) },
        other === "pt" ? "Português" : "English")),
    status);
}

const MODES = { answer: "good", observe: "wait", off: "bad" };

/** Tells how the account stands. */
export async function refresh() {
  const account = await read("");
  if (account.account !== at.account) return;
  const connection = account.trouble ? "must-connect" : account.connection;
  refill(status, account, () => [
    h("p", {},
      h("span", { class: `pill ${MODES[account.mode]}` }, t(`mode-${account.mode}`)), " ",
      h("span", { class: `pill ${connection === "connected" ? "good" : "bad"}` }, t(connection)), " ",
      account.stopped_at && h("span", { class: "pill bad" }, t("stopped-since", when(account.stopped_at))), " ",
      account.token_days_left !== null && h("span", { class: "muted" }, t("token-days", account.token_days_left)), " ",
      h("span", { class: "muted id" }, t("customer"), " ", mono(at.customer), " · ", t("account-id"), " ", mono(account.account))),
    account.trouble && h("p", { class: "notice bad", role: "alert" }, t("broken-since", when(account.broken_since)), " ",
      pick(account.trouble.advice)),
  ]);
}
