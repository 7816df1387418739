"""What the environment says, read once. An error names the variable and what is expected of it, never what it holds."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PERSONAS = Path(__file__).resolve().parent.parent / "personas"

# As the desk takes the name of a model and of who asks.
NAME = re.compile(r"[!-~]{1,128}")

# As a rule names a persona; what is not like this never becomes part of a path.
PERSONA_NAME = re.compile(r"[a-z0-9_-]{1,40}")


class SettingsError(Exception):
    """A variable is missing, or not as it should be."""


@dataclass(frozen=True)
class Settings:
    desk_url: str
    model_url: str
    model: str
    persona: str
    personas: dict[str, str]
    # A local model asks for none. It is in no representation of the settings.
    model_key: str | None = field(default=None, repr=False)
    author: str = "responder"
    # Longer than most answers take, and much shorter than the three minutes that a rule waits unless it says otherwise.
    model_timeout_seconds: int = 30
    aws_region: str | None = None
    # Only where the queue is read here: a CRM that calls `answer` reads it itself.
    queue_url: str | None = None
    # So long a conversation stands still after this process died; while it lives it renews that.
    visibility_seconds: int = 30

    @classmethod
    def from_env(cls, env=None):
        env = os.environ if env is None else env
        personas = read_personas(PERSONAS)
        queue_url = env.get("CRM_QUEUE_URL") or None
        return cls(
            # The deployed stack names its desk without the version, the local one with it.
            desk_url=_url(env, "DESK_URL", "the stack's output DeskUrl").removesuffix("/v1") + "/v1",
            model_url=_url(env, "OPENAI_BASE_URL", "where /chat/completions lies, such as http://127.0.0.1:11434/v1"),
            model=_named(env, "OPENAI_MODEL", NAME, "the model's name, 1 to 128 visible ASCII characters"),
            persona=_persona(env, personas),
            personas=personas,
            model_key=env.get("OPENAI_API_KEY") or None,
            author=_named(env, "AUTHOR", NAME, "who asks, 1 to 128 visible ASCII characters", cls.author),
            model_timeout_seconds=_seconds(env, "MODEL_TIMEOUT_SECONDS", 1, 600, cls.model_timeout_seconds),
            aws_region=env.get("AWS_REGION") or None,
            queue_url=None if queue_url is None else _url(env, "CRM_QUEUE_URL", "the stack's output CrmQueueUrl"),
            visibility_seconds=_seconds(env, "VISIBILITY_SECONDS", 3, 600, cls.visibility_seconds),
        )


def read_personas(folder):
    """The text of each persona by its name, which is that of its file."""
    found = {path.stem: path.read_text(encoding="utf-8").strip() for path in sorted(folder.glob("*.md"))}
    return {name: text for name, text in found.items() if PERSONA_NAME.fullmatch(name) and text}


def _wanted(env, name, form):
    value = env.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set: {form}")
    return value


def _url(env, name, form):
    value = _wanted(env, name, form).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"{name} is no such address: {form}")
    if parts.username or parts.password:
        raise SettingsError(f"{name} holds a user or a password, which would end up in others' logs")
    return value


def _named(env, name, pattern, form, default=None):
    value = env.get(name, "").strip() or default or _wanted(env, name, form)
    if not pattern.fullmatch(value):
        raise SettingsError(f"{name} is not as expected: {form}")
    return value


def _persona(env, personas):
    form = f"one of {', '.join(personas)}: for questions that name none"
    value = _wanted(env, "PERSONA", form)
    if value not in personas:
        raise SettingsError(f"PERSONA is not as expected: {form}")
    return value


def _seconds(env, name, least, most, default):
    value = env.get(name, "").strip() or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise SettingsError(f"{name} is not as expected: {least} to {most}")
    return int(value)
