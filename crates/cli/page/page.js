// The page of the local stack: wires its parts together and keeps them current. No framework, no build step: what lies here is
// what the browser runs.
import { h } from "./page/dom.js";
import { at, local, Problem } from "./page/desk.js";
import * as feed from "./page/feed.js";
import * as list from "./page/list.js";
import { tell, tellProblem } from "./page/outcome.js";
import { listOf } from "./page/replies.js";
import * as test from "./page/test.js";
import * as top from "./page/top.js";
import { t } from "./page/words.js";

const VIEWS = ["conversations", "drafts", "settle", "test"];
const drafts = listOf("drafts");
const parked = listOf("parked");
const failed = listOf("failed");
const panel = document.getElementById("list");
/** What shows a conversation: comes with the first one. */
let conversation = null;
let customers = [];
let view = null;
let person = null;

const go = (hash) => { location.hash = hash; };

/** What stands in the address: `#/account/view/person`. */
function asked() {
  const [, account, name, of] = location.hash.split("/").map(decodeURIComponent);
  return { account, view: VIEWS.includes(name) ? name : "conversations", person: of || null };
}

async function show() {
  const all = customers.flatMap((one) => one.accounts.map((account) => ({ ...account, customer: one.customer })));
  const wanted = asked();
  const chosen = all.find((one) => one.account === wanted.account) ?? all.find((one) => one.account === remembered()) ?? all[0];
  if (!chosen) return panel.replaceChildren(h("p", { class: "empty" }, t("no-accounts")));
  const isOther = chosen.account !== at.account;
  if (isOther) {
    Object.assign(at, { customer: chosen.customer, account: chosen.account });
    localStorage.setItem("politicall.account", chosen.account);
    [list, drafts, parked, failed].forEach((one) => one.reset());
    top.build(customers, (account) => go(`#/${account}/conversations`));
  }
  document.body.dataset.show = wanted.person ? "conversation" : wanted.view === "test" ? "side" : "list";
  tabs(wanted.view);
  const hasOtherView = isOther || wanted.view !== view;
  view = wanted.view;
  if (hasOtherView) build();
  const hasOtherPerson = isOther || wanted.person !== person;
  person = wanted.person;
  if (person === null) close();
  await Promise.all([
    isOther && top.refresh(),
    refreshList(),
    person !== null && hasOtherPerson && open(person),
  ]);
  renew();
  if (person !== null && hasOtherPerson) document.getElementById("conversation").focus({ preventScroll: true });
}

async function open(someone) {
  conversation ??= await import("./page/conversation.js");
  await conversation.open(someone);
}

function close() {
  conversation?.close();
  document.getElementById("conversation").replaceChildren(h("p", { class: "empty" }, t("choose-conversation")));
}

/** Names came with the conversation that was opened. */
function renew() {
  if (view === "conversations") list.renew();
  feed.renew();
}

const remembered = () => localStorage.getItem("politicall.account");

function tabs(current) {
  document.getElementById("tabs").replaceChildren(...VIEWS.map((name) => h("a", { href: `#/${at.account}/${name}`, class: name,
    "aria-current": name === current ? "page" : null }, t(`tab-${name}`))));
}

/** The left side, for the view that was chosen. */
function build() {
  if (view === "drafts") panel.replaceChildren(...drafts.parts());
  else if (view === "settle") panel.replaceChildren(...parked.parts(), ...failed.parts());
  else list.build(panel);
}

function refreshList() {
  if (view === "drafts") return drafts.refresh();
  if (view === "settle") return Promise.all([parked.refresh(), failed.refresh()]);
  return list.refresh();
}

/** What the feed says has changed is looked at again. */
async function heard(events, isFirst) {
  if (!isFirst) {
    const here = events.map(({ event }) => event).filter((event) => event.account === at.account);
    await Promise.all([
      here.length > 0 && refreshList(),
      conversation && here.some(conversation.isAbout) && conversation.refresh(),
      here.some((event) => event.type.startsWith("account.")) && top.refresh(),
    ]).catch(tellProblem);
    renew();
    if (events.some(({ event }) => event.type === "account.connected" || event.type === "account.erased")) await learn();
  }
  test.heard(events);
}

/** Asks who is here. */
async function learn() {
  ({ customers } = await local("/customers"));
  if (at.account) top.build(customers, (account) => go(`#/${account}/conversations`));
}

let isLost = false;
function lost(error) {
  if (error && !(error instanceof Problem)) throw error;
  if (error && !isLost) tell(error.message, true);
  isLost = error !== null;
}

async function start() {
  document.title = t("title");
  await learn();
  feed.build(document.getElementById("feed"), customers);
  window.addEventListener("hashchange", () => show().catch(tellProblem));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) Promise.all([refreshList(), conversation?.refresh(), top.refresh()]).catch(tellProblem);
  });
  await Promise.all([show(), test.build(document.getElementById("test"), feed.lastNumber)]);
  await feed.follow(heard, lost);
}

start().catch(tellProblem);
