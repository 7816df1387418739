"""Texts that can be found again wherever they end up, because a mark of plain ASCII stands in each."""

import secrets


def marked(words):
    return f"{words} (protocolo {secrets.token_hex(5)})"


def mark_of(text):
    return text.rsplit(" ", 1)[1].rstrip(")")
