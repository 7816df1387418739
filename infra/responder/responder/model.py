"""A model behind an OpenAI-compatible endpoint: asked for one text, by what every such endpoint knows and nothing more."""

import json
import re

from .wire import NoAnswer, exchange

# What a model that thinks aloud thought: not for the person. One that never comes to an end said nothing.
THOUGHTS = re.compile(r"\s*<think>.*?(</think>|\Z)\s*", re.DOTALL)


class NoText(Exception):
    """There is no text to use, for this reason: a code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Model:
    def __init__(self, settings):
        self._url = f"{settings.model_url}/chat/completions"
        self._name = settings.model
        self._headers = {"Content-Type": "application/json"}
        if settings.model_key:
            self._headers["Authorization"] = f"Bearer {settings.model_key}"

    def write(self, messages, seconds):
        """One text, within so many seconds."""
        body = json.dumps({"model": self._name, "messages": messages}).encode()
        try:
            answer = exchange("POST", self._url, self._headers, body, seconds)
        except NoAnswer as nothing:
            raise NoText(f"model/{nothing.code}") from None
        if answer.status != 200:
            raise NoText(f"model/{answer.status}")
        return text_of(answer.body)


def text_of(body):
    """The text in a completion: whole, and meant as an answer."""
    try:
        choice = json.loads(body)["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content") or "", message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NoText("model/not_understood") from None
    if not isinstance(text, str):
        raise NoText("model/not_understood")
    if refusal or reason == "content_filter":
        raise NoText("model/refused")
    if reason == "length":
        # Its end is missing, and with it perhaps the "not".
        raise NoText("model/cut_off")
    text = THOUGHTS.sub("", text, count=1) if text.lstrip().startswith("<think>") else text
    # The desk takes no text of blanks, and half of a surrogate pair is no text that anybody can send.
    text = text.encode("utf-8", "ignore").decode().strip()
    if not text:
        raise NoText("model/empty")
    return text
