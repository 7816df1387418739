// The desk, asked as a CRM asks it, and the stack's own small interface.
import { t, pick } from "./words.js";

const AUTHOR = "politicall.author";

/** Whose customer and account all requests are about. */
export const at = { customer: null, account: null };

/** Something was not done, with words for a person. */
export class Problem extends Error {}

export const author = () => localStorage.getItem(AUTHOR) || "local";

/** The desk takes printable ASCII as a name. */
export function setAuthor(name) {
  localStorage.setItem(AUTHOR, name.normalize("NFD").replace(/[^!-~]/g, "").slice(0, 128));
  return author();
}

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, { cache: "no-store", ...options });
  } catch {
    throw new Problem(t("no-stack"));
  }
  const told = await answer.json().catch(() => null);
  if (!answer.ok) {
    const problem = new Problem(pick(told) ?? told?.error ?? t("failed", answer.status));
    problem.status = answer.status;
    throw problem;
  }
  return told;
}

const enc = encodeURIComponent;
export const path = (parts, ...values) => String.raw({ raw: parts }, ...values.map(enc));

const base = () => `/v1/customers/${enc(at.customer)}/accounts/${enc(at.account)}`;

/** Reads below the account. */
export function read(below, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return ask(`${base()}${below}${asked.size ? `?${asked}` : ""}`);
}

/** Has something done below the account. Repeated with its key it is not done twice. */
export function write(method, below, body, key) {
  const headers = { "Idempotency-Key": key, "X-Author": author() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return ask(base() + below, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

export const local = (below) => ask(`/local${below}`);
export const localPost = (below) => ask(`/local${below}`, { method: "POST", headers: { "X-Local": "page" } });
