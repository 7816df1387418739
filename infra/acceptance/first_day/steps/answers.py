"""A message comes in, and is answered: by a rule, by a person, by a machine."""

import secrets
import time

import delivery

from ..say import holds, same, same_words

SEEN_WITHIN_SECONDS = 2
MODEL = "modelo-do-gabinete-1"


def message(day):
    if day.world.is_cold:
        # Whoever comes first waits for every function to start, which is not what is measured.
        early = delivery.new_person()
        _, mid = day.write(early, "Bom dia, qual o horário de atendimento?")
        day.told_of(mid, "answered")
        day.answered(early, mid)

    text, mid = day.text("Olá! Qual é o horário do gabinete para falar da creche?", day.ana), delivery.new_mid()
    day.first_delivery = delivery.message(day.account, day.ana, mid, text)
    day.deliver(day.first_delivery)
    taken_at = time.monotonic()
    event = day.feed.one(day.world.patience, "message.received", mid=mid)
    late = max(0, day.feed.read_at(event) - taken_at)
    holds(f"seen within {SEEN_WITHIN_SECONDS} s", late <= SEEN_WITHIN_SECONDS, f"{late:.2f} s")
    names = [event[name] for name in ("account", "customer", "person", "content")]
    same("whose and whom it is told of", names, [day.account, day.customer, day.ana, ["text"]])
    day.told_of(mid, "answered")
    same_words("its words at the desk", day.desk.entry(day.ana, mid)["text"], text)
    day.answered(day.ana, mid)
    return f"seen {late:.2f} s after its 200, answered by the rule"


def by_a_person(day):
    text, key = day.text("Oi, aqui é a Lia, do gabinete. Amanhã às 10h serve?", day.ana), secrets.token_hex(16)
    place = ("POST", "conversations", day.ana, "messages")
    first = day.desk.do(*place, key=key, text=text)
    holds("an answer by hand is taken", first[0] in (200, 202), (first[0], first[1].get("code")))
    became = day.reaches(day.ana, text)
    sent = day.told("reply.sent", person=day.ana, by="person")
    same("who wrote it, and what it became", (sent.get("author"), sent.get("mid")), (day.author, became))

    same("the same request once more", day.desk.do(*place, key=key, text=text) == first, True)
    _, refused = day.desk.do(*place, key=key, text=day.text("Outra coisa.", day.ana))
    same("another request under the same key", refused.get("code"), "key_reused")
    same("what Meta was asked for after that", day.got(day.ana), became)

    _, mid = day.write(day.ana, "Serve sim! Qual o horário para chegar?")
    day.told_of(mid, "paused")
    same("answers by a rule while a person talks", day.desk.entry(day.ana, mid)["replies"], [])
    same("what the person got last", day.got(day.ana), became)
    return "out once under its key, told with its author, automation silent after it"


def by_a_machine(day):
    person = delivery.new_person()
    _, mid = day.write(person, "A creche da Vila Nova vai reabrir este ano?")
    day.told_of(mid, "asked")
    asked = day.told("answer.requested", person=person, answers=mid)
    holds("a deadline ahead", asked["deadline"] > time.time() * 1000, asked["deadline"])
    day.got(person)

    text, key = day.text("A reabertura está prevista para março, segundo a prefeitura.", person), secrets.token_hex(16)
    place = ("answers", asked["reply"])
    status, refused = day.desk.do("POST", "conversations", day.ana, *place, text=text, model=MODEL)
    same("an answer in another person's conversation", (status, refused["code"]), (404, "not_found"))
    first = day.desk.do("POST", "conversations", person, *place, key=key, text=text, model=MODEL)
    holds("the answer is taken", first[0] in (200, 202), (first[0], first[1].get("code")))
    label = day.world.rules["ai"]["label"]
    became = day.reaches(person, f"{label}\n\n{text}")
    sent = day.told("reply.sent", person=person, reply=asked["reply"])
    same("who wrote it, and what it became", (sent["by"], sent.get("mid")), ("ai", became))
    reply = day.desk.entry(person, mid)["replies"][0]
    same("the machine's name at the desk", [reply[name] for name in ("model", "state", "author")], [MODEL, "sent", None])

    again = day.desk.do("POST", "conversations", person, *place, key=key, text=text, model=MODEL)
    same("the same answer once more", again == first, True)
    other = day.text("Não sei.", person)
    _, refused = day.desk.do("POST", "conversations", person, *place, text=other, model=MODEL)
    same("another answer to the same question", refused.get("code"), "too_late")
    day.got(person)
    return "asked, answered once below its label, the second answer is too late"
