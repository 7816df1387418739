import json
import unittest

from responder.model import NoText, text_of


def completion(content="Olá!", reason="stop", **others):
    return json.dumps({"choices": [{"message": {"content": content} | others, "finish_reason": reason}]}).encode()


class TextOf(unittest.TestCase):
    def test_the_text_is_what_is_meant_for_the_person(self):
        cases = [
            ("plain", completion(" Olá! \n"), "Olá!"),
            ("thought before", completion("<think>Hum, \n será?</think>\n\nOlá!"), "Olá!"),
            ("half of a pair", completion("Olá\ud83d!"), "Olá!"),
        ]
        for case, body, text in cases:
            self.assertEqual(text_of(body), text, case)

    def test_what_is_no_whole_answer_is_none(self):
        cases = [
            ("empty", completion("  \n"), "model/empty"),
            ("none", completion(None), "model/empty"),
            ("thought without end", completion("<think>Hum"), "model/empty"),
            ("refused", completion("", refusal="I can't"), "model/refused"),
            ("filtered", completion("Ol", "content_filter"), "model/refused"),
            ("cut off", completion("Sim, mas", "length"), "model/cut_off"),
            ("a list", completion(["Olá"]), "model/not_understood"),
            ("no choice", b'{"choices":[]}', "model/not_understood"),
            ("no object", b"[]", "model/not_understood"),
            ("no JSON", b"<html>", "model/not_understood"),
        ]
        for case, body, code in cases:
            with self.subTest(case), self.assertRaises(NoText) as raised:
                text_of(body)
            self.assertEqual(raised.exception.code, code, case)
