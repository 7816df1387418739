"""Nobody is answered who does not want it, and nobody whom the office wants to answer itself."""

import time

import delivery

from ..say import holds, same

HOUR_MS = 3_600_000


def opt_out(day):
    person = delivery.new_person()
    mid = delivery.new_mid()
    day.deliver(delivery.message(day.account, person, mid, "PARAR"))
    day.told_of(mid, "silenced")
    day.told("person.opted_out", person=person)
    confirmed = day.reaches(person, day.world.rules["opt_out"]["text"])
    same("the desk says so", day.desk.conversation(person)["conversation"]["opted_out"], True)
    _, mid = day.write(person, "Qual o horário do gabinete?")
    day.told_of(mid, "opted_out")
    same("answers to a person who wants none", day.desk.entry(person, mid)["replies"], [])
    again = delivery.new_mid()
    day.deliver(delivery.message(day.account, person, again, "PARAR"))
    day.told("message.received", mid=again)
    day.settle()
    same("what the person got last", day.got(person), confirmed)
    return "confirmed once, told, and the next message is not answered because of it"


def pause(day):
    person = delivery.new_person()
    _, mid = day.write(person, "Qual o horário de atendimento?")
    day.told_of(mid, "answered")
    day.answered(person, mid)

    until_ms = int(time.time() * 1000) + HOUR_MS
    status, steered = day.desk.do("PUT", "conversations", person, "pause", until=until_ms)
    same("paused until", (status, steered["paused_until"]), (200, until_ms))
    paused = [it["person"] for page in day.desk.pages("conversations") for it in page["conversations"] if it["paused_until"]]
    holds("listed among the paused", person in paused, f"{len(paused)} others")
    _, mid = day.write(person, "E o horário aos sábados?")
    day.told_of(mid, "paused")
    same("answers meanwhile", day.desk.entry(person, mid)["replies"], [])
    day.got(person)

    status, steered = day.desk.do("DELETE", "conversations", person, "pause")
    same("resumed", (status, steered["paused_until"]), (200, None))
    _, mid = day.write(person, "E o horário aos domingos?")
    day.told_of(mid, "answered")
    day.answered(person, mid)
    return "silent while paused, with the reason, and answering after it"
