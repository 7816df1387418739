"""Reads the CRM's queue: conversations side by side, and each in its order."""

import json
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from . import log
from .crm_queue import UNREACHABLE

# Conversations worked on side by side. A thread mostly waits for a model.
AT_ONCE = 8

# The queue is asked for more while fewer messages than this are in hand.
MOST_IN_HAND = 20

# Ids of events that are done with. They are told at least once, and twice within minutes if at all; a CRM keeps them for 14 days.
MOST_IDS = 100_000

# How long an event waits that could not be done, by how often it was received; then the last of these.
WAITS_SECONDS = (2, 5, 10, 20, 30)

# Between two calls of a queue that does not answer.
PAUSE_SECONDS = 5


class Interrupted(BaseException):
    """The wait for something to come was cut short. Not an `Exception`: the client of SQS would take it for a failure and wait anew."""


class Consumer:
    """`answer` gives an outcome for an event, `pass_on` takes the body of any other."""

    def __init__(self, queue, answer, pass_on, renew_seconds):
        self._queue = queue
        self._answer = answer
        self._pass_on = pass_on
        self._renew_seconds = renew_seconds
        self._stopping = threading.Event()
        self._is_waiting = False
        self._in_hand = {}
        self._changed = threading.Condition()
        self._done = OrderedDict()
        self.failed = False

    def stop(self, *_):
        """Ends what is under way and begins nothing. A signal's handler: only the main thread, which waits for the queue, is cut short."""
        self._stopping.set()
        if self._is_waiting:
            raise Interrupted

    def run(self):
        """Reads until it is stopped."""
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(ended,), daemon=True)
        renewing.start()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not self._stopping.is_set():
                for messages in by_group(self._receive()):
                    pool.submit(self._work, messages)
        ended.set()
        renewing.join()

    def _receive(self):
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._in_hand) < MOST_IN_HAND, timeout=1):
                return []
        try:
            try:
                self._is_waiting = True
                messages = self._queue.receive()
            finally:
                self._is_waiting = False
        except Interrupted:
            # What was on its way here is visible again when its time is over.
            return []
        except UNREACHABLE as error:
            log.line("queue/unreachable", error=type(error).__name__)
            self._stopping.wait(PAUSE_SECONDS)
            return []
        with self._changed:
            self._in_hand.update({message.receipt: message for message in messages})
        return messages

    def _work(self, messages):
        """A conversation's events, one after the other. What cannot be done holds up what comes after it there, and nothing else."""
        waits_seconds = 0
        try:
            while messages and not self._stopping.is_set():
                if not self._is_done(messages[0]):
                    waits_seconds = WAITS_SECONDS[min(messages[0].receives, len(WAITS_SECONDS)) - 1]
                    break
                self._delete(messages.pop(0))
        except Exception as error:  # Its text may hold people's words
            log.line("broken", error=type(error).__name__)
            waits_seconds = WAITS_SECONDS[-1]
        self._leave(messages, waits_seconds)

    def _is_done(self, message):
        event = event_of(message.body)
        name = event.get("id")
        if name in self._done:
            log.line("known", event__id=name)
            return True
        if event.get("type") == "answer.requested" and event.get("v") == 1:
            outcome = self._answer(event)
            ids = {"event__id": name, "reply__id": event.get("reply"), "account__id": event.get("account")}
            stands = {"reply__state": outcome.state, "model__ms": outcome.model_ms}
            log.line(outcome.code, **ids, final=outcome.final, receives=message.receives, **stands)
            if not outcome.final:
                return False
        else:
            try:
                self._pass_on(message.body)
            except OSError:
                # Nobody takes them any more; what is not passed on stays in the queue.
                log.line("nobody_reads_on")
                self.failed = True
                self._stopping.set()
                return False
        if name is not None:
            self._done[name] = True
            while len(self._done) > MOST_IDS:
                self._done.popitem(last=False)
        return True

    def _delete(self, message):
        try:
            self._queue.delete(message)
        except UNREACHABLE as error:
            # It comes again and is known then.
            log.line("queue/not_deleted", error=type(error).__name__)
        finally:
            self._let_go([message])

    def _leave(self, messages, seconds):
        self._let_go(messages)
        try:
            self._queue.leave(messages, seconds)
        except UNREACHABLE as error:
            # They come again when their time is over.
            log.line("queue/not_left", error=type(error).__name__)

    def _let_go(self, messages):
        with self._changed:
            for message in messages:
                self._in_hand.pop(message.receipt, None)
            self._changed.notify_all()

    def _renew(self, ended):
        """Keeps hidden what is in hand. So little time is asked for at once that all goes on soon after this process died."""
        while not ended.wait(self._renew_seconds):
            with self._changed:
                messages = list(self._in_hand.values())
            try:
                self._queue.keep_hidden(messages)
            except UNREACHABLE as error:
                log.line("queue/not_renewed", error=type(error).__name__)


def by_group(messages):
    """Messages of each conversation, in their order."""
    groups = {}
    for message in messages:
        groups.setdefault(message.group, []).append(message)
    return list(groups.values())


def event_of(body):
    """An event, or nothing that is known of one: then it is passed on like all that others understand."""
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and isinstance(event.get("id"), str) else {}
