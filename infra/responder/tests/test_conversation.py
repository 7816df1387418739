import unittest

from responder.conversation import MOST_TURNS, NothingToAnswer, turns

from .pages import entry, page, reply

QUESTION = entry("m9", "Qual é o horário?", replies=[reply()])


def said(*entries, in_public=False):
    return [(turn.who, turn.words) for turn in turns(page(*entries), "r1", in_public)]


class Turns(unittest.TestCase):
    def test_a_conversation_is_told_in_order_and_ends_with_the_question(self):
        first = entry("m1", "Oi", replies=[reply("r0", "sent", "Olá!", became="m2")])
        echo = entry("m2", "Olá!", kind="echo")
        by_hand = entry("m3", "Aqui é a Rita.", kind="echo")
        at_desk = entry("w1", None, kind="written", sort="written", replies=[reply("w1", "sent", "Pois não?", became="m4")])
        expected = [("user", "Oi"), ("assistant", "Olá!\nAqui é a Rita.\nPois não?"), ("user", "Qual é o horário?")]
        self.assertEqual(said(first, echo, by_hand, at_desk, QUESTION), expected)

    def test_what_was_unsent_or_did_not_go_out_is_absent(self):
        unsent = entry("m1", None, unsent_at=1, replies=[reply("r0", "sent", None)])
        removed = entry("c1", "apagado", kind="comment", sort="comment", removed_at=1)
        failed = entry("m2", "Oi", replies=[reply("r2", "failed", "não saiu")])
        self.assertEqual(said(unsent, removed, failed, QUESTION), [("user", "Oi\nQual é o horário?")])

    def test_what_the_person_wrote_after_the_question_belongs_to_it(self):
        step = entry("m9", "Qual é o horário?", replies=[reply("r0", "sent", "Um momento."), reply()])
        before, after = entry("m1", "Oi"), entry("m10", "E aos sábados?")
        expected = [("user", "Oi"), ("assistant", "Um momento."), ("user", "Qual é o horário?\nE aos sábados?")]
        self.assertEqual(said(before, step, after), expected)

    def test_in_public_nothing_but_the_comment_is_told(self):
        direct = entry("m1", "o meu telefone é 11 98888-7777")
        comment = entry("c1", "Tem vaga?", kind="comment", sort="comment", replies=[reply()])
        self.assertEqual(said(direct, comment, entry("m2", "oi"), in_public=True), [("user", "Tem vaga?")])

    def test_what_has_no_text_is_named_by_its_kind(self):
        image = entry("m1", None, attachments=[{"kind": "image"}])
        tap = entry("p1", None, kind="postback", payload="AGENDA", replies=[reply()])
        self.assertEqual(said(image, tap), [("user", "[image]\n[AGENDA]")])

    def test_only_the_last_turns_are_told_and_the_person_begins(self):
        many = [entry(f"m{i}", f"{i}", replies=[reply(f"r-{i}", "sent", "sim")]) for i in range(MOST_TURNS)]
        told = said(*many, QUESTION)
        self.assertEqual((len(told), told[0][0], told[-1]), (MOST_TURNS - 1, "user", ("user", "Qual é o horário?")))

    def test_nobody_is_answered_who_does_not_wait(self):
        answered = [reply(state="sent"), reply(state="failed"), reply(state="unknown"), reply(model="m")]
        cases = [
            ("not there", [entry("m1", "oi")], "question_gone"),
            ("unsent", [entry("m9", None, unsent_at=1, replies=[reply()])], "question_gone"),
            ("a person wrote in the app", [QUESTION, entry("m10", "Oi!", kind="echo")], "answered_by_a_person"),
            ("a person wrote at the desk", [QUESTION, entry("w1", kind="written", sort="written")], "answered_by_a_person"),
            *[(one["state"], [entry("m9", "oi", replies=[one])], "answered_already") for one in answered],
        ]
        for case, entries, code in cases:
            with self.subTest(case), self.assertRaises(NothingToAnswer) as raised:
                said(*entries)
            self.assertEqual(raised.exception.code, code, case)
