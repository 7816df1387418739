"""People think better of what they wrote."""

import json

import delivery

from ..marks import mark_of
from ..say import holds, same, same_words


def edit(day):
    person = delivery.new_person()
    old, mid = day.write(person, "Qual o horário do mutirão de sábado?")
    day.told_of(mid, "answered")
    day.answered(person, mid)
    new = day.text("Qual o horário do mutirão de domingo?", person)
    day.deliver(delivery.edit(day.account, person, mid, new, 1))
    edited = day.told("message.edited", mid=mid)
    same("which edit, and whose", (edited["num_edit"], edited["person"]), (1, person))
    entry = day.desk.entry(person, mid)
    same_words("its words at the desk", entry["text"], new)
    same("the edit at the desk", (entry["edit"]["number"], entry["edit"]["text_known"]), (1, True))
    holds("none of the old words there", mark_of(old) not in json.dumps(day.desk.conversation(person)), "them")
    day.got(person)
    return "told, and the desk shows the new words alone"


def unsend(day):
    person, mid = delivery.new_person(), delivery.new_mid()
    text = day.text("Qual o horário de atendimento? Meu telefone é outro agora.", person)
    written = delivery.message(day.account, person, mid, text)
    day.deliver(written)
    day.told_of(mid, "answered")
    day.answered(person, mid)
    holds("its words in the export before", mark_of(text) in json.dumps(day.desk.export(person)), "none")
    day.deliver(delivery.unsend(day.account, person, mid))
    day.told("message.unsent", mid=mid)
    is_gone(day, person, mid, text)
    # Meta delivers at least once, and in any order.
    day.deliver(written, "the message itself, once more")
    day.settle()
    is_gone(day, person, mid, text)
    day.got(person)
    return "told, and its words are gone from desk and export, also after it came once more"


def is_gone(day, person, mid, text):
    entry = day.desk.entry(person, mid)
    same("its words at the desk", entry["text"], None)
    holds("when it was unsent", entry["unsent_at"], entry["unsent_at"])
    holds("nothing of it in the conversation", mark_of(text) not in json.dumps(day.desk.conversation(person)), "its words")
    holds("nothing of it in the export", mark_of(text) not in json.dumps(day.desk.export(person)), "its words")
