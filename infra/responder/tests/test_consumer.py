import json
import unittest

from responder import log
from responder.answer import Outcome
from responder.consumer import Consumer, by_group, event_of
from responder.crm_queue import Message


def message(name, group="a", kind="answer.requested", receives=1):
    return Message(json.dumps({"v": 1, "id": name, "type": kind, "reply": f"r-{name}"}), group, f"receipt-{name}", receives)


class Queue:
    def __init__(self):
        self.done = []

    def delete(self, given):
        self.done.append(("deleted", given.receipt))

    def leave(self, given, seconds):
        self.done += [("left", one.receipt, seconds) for one in given]


class Work(unittest.TestCase):
    def setUp(self):
        self.queue, self.passed, self.asked = Queue(), [], []
        self.later = set()
        self.consumer = Consumer(self.queue, self.answer, self.passed.append, 10)
        self.line, log.line = log.line, lambda *_, **__: None

    def tearDown(self):
        log.line = self.line

    def answer(self, event):
        self.asked.append(event["id"])
        return Outcome("code", event["id"] not in self.later)

    def test_what_is_asked_is_answered_and_all_else_passed_on_unchanged(self):
        other = Message('{"v":1, "id":"2","type":"message.received"}', "a", "receipt-2", 1)
        unknown = Message("no event", "a", "receipt-3", 1)
        later_version = Message('{"v":2,"id":"4","type":"answer.requested"}', "a", "receipt-4", 1)
        self.consumer._work([message("1"), other, unknown, later_version])
        self.assertEqual((self.asked, self.passed), (["1"], [other.body, unknown.body, later_version.body]))
        self.assertEqual(self.queue.done, [("deleted", f"receipt-{number}") for number in (1, 2, 3, 4)])

    def test_what_cannot_be_done_yet_holds_up_what_comes_after_it_in_its_conversation(self):
        self.later = {"2"}
        self.consumer._work([message("1"), message("2", receives=3), message("3", kind="reply.sent")])
        self.assertEqual(self.queue.done, [("deleted", "receipt-1"), ("left", "receipt-2", 10), ("left", "receipt-3", 10)])
        self.assertEqual(self.passed, [])

    def test_what_comes_again_is_done_once(self):
        self.consumer._work([message("1"), message("1"), message("2", kind="reply.sent"), message("2", kind="reply.sent")])
        self.assertEqual((self.asked, len(self.passed), len(self.queue.done)), (["1"], 1, 4))

    def test_what_was_not_done_is_done_when_it_comes_again(self):
        self.later = {"1"}
        self.consumer._work([message("1")])
        self.later = set()
        self.consumer._work([message("1", receives=2)])
        self.assertEqual((self.asked, self.queue.done[-1]), (["1", "1"], ("deleted", "receipt-1")))

    def test_once_it_is_stopped_nothing_is_begun_and_all_is_given_back(self):
        self.consumer.stop()
        self.consumer._work([message("1"), message("2")])
        self.assertEqual(self.queue.done, [("left", "receipt-1", 0), ("left", "receipt-2", 0)])

    def test_where_nobody_reads_on_it_ends_and_loses_nothing(self):
        def closed(_):
            raise BrokenPipeError

        self.consumer._pass_on = closed
        self.consumer._work([message("1", kind="reply.sent")])
        self.assertEqual((self.queue.done, self.consumer.failed), ([("left", "receipt-1", 2)], True))

    def test_groups_keep_their_order(self):
        one, two, three = message("1", "a"), message("2", "b"), message("3", "a")
        self.assertEqual(by_group([one, two, three]), [[one, three], [two]])
        self.assertEqual((event_of("[]"), event_of("canary")), ({}, {}))
