"""The CRM as the feed's reader: takes what comes, as it comes, and keeps it for the evening."""

import json
import threading
import time
from typing import NamedTuple

from .say import Unmet, same

MOST_AT_ONCE = 10
WAIT_SECONDS = 1


class Told(NamedTuple):
    """An event, and what SQS says of it."""

    event: dict
    body: str
    group: str
    sequence: int
    read_at: float


class Feed:
    def __init__(self, sqs, url):
        self.sqs, self.url = sqs, url
        self.account = None
        self.all = []
        self.changed, self.ends, self.trouble = threading.Condition(), False, None
        self.thread = threading.Thread(target=self.read, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends = True
        self.thread.join()

    def read(self):
        try:
            while not self.ends:
                self.take()
        except Exception as error:
            with self.changed:
                self.trouble = error
                self.changed.notify_all()

    def take(self):
        received = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=MOST_AT_ONCE,
            WaitTimeSeconds=WAIT_SECONDS,
            AttributeNames=["MessageGroupId", "SequenceNumber"],
        ).get("Messages", [])
        read_at = time.monotonic()
        with self.changed:
            for message in received:
                attributes = message["Attributes"]
                event = json.loads(message["Body"])
                told = Told(event, message["Body"], attributes["MessageGroupId"], int(attributes["SequenceNumber"]), read_at)
                self.all.append(told)
            self.changed.notify_all()
        for message in received:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def of(self, kind, **members):
        """The events of this kind so far of the account, each once, however often it was told."""
        with self.changed:
            found = {it.event["id"]: it.event for it in self.all if self.fits(it.event, kind, members)}
        return list(found.values())

    def fits(self, event, kind, members):
        if event["type"] != kind or event["account"] != (self.account or event["account"]):
            return False
        return all(event.get(name) == value for name, value in members.items())

    def one(self, seconds, kind, meanwhile=None, **members):
        """Waits for an event of the kind with these members, and gives it. There may be but one."""
        deadline = time.monotonic() + seconds
        while not (found := self.of(kind, **members)):
            if self.trouble:
                raise Unmet(f"the feed's queue cannot be read: {type(self.trouble).__name__}")
            if time.monotonic() > deadline:
                raise Unmet(f"{kind} of {members}: not told within {seconds} s; {self.seen(members)}")
            if meanwhile:
                meanwhile()
            with self.changed:
                self.changed.wait(0.2)
        same(f"events {kind} of {members}", len(found), 1)
        return found[0]

    def read_at(self, event):
        """When it was read first, by the monotonic clock."""
        with self.changed:
            return next(it.read_at for it in self.all if it.event["id"] == event["id"])

    def everything(self):
        with self.changed:
            return list(self.all)

    def seen(self, members):
        """The kinds of what was told of the same person instead."""
        kinds = [it.event["type"] for it in self.everything() if it.event.get("person") == members.get("person")]
        return f"told so far of the same: {', '.join(kinds[-8:]) or 'nothing'}"
