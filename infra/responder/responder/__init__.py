"""Answers what rules ask of the CRM, by a model behind any OpenAI-compatible endpoint."""

from .answer import Outcome, Responder
from .settings import Settings, SettingsError

__all__ = ["Outcome", "Responder", "Settings", "SettingsError"]
