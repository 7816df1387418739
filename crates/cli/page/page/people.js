// What people are called, as far as the desk told.
import { at } from "./desk.js";
import { t } from "./words.js";

const names = new Map();

export function remember(conversation) {
  const { name, username, person, also } = conversation;
  const called = name ?? (username && `@${username}`);
  if (called) for (const id of [person, ...also]) names.set(`${at.account} ${id}`, called);
}

/** By the user name of a comment, where nothing better is known. */
export function rememberUsername(person, username) {
  const key = `${at.account} ${person}`;
  if (username && !names.has(key)) names.set(key, `@${username}`);
}

/** The name, or else so much of the id as tells people apart. */
export function nameOf(person, account = at.account) {
  return names.get(`${account} ${person}`) ?? t("person", person.length > 12 ? `…\u2060${person.slice(-6)}` : person);
}
