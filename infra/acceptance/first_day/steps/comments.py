"""A comment is answered by a direct message, and the person goes on there."""

import delivery

from ..say import same, same_words

# A post that Meta does not show to the account: the rule answers below others, too.
MEDIA = "18000000000990001"


def to_message(day):
    person, comment = delivery.new_person(), delivery.new_comment()
    text = day.text("Faltam vagas na creche do bairro!", person)
    body = delivery.comment(day.account, person, "elis.moreira.22", comment, MEDIA, text)
    day.deliver(body)
    written = day.told("comment.written", comment=comment)
    same("what was decided about it, and whose it is", (written.get("why"), written["own"]), ("answered", False))
    became = day.reaches(person, day.rule("comentario-creche")["private_reply"])
    sent = day.told("reply.sent", answers=comment)
    same("what it is, and what it became", (sent["action"], sent.get("mid")), ("private_reply", became))
    entry = day.desk.entry(person, comment)
    same_words("its words at the desk", entry["text"], text)
    replies = [[it[name] for name in ("action", "state", "became")] for it in entry["replies"]]
    same("its replies at the desk", replies, [["private_reply", "sent", became]])
    day.deliver(body, "the comment once more")
    day.settle()
    day.got(person)

    answer, mid = day.write(person, "Sou da Vila Nova. Qual o horário da reunião?", reply_to=became)
    day.told_of(mid, "answered")
    day.answered(person, mid)
    entry = day.desk.entry(person, mid)
    same("what the person answers", entry["reply_to"], became)
    same_words("the answer, in the same conversation", entry["text"], answer)
    same("replies below the post", day.instagram.comments(), [])
    return "one private reply, and the person's answer stands beside the comment"
