"""One question from the feed to the desk. A CRM with a reader of its own calls `Responder.answer` from there."""

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from . import aws, prompt
from .conversation import NothingToAnswer, turns
from .desk import Conversation, Desk, Refused
from .model import Model, NoText
from .wire import NoAnswer

# Kept free before the deadline for handing in the answer: the desk judges by its own clock, and needs a moment itself.
MARGIN_MS = 5_000

# A model with less time than this is not asked.
LEAST_MS = 2_000

# Texts kept for another try: as many as may be under way, and then some.
MOST_KEPT = 1_000


@dataclass(frozen=True)
class Outcome:
    """What became of a question. Final: the event is done with. Else the desk may take the answer later, until the deadline."""

    code: str
    final: bool
    model_ms: int | None = None
    # How the desk says that the answer stands: sent, or on its way, or a draft that waits for a person.
    state: str | None = None


class Responder:
    def __init__(self, settings, session=None):
        self._settings = settings
        self._desk = Desk(settings, session or aws.session(settings))
        self._model = Model(settings)
        self._kept = Kept()

    def answer(self, event):
        """Answers an event `answer.requested`, given as a dict. Never raises, and gives a model no more time than there is."""
        clock, state = Stopwatch(), None
        try:
            state = self._answer(event, clock)
            code, final = "answered", True
        except (NothingToAnswer, NoText) as nothing:
            code, final = nothing.code, True
        except Refused as refused:
            code, final = str(refused), refused.is_final
        except NoAnswer as nothing:
            code, final = f"desk/{nothing.code}", False
        except Exception as error:  # Its text may hold people's words, so its kind must do
            code, final = f"broken/{type(error).__name__}", False
        if final and is_question(event):
            self._kept.forget(event["reply"])
        return Outcome(code, final, clock.spent_ms, state)

    def _answer(self, event, clock):
        if not is_question(event):
            raise NothingToAnswer("not_understood")
        _seconds_left(event)
        reply, action = event["reply"], event["action"]
        conversation = Conversation(event["customer"], event["account"], person_of(event))
        said = turns(self._desk.entries(conversation), reply, action == "public_reply")
        persona = self._persona(event)
        for is_second in (False, True):
            text = self._kept.get(reply, is_second)
            if text is None:
                asked = prompt.messages(persona, action, said, is_second)
                with clock:
                    text = self._model.write(asked, min(self._settings.model_timeout_seconds, _seconds_left(event)))
                self._kept.keep(reply, is_second, text)
            if prompt.hands_over(text):
                raise NoText("model/hands_over")
            if action == "public_reply" and prompt.repeats_personal_data(text, said):
                raise NoText("model/personal_data")
            if not prompt.fits(text, action):
                continue
            try:
                return self._desk.answer(conversation, reply, text, self._settings.model, self._key(reply, text))
            except Refused as refused:
                if refused.code != "text_refused":
                    raise
        raise NoText("too_long")

    def _persona(self, event):
        personas, named = self._settings.personas, event.get("persona")
        return personas[named if isinstance(named, str) and named in personas else self._settings.persona]

    def _key(self, reply, text):
        """The same for the same answer, so that another try posts the same. Another text is another request, also where the desk
        refused the first for its length: under the same key it would refuse the second for that alone."""
        told = "\0".join([reply, self._settings.model, self._settings.author, text])
        return f"answer-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def is_question(event):
    """Whether an event has what a question has. Another would never come to its end."""
    texts = [event.get(name) for name in ("customer", "account", "reply", "action")] + [person_of(event)]
    is_whole = all(isinstance(text, str) and text for text in texts) and isinstance(event.get("deadline"), int)
    return is_whole and event["action"] in prompt.ASKED_FOR


def person_of(event):
    """Where nobody is named, what is answered stands in for the person in the desk's paths."""
    return event.get("person") or event.get("answers")


class Kept:
    """Texts of questions that are not at their end, so that no model is asked twice for what the desk could not take yet."""

    def __init__(self):
        self._texts = OrderedDict()
        self._lock = threading.Lock()

    def get(self, reply, is_second):
        with self._lock:
            return self._texts.get(reply, {}).get(is_second)

    def keep(self, reply, is_second, text):
        with self._lock:
            self._texts.setdefault(reply, {})[is_second] = text
            while len(self._texts) > MOST_KEPT:
                self._texts.popitem(last=False)

    def forget(self, reply):
        with self._lock:
            self._texts.pop(reply, None)


class Stopwatch:
    """How long the model took, over all its tries."""

    def __init__(self):
        self.spent_ms = None

    def __enter__(self):
        self._began = time.monotonic()

    def __exit__(self, *_):
        self.spent_ms = (self.spent_ms or 0) + int((time.monotonic() - self._began) * 1000)


def _seconds_left(event):
    """How long a model may take, so that its answer is in time."""
    left_ms = event["deadline"] - MARGIN_MS - int(time.time() * 1000)
    if left_ms < LEAST_MS:
        raise NothingToAnswer("too_late")
    return left_ms / 1000
