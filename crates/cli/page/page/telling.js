// An event of the feed in a sentence, and the way to where it happened. The feed holds ids and codes, nobody's words.
import { nameOf } from "./people.js";
import { has, t } from "./words.js";

/** Whose conversation it is in: where nobody is named, the message or comment stands in. */
export const whoseOf = (event) => event.person ?? event.comment ?? event.mid ?? null;

export function linkTo(event) {
  const person = whoseOf(event);
  return person === null ? `#/${event.account}/conversations` : `#/${event.account}/conversations/${encodeURIComponent(person)}`;
}

export function sentence(event) {
  const key = `event-${event.type}`;
  if (!has(key)) return event.type;
  const who = event.person ? nameOf(event.person, event.account) : t("somebody");
  return t(key, event.own ? t("the-account") : who, more(event));
}

const code = (name, value) => (has(`${name}-${value}`) ? t(`${name}-${value}`) : value);

function more(event) {
  switch (event.type) {
    case "message.received":
    case "person.answered":
      return event.content.map((kind) => code("content", kind)).join(", ");
    case "reply.planned":
    case "reply.sent":
      if (event.by === "rule" && event.source) return t("by-rule", event.source);
      return event.author ? t("by-author", event.author) : code("by", event.by);
    case "reply.failed":
    case "reply.parked":
      return event.reason;
    case "message.reacted":
      return event.reaction ?? (event.removed ? t("reaction-gone") : "");
    case "event.recorded":
      return code("recorded", event.kind);
    case "account.broken":
      return event.trouble?.reason ?? "";
    default:
      return "";
  }
}
