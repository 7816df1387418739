"""Deliveries as Meta writes them, in the shapes of `events/webhook`, of this moment."""

import hashlib
import hmac
import json
import secrets
import time


def headers(secret, body):
    """What Meta posts it with: signed over the bytes that are sent."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}


def new_person():
    return f"98{secrets.randbelow(10**13):013}"


def new_mid():
    return f"aWdf{secrets.token_urlsafe(60)}"


def new_comment():
    return f"179{secrets.randbelow(10**14):014}"


def message(account, person, mid, text, reply_to=None):
    said = {"mid": mid, "text": text} | ({"reply_to": {"mid": reply_to}} if reply_to else {})
    return messaging(account, person, {"message": said})


def edit(account, person, mid, text, number):
    return messaging(account, person, {"message_edit": {"mid": mid, "text": text, "num_edit": number}})


def unsend(account, person, mid):
    return messaging(account, person, {"message": {"mid": mid, "is_deleted": True}})


def messaging(account, person, what):
    now_ms = int(time.time() * 1000)
    event = {"sender": {"id": person}, "recipient": {"id": account}, "timestamp": now_ms} | what
    return body({"id": account, "time": now_ms, "messaging": [event]})


def comment(account, person, username, comment_id, media, text):
    value = {
        "from": {"id": person, "username": username},
        "media": {"id": media, "media_product_type": "FEED"},
        "id": comment_id,
        "text": text,
    }
    return body({"id": account, "time": int(time.time()), "changes": [{"field": "comments", "value": value}]})


def body(entry):
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()
