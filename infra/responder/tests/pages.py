"""Entries of a conversation as the desk tells them, with invented words."""


def reply(name="r1", state="planned", text=None, model=None, became=None):
    return {"reply": name, "state": state, "text": text, "model": model, "became": became}


def entry(name, text=None, kind="message", sort="message", replies=(), **others):
    told = {"sort": sort, "id": name, "kind": kind, "text": text, "unsent_at": None, "removed_at": None}
    told |= {"attachments": [], "payload": None, "replies": list(replies)}
    return told | others


def page(*entries):
    """Newest first, of entries in the order in which they happened."""
    return list(reversed(entries))
