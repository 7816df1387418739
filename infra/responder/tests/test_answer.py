import time
import unittest

from responder.answer import MARGIN_MS, Responder
from responder.desk import Refused
from responder.model import NoText
from responder.settings import Settings
from responder.wire import NoAnswer

from .pages import entry, page, reply
from .test_settings import WHOLE

CANARY = "canary-7f3a"


class Session:
    region_name = "sa-east-1"

    def get_credentials(self):
        return self


class Desk:
    """Refuses and fails as it is told, one thing a call, and then takes what it is given."""

    def __init__(self, *troubles):
        self.troubles, self.taken = list(troubles), []

    def entries(self, _):
        return page(entry("m9", f"Qual o horário, {CANARY}?", replies=[reply()]))

    def answer(self, _, name, text, model, key):
        self.taken.append((name, text, key))
        if self.troubles:
            raise self.troubles.pop(0)
        return "sent"


class Model:
    def __init__(self, *texts):
        self.texts, self.seconds = list(texts), []

    def write(self, _, seconds):
        self.seconds.append(seconds)
        text = self.texts.pop(0)
        if isinstance(text, Exception):
            raise text
        return text


def question(**others):
    event = {"type": "answer.requested", "customer": "c", "account": "17", "person": "9", "reply": "r1", "action": "message"}
    return event | {"deadline": int(time.time() * 1000) + 60_000} | others


class Answer(unittest.TestCase):
    def responder(self, desk, model):
        made = Responder(Settings.from_env(WHOLE), Session())
        made._desk, made._model = desk, model
        return made

    def test_what_became_of_a_question_says_whether_it_is_done_with(self):
        cases = [
            ("taken", [], ["Oi"], "answered", True),
            ("answered by now", [Refused(409, "too_late")], ["Oi"], "desk/409/too_late", True),
            ("not there", [Refused(404, "not_found")], ["Oi"], "desk/404/not_found", True),
            ("a key reused", [Refused(422, "key_reused")], ["Oi"], "desk/422/key_reused", True),
            ("slower", [Refused(429, "throttled")], ["Oi"], "desk/429/throttled", False),
            ("down", [Refused(503, "unavailable")], ["Oi"], "desk/503/unavailable", False),
            ("not let in", [Refused(403, "no_code")], ["Oi"], "desk/403/no_code", False),
            ("no answer", [NoAnswer("timed_out")], ["Oi"], "desk/timed_out", False),
            ("a bug", [KeyError(CANARY)], ["Oi"], "broken/KeyError", False),
            ("a model that fails", [], [NoText("model/500")], "model/500", True),
            ("for a person", [], ["ENCAMINHAR"], "model/hands_over", True),
            ("too long twice", [], ["a" * 1001, "a" * 1001], "too_long", True),
            ("refused twice", [Refused(409, "text_refused")] * 2, ["a" * 990, "a" * 960], "too_long", True),
            ("shorter", [Refused(409, "text_refused")], ["a" * 990, "Oi"], "answered", True),
        ]
        for case, troubles, texts, code, final in cases:
            outcome = self.responder(Desk(*troubles), Model(*texts)).answer(question())
            self.assertEqual((outcome.code, outcome.final), (code, final), case)
            self.assertNotIn(CANARY, repr(outcome), case)

    def test_another_try_posts_the_same_under_the_same_key_and_asks_no_model(self):
        desk, model = Desk(Refused(503, "unavailable")), Model("Oi")
        responder = self.responder(desk, model)
        self.assertEqual([responder.answer(question()).code for _ in range(2)], ["desk/503/unavailable", "answered"])
        self.assertEqual((desk.taken[0], len(model.seconds)), (desk.taken[1], 1))

    def test_a_shorter_text_is_another_request(self):
        desk = Desk(Refused(409, "text_refused"))
        self.responder(desk, Model("a" * 990, "Oi")).answer(question())
        self.assertEqual(len({key for _, _, key in desk.taken}), 2)

    def test_a_model_has_the_time_that_is_left(self):
        for left_ms, most in ((60_000, 30), (20_000, 15)):
            model = Model("Oi")
            self.responder(Desk(), model).answer(question(deadline=int(time.time() * 1000) + left_ms))
            self.assertTrue(most - 1 < model.seconds[0] <= most, (left_ms, model.seconds))
        late = question(deadline=int(time.time() * 1000) + MARGIN_MS + 1_000)
        outcome = self.responder(Desk(), Model()).answer(late)
        self.assertEqual((outcome.code, outcome.final), ("too_late", True))

    def test_what_is_no_question_ends(self):
        for others in ({"deadline": None}, {"reply": ["r1"]}, {"action": "dance"}, {"person": None}, {"customer": ""}):
            outcome = self.responder(Desk(), Model()).answer(question(**others))
            self.assertEqual((outcome.code, outcome.final), ("not_understood", True), others)
