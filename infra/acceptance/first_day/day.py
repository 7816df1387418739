"""The day: who takes part, what was said and what may have reached Instagram, and the twelve steps in their order."""

import sys
import time

import delivery

from .browser import Browser, log_in
from .desk import Desk
from .feed import Feed
from .instagram import Instagram
from .marks import mark_of, marked
from .say import Unmet, holds, same, same_words, until
from .steps import account, answers, changes, comments, evening, leaving, silence
from .ticket import ticket

CUSTOMER, OFFICE, AUTHOR = "gabinete-aurora", "Vereadora Aurora Lima", "u-aurora-1"

STEPS = [
    ("connect", account.connect),
    ("message", answers.message),
    ("a person answers", answers.by_a_person),
    ("a machine answers", answers.by_a_machine),
    ("edit", changes.edit),
    ("unsend", changes.unsend),
    ("comment to message", comments.to_message),
    ("opt-out", silence.opt_out),
    ("pause", silence.pause),
    ("dead token", account.dead_token),
    ("export", leaving.export),
    ("erase", leaving.erase),
]


class Day:
    def __init__(self, world, feed):
        self.world, self.feed = world, feed
        self.desk = Desk(world.ask_desk, CUSTOMER, AUTHOR)
        self.instagram = Instagram(world.local_url)
        self.customer, self.author = CUSTOMER, AUTHOR
        # By marks, one in each text, whoever wrote it: what somebody said is found by it, whatever it is written in.
        self.marks = {}
        # What each person may have got, oldest first.
        self.due = {}
        # The person whose data is taken out and erased at the end, and the delivery that comes again after that.
        self.ana, self.first_delivery = delivery.new_person(), None

    @property
    def account(self):
        return self.desk.account

    @account.setter
    def account(self, account):
        self.desk.account = self.feed.account = self.instagram.account = account

    def rule(self, name):
        """The first step of a rule of the office's set."""
        return next(rule["do"][0] for rule in self.world.rules["rules"] if rule["id"] == name)

    @property
    def automatic(self):
        return self.rule("horario")["text"]

    def log_in(self, **told):
        """The office logs in, in a browser of its own. Meta's dialog is told which account."""
        good_now = ticket(self.world.crm_secret, CUSTOMER, OFFICE, AUTHOR)
        log_in(Browser(self.world.road), f"{self.world.connect_url}/connect/start?ticket={good_now}", told)

    def text(self, words, person):
        """A text of this person's conversation, with a mark that stands nowhere else."""
        text = marked(words)
        self.marks[mark_of(text)] = person
        return text

    def marks_of(self, person):
        return [mark for mark, whose in self.marks.items() if whose == person]

    def deliver(self, body, what="a signed delivery"):
        same(what, self.world.post(body), 200)

    def write(self, person, words, **more):
        """The person writes; gives text and id of the message."""
        text, mid = self.text(words, person), delivery.new_mid()
        self.deliver(delivery.message(self.account, person, mid, text, **more))
        return text, mid

    def told(self, kind, **members):
        return self.feed.one(self.world.patience, kind, self.world.tend, **members)

    def told_of(self, mid, why):
        """The CRM is told of a message, and what was decided about it, and the desk says the same."""
        event = self.told("message.received", mid=mid)
        same("what was decided about the message", event.get("why"), why)
        decision = self.desk.entry(event["person"], mid)["decision"]
        same("the desk's word about it", decision and decision["why"], why)
        holds("the desk's word in both languages", decision["pt"] and decision["en"], "none")
        return event

    def reaches(self, person, text):
        """Exactly this is the next thing that the person gets; gives its id."""
        self.due.setdefault(person, []).append(text)
        wanted = len(self.due[person])

        def is_there():
            return len(self.instagram.messages(person)) >= wanted

        until(f"message {wanted} to a person", is_there, self.world.patience, self.world.tend)
        return self.got(person)

    def got(self, person):
        """The person got what they may have got and nothing else; gives the id of the last."""
        messages, due = self.instagram.messages(person), self.due.get(person, [])
        same("messages that the person got", len(messages), len(due))
        for message, text in zip(messages, due):
            same_words("what the person got", message["text"], text)
            same("whom it reached", message["person"], person)
        return messages[-1]["mid"] if messages else None

    def answered(self, person, mid):
        """The rule's answer to a message reaches the person, once, and the CRM is told so."""
        became = self.reaches(person, self.automatic)
        sent = self.told("reply.sent", person=person, answers=mid)
        same("who made the answer, and what it became", (sent["by"], sent.get("mid")), ("rule", became))

    def settle(self):
        """Everything that is queued is worked off and read."""
        until("empty queues", self.world.is_settled, self.world.patience)


def live(world):
    """Lives the day in a world, and ends the program where something does not hold."""
    with Feed(world.sqs, world.feed_url) as feed:
        day = Day(world, feed)
        day.settle()
        troubles = {name: world.waiting(url) for name, url in world.trouble_urls.items()}
        for number, (name, step) in enumerate(STEPS, 1):
            tell(f"{number}/{len(STEPS)} {name}", lambda: step(day))
        tell("the evening", lambda: evening.check(day, troubles))
    print(f"    {len(STEPS)} of {len(STEPS)}")


def tell(name, step):
    began = time.monotonic()
    try:
        came_to = step()
    except Unmet as unmet:
        sys.exit(f"    FAILED {name}: {unmet}")
    print(f"    ok   {name}: {came_to} ({time.monotonic() - began:.1f} s)", flush=True)
