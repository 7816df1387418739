// Drives Chromium through the page of a local stack and holds what it shows against what must have happened.
// Usage: node page.cjs BASE DATA_FOLDER PROGRAM FOLDER_FOR_SCREENSHOTS CHROMIUM

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { chromium } = require("playwright-core");
const { World } = require("./page_parts/world.cjs");
const { contrastOf, namelessIn } = require("./page_parts/looks.cjs");

const [base, data, program, shots, executablePath] = process.argv.slice(2);

const HELENA = "17841400000000001";
const ANA = "17841400000000002";
const DESK = { viewport: { width: 1360, height: 850 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
/** Every page that was opened: what a failure looks like is worth a picture. */
const opened = [];

const HOSTILE = "<img src=x onerror=\"document.title='canario'\"> canario </li><script>document.title='canario'</script>";

/** What the feed tells of each field's sample. */
const TOLD = {
  messages: "message.received",
  comments: "comment.written",
  live_comments: "comment.written",
  message_edit: "message.edited",
  message_reactions: "message.reacted",
  messaging_postbacks: "postback.pressed",
  messaging_seen: "message.seen",
  messaging_referral: "referral.opened",
  messaging_optins: "event.recorded",
  messaging_handover: "event.recorded",
  standby: "message.received",
  mentions: "event.recorded",
};

async function main() {
  const world = new World(base, data);
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const complaints = [];

  /** A browser of its own, which counts what it loads and notes whatever a browser complains of. */
  async function open(device, locale, hash = "") {
    const context = await browser.newContext({ ...device, locale, timezoneId: "America/Sao_Paulo" });
    const page = await context.newPage();
    opened.push(page);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => complaints.push(error.stack));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`));
    });
    await page.goto(`${base}/${hash}`);
    await page.locator("#list li").first().waitFor();
    return page;
  }

  /** How long it took from the request to the first list, and how much it loaded. */
  async function light(page, name) {
    const { took, bytes } = await page.evaluate(async () => {
      const entries = performance.getEntriesByType("resource");
      const list = entries.find((entry) => entry.name.includes("/conversations?"));
      const all = [...performance.getEntriesByType("navigation"), ...entries];
      return { took: list.responseEnd, bytes: all.reduce((sum, entry) => sum + entry.transferSize, 0) };
    });
    console.log(`    ${name}: first list after ${Math.round(took)} ms, ${Math.round(bytes / 1000)} KB in all`);
    assert.ok(took < 1000, `${name}: the first list took ${took} ms`);
    assert.ok(bytes < 100_000, `${name}: ${bytes} bytes`);
  }

  async function shoot(page, name) {
    await page.screenshot({ path: `${shots}/${name}.png` });
    const { width } = page.viewportSize();
    const needed = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
    assert.ok(needed <= width, `${name}: ${needed} px wide on a screen of ${width}`);
    assert.deepEqual(await page.evaluate(contrastOf), [], `${name}: too pale`);
    assert.deepEqual(await page.evaluate(namelessIn), [], `${name}: without a name`);
    console.log(`    ${name}`);
  }

  const outcome = (page, text) => page.locator("#outcome", { hasText: text }).waitFor();
  const follow = (page, type, who) => page.locator(`#feed li[data-type="${type}"] a`, { hasText: who }).first().click();

  // 1. A fresh stack, then every sample by its button.
  const page = await open(DESK, "pt-BR");
  await light(page, "a fresh stack");
  assert.equal(await page.locator("html").getAttribute("lang"), "pt-BR");
  await page.locator("[data-field]").first().waitFor();
  const fields = await page.locator("[data-field]").evaluateAll((buttons) => buttons.map((button) => button.dataset.field));
  assert.deepEqual(fields, Object.keys(TOLD));
  await page.goto(`${base}/#/${HELENA}/conversations`);
  await shoot(page, "01-fresh");
  for (const field of fields) {
    const before = Number(await page.locator("#feed li[data-number]").first().getAttribute("data-number").catch(() => 0, { timeout: 1 }));
    await page.locator(`[data-field="${field}"]`).click();
    await page.waitForFunction(([type, after]) => [...document.querySelectorAll(`#feed li[data-type="${type}"]`)]
      .some((line) => Number(line.dataset.number) > after), [TOLD[field], before]);
    await page.locator("#came a").first().waitFor();
  }
  console.log(`    ${fields.length} samples, each in the feed`);

  // 2. A message, why it was answered, and an answer as a person.
  await page.locator("#list .rows a").first().waitFor();
  await page.locator(`#list a[href$="/910000000000001"]`).click();
  await page.locator("#conversation .reply", { hasText: "enviada" }).first().waitFor();
  await shoot(page, "02-conversation");
  await page.locator("#conversation .why summary").first().click();
  await page.locator("#conversation .trail .matched", { hasText: "atendimento: serviu: 1 resposta planejada" }).waitFor();
  assert.ok(await page.locator("#conversation .trail .missed").count() > 0);
  assert.doesNotMatch(await page.locator("#conversation .trail").first().innerText(), /no, it|matched/, "the trail is in Portuguese");
  await shoot(page, "03-why");
  const answer = "Olá! Aqui é a Maria, do gabinete. Pode vir até as 17h. canario";
  await page.getByLabel("Quem responde").fill("maria");
  await page.getByLabel("Quem responde").press("Enter");
  await page.locator("#answer").fill("é".repeat(501));
  assert.match(await page.locator("#left").innerText(), /^-2 /);
  await page.locator("#send").click();
  await page.locator("#outcome .bad").waitFor();
  await shoot(page, "04-too-long");
  await page.locator("#answer").fill(answer);
  assert.match(await page.locator("#left").innerText(), new RegExp(`^${1000 - Buffer.byteLength(answer)} `));
  await page.locator("#send").click();
  await outcome(page, /Enviada|A caminho/);
  const reached = async () => (await world.sent(HELENA)).messages.filter(({ text }) => text === answer).length;
  await world.until("the answer at Instagram", async () => (await reached()) === 1);
  await page.locator("#conversation .reply", { hasText: answer }).getByText("enviada").waitFor();
  assert.equal(await page.locator("#conversation .entries").getByText(answer).count(), 1, "told once, not again as its echo");
  assert.equal(await page.locator("#answer").inputValue(), "");
  await shoot(page, "05-answered");

  // 3. Words that would be markup are words.
  await world.deliver(HELENA, "910000000000001", HOSTILE);
  await page.locator("#conversation .text", { hasText: HOSTILE }).waitFor();
  assert.equal(await page.locator("#conversation img, #conversation script").count(), 0);
  assert.match(await page.title(), /^Politicall/);
  await shoot(page, "06-hostile");

  // 4. Automation keeps silent after a person; resumed, paused, a tag, resumed again.
  await page.getByRole("button", { name: "Retomar automático" }).click();
  await page.getByRole("button", { name: "Pausar automático por 1 h" }).click();
  await page.locator("#conversation .pill", { hasText: "automático em pausa até" }).waitFor();
  await world.deliver(HELENA, "910000000000001", "Qual o horário de atendimento? canario");
  await page.locator("#conversation .why summary", { hasText: "alguém do gabinete estava falando nesta conversa" }).first().waitFor();
  await page.getByLabel("etiqueta", { exact: true }).fill("agenda");
  await page.getByRole("button", { name: "Etiquetar" }).click();
  await page.locator("#conversation .tag", { hasText: "#agenda" }).waitFor();
  await page.getByRole("group").getByRole("button", { name: "Pausadas" }).click();
  await page.locator("#list .pill", { hasText: "pausada" }).waitFor();
  await shoot(page, "07-paused");
  await page.getByRole("button", { name: "Retomar automático" }).click();
  await outcome(page, "O automático voltou");
  await page.locator("#conversation .pill", { hasText: "em pausa" }).waitFor({ state: "detached" });
  const before = (await world.sent(HELENA)).messages.length;
  await world.deliver(HELENA, "910000000000001", "E no sábado, qual o horário? canario");
  await world.until("an automatic answer again", async () => (await world.sent(HELENA)).messages.length === before + 1);
  await page.getByRole("group").getByRole("button", { name: "Todas" }).click();

  // 5. A comment of another account, answered below, hidden, shown again, deleted.
  await follow(page, "comment.written", "000025");
  await page.waitForURL(new RegExp(`/${ANA}/conversations/`));
  await page.locator("#conversation .comment-form summary").first().click();
  await page.getByRole("textbox", { name: "Responder ao comentário" }).fill("Que bom! Veja no direct. canario");
  await shoot(page, "08-comment");
  await page.getByRole("button", { name: "Publicar abaixo do comentário" }).click();
  await outcome(page, "A resposta está abaixo do comentário.");
  await world.until("the answer below the comment", async () =>
    (await world.sent(ANA)).comments.some(({ text }) => text === "Que bom! Veja no direct. canario"));
  await page.getByRole("button", { name: "Ocultar" }).first().click();
  await page.locator("#conversation .said", { hasText: "oculto desde" }).waitFor();
  await page.getByRole("button", { name: "Mostrar de novo" }).first().click();
  await page.locator("#conversation .said", { hasText: "oculto desde" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Apagar" }).first().click();
  await page.getByText("Apagar da publicação para sempre?").waitFor();
  await shoot(page, "09-delete");
  await page.getByRole("button", { name: "Não", exact: true }).click();
  assert.equal(await page.locator("#conversation .gone").count(), 0, "asked, and not done");
  await page.getByRole("button", { name: "Apagar" }).first().click();
  await page.getByRole("button", { name: "Sim", exact: true }).click();
  await page.locator("#conversation .gone", { hasText: "apagado da publicação" }).waitFor();

  // 6. A machine's public answer waits as a draft, until a person releases it; another is dropped.
  execFileSync(program, ["rules", "set", ANA, "infra/rules/completo.json"], { env: { ...process.env, POLITICALL_DATA: data } });
  const people = ["920000000000026", "920000000000027"];
  for (const [number, person] of people.entries()) {
    await world.comment(ANA, person, `Quando a Ana vem ao nosso bairro? canario ${number}`);
    await world.answerAsCrm(ANA, person, `No sábado, às 10h, na praça. canario ${number}`);
  }
  await page.getByRole("link", { name: "Rascunhos" }).click();
  if (await world.hasDrafts(ANA)) {
    await page.locator("#list .draft").nth(1).waitFor();
    await shoot(page, "10-drafts");
  } else {
    console.log("    this desk lists no drafts over conversations yet");
    await page.getByText("Nenhum rascunho espera por você.").waitFor();
  }
  for (const [number, [person, verb]] of [[people[0], "Liberar"], [people[1], "Descartar"]].entries()) {
    await page.goto(`${base}/#/${ANA}/conversations/${person}`);
    await page.locator("#conversation .draft", { hasText: `canario ${number}` }).waitFor();
    if (number === 0) await shoot(page, "11-draft");
    await page.locator("#conversation").getByRole("button", { name: verb }).click();
    await outcome(page, number === 0 ? "O rascunho foi liberado." : "O rascunho foi descartado.");
    await page.locator("#conversation .draft").waitFor({ state: "detached" });
  }
  await world.until("the released draft below the comment", async () =>
    (await world.sent(ANA)).comments.some(({ text }) => text.includes("canario 0")));
  assert.ok(!(await world.sent(ANA)).comments.some(({ text }) => text.includes("canario 1")), "what was dropped stays here");
  await page.getByRole("link", { name: "A resolver" }).click();
  await page.getByRole("heading", { name: "Não enviadas" }).waitFor();
  // Below a live comment nobody can answer in public, but who tries is told so.
  if (await world.failPublicReply(ANA, "920000000000035")) await page.locator("#list .card .pill.bad").first().waitFor();
  await shoot(page, "12-settle");

  // 7. Nobody looks: nothing is asked.
  await page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
  await page.waitForRequest(/feed/, { timeout: 2500 }).catch(() => null);
  assert.equal(await page.waitForRequest(/feed/, { timeout: 2500 }).catch(() => null), null, "a hidden page goes on asking");
  await page.evaluate(() => { delete document.hidden; document.dispatchEvent(new Event("visibilitychange")); });
  await page.waitForRequest(/feed/);

  // 8. On a phone.
  const phone = await open(PHONE, "pt-BR", `#/${HELENA}/conversations`);
  await light(phone, "a phone, with conversations");
  await phone.locator("#list .rows a").first().waitFor();
  await shoot(phone, "13-phone-list");
  await phone.locator(`#list a[href$="/910000000000001"]`).click();
  await phone.locator("#conversation .text", { hasText: "sábado" }).waitFor();
  await shoot(phone, "14-phone-conversation");
  await phone.getByRole("link", { name: "Testar" }).click();
  await phone.locator(`[data-field="messages"]`).click();
  await phone.locator("#came a").first().waitFor();
  await shoot(phone, "15-phone-test");
  await phone.goto(`${base}/#/${ANA}/conversations/${people[0]}`);
  await phone.locator("#conversation .reply").first().waitFor();
  await shoot(phone, "16-phone-comment");

  // 9. In English, by the browser's language and by the switch; and an account that Instagram takes no more.
  const english = await open(DESK, "en-US", `#/${HELENA}/conversations/910000000000001`);
  assert.equal(await english.locator("html").getAttribute("lang"), "en");
  await english.locator("#conversation .why summary").first().click();
  await english.locator("#conversation .trail li", { hasText: "it wants that the text holds" }).first().waitFor();
  await world.endToken(HELENA);
  await english.locator(`[data-field="messages"]`).click();
  await english.locator("#status .notice", { hasText: "Click Connect Instagram" }).waitFor();
  await shoot(english, "17-english-broken");
  await english.getByRole("button", { name: "Português" }).click();
  await english.locator("#status .notice", { hasText: "Clique em Conectar Instagram" }).waitFor();
  assert.equal(await english.locator("html").getAttribute("lang"), "pt-BR");
  await english.reload();
  await english.getByRole("button", { name: "English" }).click();
  await english.getByText("What the CRM is told").waitFor();
  const small = await open(PHONE, "en-US", `#/${HELENA}/conversations`);
  await small.locator("#list .rows a").first().waitFor();
  await shoot(small, "18-phone-english");

  await browser.close();
  // A desk that does not know the list of drafts yet says 404, and what is too long is refused on purpose.
  const meant = /status of 4\d\d .*(replies\/drafts|\/messages)/;
  assert.deepEqual(complaints.filter((text) => !meant.test(text)), []);
}

main().catch(async (error) => {
  for (const [number, page] of opened.entries()) await page.screenshot({ path: `${shots}/failed-${number}.png` }).catch(() => null);
  console.error(`    ${error.stack}`);
  process.exit(1);
});
