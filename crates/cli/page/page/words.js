// Every word of the page's own, in Portuguese and English. What the desk tells brings its words along.
import { WORDS } from "./dictionary.js";

const KEPT = "politicall.lang";

/** "pt" or "en": what was chosen here, or else what the browser's reader reads. */
export const lang = localStorage.getItem(KEPT) ?? (navigator.language.toLowerCase().startsWith("pt") ? "pt" : "en");
export const locale = lang === "pt" ? "pt-BR" : "en";
document.documentElement.lang = locale;

/** Goes on in the other language. What is being written is kept by those who keep it. */
export function speak(other) {
  localStorage.setItem(KEPT, other);
  location.reload();
}

/** The words for a key, with what belongs in their blanks; the key itself where there are none. */
export function t(key, ...blanks) {
  const words = WORDS[key]?.[lang === "pt" ? 0 : 1] ?? key;
  return words.replace(/\{(\d)\}/g, (_, place) => blanks[place] ?? "");
}

export const has = (key) => key in WORDS;

/** The same thing said by the desk in both languages. */
export const pick = (said) => said?.[lang] ?? null;

const CLOCK = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

/** A moment, shortly: the time today, else with the day. */
export function when(ms) {
  const moment = new Date(ms);
  return (moment.toDateString() === new Date().toDateString() ? CLOCK : DAY).format(moment);
}

export const toTheSecond = (ms) => SECONDS.format(new Date(ms));
