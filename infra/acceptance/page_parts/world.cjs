// The world around the page: Instagram, which delivers and takes; the CRM, which answers when it is asked.

const crypto = require("node:crypto");
const fs = require("node:fs");

const PATIENCE_MS = 20_000;
const CUSTOMERS = { 17841400000000001: "gabinete-helena", 17841400000000002: "campanha-ana-ribeiro" };

class World {
  constructor(base, data) {
    this.base = base;
    this.app = JSON.parse(fs.readFileSync(`${data}/apps.json`)).apps[0];
    this.numbers = 0;
  }

  /** Asks again until it is so. */
  async until(what, isSo) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await isSo();
      if (found) return found;
      if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
      await new Promise((over) => setTimeout(over, 100));
    }
  }

  async json(path, options) {
    const answer = await fetch(this.base + path, options);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  /** What reached Instagram from our side. */
  sent(account) {
    return this.json(`/local/accounts/${account}/sent`);
  }

  endToken(account) {
    return this.json(`/local/accounts/${account}/token/end`, { method: "POST", headers: { "X-Local": "acceptance" } });
  }

  /** A direct message as Instagram delivers it. */
  deliver(account, person, text) {
    const message = { mid: `aWdfpage${++this.numbers}`, text };
    const messaging = { sender: { id: person }, recipient: { id: account }, timestamp: Date.now(), message };
    return this.post({ id: account, time: Date.now(), messaging: [messaging] });
  }

  /** A comment below one of the account's posts. */
  comment(account, person, text) {
    const id = `1790000000088${String(++this.numbers).padStart(4, "0")}`;
    const media = { id: "18000000000020101", media_product_type: "FEED" };
    const value = { from: { id: person, username: `pessoa.${person.slice(-2)}` }, media, id, text };
    return this.post({ id: account, time: Math.floor(Date.now() / 1000), changes: [{ field: "comments", value }] });
  }

  async post(entry) {
    const body = JSON.stringify({ object: "instagram", entry: [entry] });
    const mac = crypto.createHmac("sha256", this.app.app_secrets[0]).update(body).digest("hex");
    const headers = { "Content-Type": "application/json", "X-Hub-Signature-256": `sha256=${mac}` };
    const answer = await fetch(`${this.base}/api/webhook/instagram`, { method: "POST", headers, body });
    if (answer.status !== 200) throw new Error(`the delivery was answered ${answer.status}`);
  }

  /** Waits until the CRM is asked for an answer to this person, and gives it, as a responder does. */
  async answerAsCrm(account, person, text) {
    const asked = await this.until("the CRM is asked", async () => {
      const events = [];
      for (let after = 0; ;) {
        const part = await this.json(`/local/feed?after=${after}`);
        if (part.events.length === 0) break;
        events.push(...part.events);
        after = part.events.at(-1).number;
      }
      return events.find(({ event }) => event.type === "answer.requested" && event.person === person);
    });
    const path = `/v1/customers/${CUSTOMERS[account]}/accounts/${account}/conversations/${person}/answers/${asked.event.reply}`;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": `page-${asked.event.reply}`, "X-Author": "responder" };
    await this.json(path, { method: "POST", headers, body: JSON.stringify({ text, model: "stand-in" }) });
  }

  /** Has somebody answer below a live comment, which Instagram refuses. Whether that is listed as not sent. */
  async failPublicReply(account, person) {
    const below = `/v1/customers/${CUSTOMERS[account]}/accounts/${account}`;
    const { entries } = await this.json(`${below}/conversations/${person}`);
    const comment = entries.find((entry) => entry.live).id;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": "page-live", "X-Author": "maria" };
    const path = `${this.base}${below}/conversations/${person}/comments/${comment}/replies`;
    await fetch(path, { method: "POST", headers, body: JSON.stringify({ text: "Obrigada! canario" }) });
    return (await this.json(`${below}/replies/failed`)).replies.length > 0;
  }

  /** Whether the desk lists drafts over all conversations. */
  async hasDrafts(account) {
    return (await fetch(`${this.base}/v1/customers/${CUSTOMERS[account]}/accounts/${account}/replies/drafts`)).ok;
  }
}

module.exports = { World };
