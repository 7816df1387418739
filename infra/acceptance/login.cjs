// Drives Chromium through every end of the login and holds what it shows against what it must show.
// Usage: node login.cjs BASE CRM_SECRET_FILE FOLDER_FOR_SCREENSHOTS CHROMIUM

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const fs = require("node:fs");
const { chromium } = require("playwright-core");

const [base, crmFile, shots, executablePath] = process.argv.slice(2);

const HELENA = { customer: "gabinete-helena", office: "Vereadora Helena Sampaio" };
const ZULMIRA = { customer: "gabinete-zulmira", office: "Vereadora Zulmira Pontes" };
const DESK = { viewport: { width: 1100, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let numbers = 0;

/** A ticket as the CRM makes it, written from the README alone. */
function ticket(who, more = {}) {
  const secret = JSON.parse(fs.readFileSync(crmFile)).secrets[0];
  const expires_at = Math.floor(Date.now() / 1000) + 300;
  const payload = Buffer.from(JSON.stringify({ id: `t-${++numbers}`, user: "u-1", expires_at, ...who, ...more })).toString("base64url");
  const mac = crypto.createHmac("sha256", secret).update(`politicall-connect-ticket-v1.${payload}`).digest("base64url");
  return `${payload}.${mac}`;
}

/** Presses what is named and waits for the page that it leads to. */
async function press(page, name) {
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name, exact: true }).click()]);
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const complaints = [];

  /** A browser of its own: no cookies, no scripts. */
  async function open(device, locale) {
    const context = await browser.newContext({ ...device, locale, javaScriptEnabled: false });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    return page;
  }

  async function shoot(page, name) {
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
    const { width } = page.viewportSize();
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(needed <= width, `${name}: ${needed} px wide on a screen of ${width}`);
    console.log(`    ${name}: ${await page.title()}`);
  }

  async function shows(page, title, ...parts) {
    assert.equal(await page.title(), title);
    const text = await page.locator("body").innerText();
    for (const part of parts) assert.ok(text.includes(part), `${title}: no "${part}" in:\n${text}`);
  }

  /** From a ticket to Meta's dialog. */
  async function toDialog(page, who, more) {
    await page.goto(`${base}/connect/start?ticket=${ticket(who, more)}`);
    await shows(page, "Conectar Instagram", who.office, "instagram_business_manage_messages");
    await press(page, "Continuar no Instagram");
    assert.ok(new URL(page.url()).pathname === "/oauth/authorize", page.url());
  }

  // 1. Grant.
  const helena = await open(DESK, "pt-BR");
  await helena.goto(`${base}/connect/start?ticket=${ticket(HELENA)}`);
  await shoot(helena, "01-start");
  const [cookie] = await helena.context().cookies();
  assert.ok(cookie.httpOnly && cookie.sameSite === "Lax", JSON.stringify(cookie));
  await press(helena, "Continuar no Instagram");
  await shoot(helena, "02-dialog");
  await press(helena, "Allow");
  await shows(helena, "Instagram conectado", "@gabinete.helena.sampaio", HELENA.office);
  await shoot(helena, "03-connected");
  const granted = new URL(helena.url());
  // With the fragment that Meta puts behind it, going there again would only scroll.
  granted.hash = "";

  // 2. The same answer of Meta's again, in this browser and in another.
  await helena.goto(granted.href);
  await shows(helena, "Este passo não vale mais");
  await shoot(helena, "04-replayed-state");
  await toDialog(helena, HELENA);
  const state = new URL(helena.url()).searchParams.get("state");
  await helena.goto(`${base}/connect/callback?code=${granted.searchParams.get("code")}&state=${state}`);
  await shows(helena, "O Instagram não confirmou", "Nada foi guardado");
  await shoot(helena, "05-replayed-code");

  // 3. A state that is not this browser's, or nobody's.
  await toDialog(helena, HELENA);
  const open_state = new URL(helena.url()).searchParams.get("state");
  const stranger = await open(DESK, "pt-BR");
  await stranger.goto(`${base}/connect/start?ticket=${ticket(ZULMIRA)}`);
  await stranger.goto(`${base}/connect/callback?code=AQ&state=${open_state}`);
  await shows(stranger, "Este passo não vale mais");
  await helena.goto(`${base}/connect/callback?code=AQ&state=${open_state.slice(0, -1)}${open_state.endsWith("0") ? "1" : "0"}`);
  await shows(helena, "Este passo não vale mais");
  await shoot(helena, "06-wrong-state");

  // 4. Cancel.
  await toDialog(helena, HELENA);
  await press(helena, "Cancel");
  await shows(helena, "Conexão cancelada");
  await shoot(helena, "07-cancelled");

  // 5. A second customer wants the first one's account.
  await toDialog(stranger, ZULMIRA);
  await press(stranger, "Allow");
  await shows(stranger, "Esta conta não pode ser conectada");
  assert.ok(!(await stranger.content()).includes("gabinete-helena"));
  await shoot(stranger, "08-other-customer");

  // 6. A ticket that is over, and one that was used.
  await helena.goto(`${base}/connect/start?ticket=${ticket(HELENA, { expires_at: 1 })}`);
  await shows(helena, "Este link não vale mais");
  await shoot(helena, "09-ticket-over");

  // 7. On a phone: a new account, one permission unticked, then all of them; and the texts.
  const phone = await open(PHONE, "pt-BR");
  await phone.goto(`${base}/connect/start?ticket=${ticket(HELENA)}`);
  await shoot(phone, "10-phone-start");
  await press(phone, "Continuar no Instagram");
  await phone.getByLabel("instagram_business_manage_messages").uncheck();
  await press(phone, "Allow");
  await shows(phone, "Faltam permissões", "instagram_business_manage_messages");
  await shoot(phone, "11-phone-permission-missing");
  await toDialog(phone, HELENA);
  await phone.getByLabel("or as a new account:").fill("gabinete.novo.da.vereadora.helena.sampaio");
  await press(phone, "Allow");
  await shows(phone, "Instagram conectado", "@gabinete.novo.da.vereadora.helena.sampaio");
  await shoot(phone, "12-phone-connected");
  await phone.goto(`${base}/connect/privacy`);
  await shows(phone, "Privacidade: Instagram no Politicall", "180 dias");
  await shoot(phone, "13-phone-privacy");
  await phone.goto(`${base}/connect/deletion-status?code=${"0".repeat(32)}`);
  await shows(phone, "Exclusão de dados", "Nada guardado");
  await shoot(phone, "14-phone-deletion-status");

  // 8. In English.
  const english = await open(PHONE, "en-US");
  await english.goto(`${base}/connect/start?ticket=${ticket(HELENA)}`);
  await shows(english, "Connect Instagram", "Leave all three permissions ticked");
  await press(english, "Continue to Instagram");
  await press(english, "Cancel");
  await shows(english, "Connection cancelled");
  await shoot(english, "15-phone-english");

  await browser.close();
  // A browser complains on the console of whatever a policy forbade; of answers with 4xx, too, and those are meant.
  const meant = /the server responded with a status of 4\d\d/;
  assert.deepEqual(complaints.filter((text) => !meant.test(text)), []);
}

main().catch((error) => {
  console.error(`    ${error.stack}`);
  process.exit(1);
});
