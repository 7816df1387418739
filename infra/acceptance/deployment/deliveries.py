"""Deliveries as Meta posts them: signed over the bytes that are sent."""

import json
import re
import time
import urllib.error
import urllib.request

from delivery import headers
from plain import ROOT

EVENTS = ROOT / "events"


class Callback:
    """The deployed callback, asked by its name, which stands in the Host header."""

    def __init__(self, aws_url, callback_url, apps):
        host, self.path = re.fullmatch(r"https?://([^/]+)(/.*)", callback_url).groups()
        self.aws_url = aws_url
        self.host = f"{host.split('.')[0]}.execute-api.localhost:{aws_url.rsplit(':', 1)[1]}"
        self.secrets = {app["name"]: app["app_secrets"][0] for app in apps}

    def post(self, body, secret, app=None):
        """Signs and posts; gives the status."""
        path = self.path if app is None else f"{self.path}/{app}"
        signed = headers(secret, body) | {"Host": self.host}
        request = urllib.request.Request(self.aws_url + path, body, signed, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code


def samples():
    """All sample deliveries, in the order in which `demo` plays them."""
    return {path.name: path.read_bytes() for path in sorted((EVENTS / "webhook").iterdir())}


def app_of(body, world):
    """The name of the app that signs a sample: its first account's, else the first."""
    names = {app["app_id"]: app["name"] for app in world["apps"]}
    apps = {account["account"]: names[account["app_id"]] for account in world["accounts"]}
    entries = json.loads(body)
    entries = entries[0] if isinstance(entries, list) else entries
    named = [str(entry.get("id")) for entry in entries.get("entry", []) if isinstance(entry, dict)]
    return apps.get(named[0] if named else None, world["apps"][0]["name"])


def as_of_now(body, mid):
    """A sample with one message, as if it were written now: another id, and the time of day."""
    delivery = json.loads(body)
    now_ms = int(time.time() * 1000)
    for entry in delivery["entry"]:
        entry["time"] = now_ms
        for event in entry["messaging"]:
            event["timestamp"] = now_ms
            event["message"]["mid"] = mid
    return json.dumps(delivery).encode()


def mids(bodies):
    """The ids of all messages that people wrote: what must be in the table in the end."""
    found = set()
    for body in bodies:
        delivery = json.loads(body)
        for part in delivery if isinstance(delivery, list) else [delivery]:
            for entry in part.get("entry", []):
                for event in entry.get("messaging", []) if isinstance(entry, dict) else []:
                    message = event.get("message")
                    if message and not message.get("is_deleted") and "mid" in message:
                        found.add(message["mid"])
    return found
