"""The CRM at the desk."""

import json
import secrets
from urllib.parse import quote

from .say import same


class Desk:
    """`ask(method, path, headers, body)` reaches the desk; a path begins with `/v1`."""

    def __init__(self, ask, customer, author):
        self.ask, self.customer, self.author = ask, customer, author
        self.account = None

    def get(self, *path, **query):
        """What is there; None where nothing is."""
        answer = self.call("GET", path, query=query)
        if answer.status == 404:
            same("the desk's word for what is not there", json.loads(answer.body)["code"], "not_found")
            return None
        same(f"GET {shape(path)}", answer.status, 200)
        return json.loads(answer.body)

    def do(self, method, *path, key=None, **members):
        """Has something done; gives status and answer."""
        answer = self.call(method, path, key=key or secrets.token_hex(16), body=members)
        return answer.status, json.loads(answer.body)

    def call(self, method, path, query=None, key=None, body=None):
        names = ["v1", "customers", self.customer, "accounts", *([self.account] if self.account else []), *path]
        place = "/" + "/".join(quote(name, safe="") for name in names)
        asked = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in (query or {}).items() if value)
        headers = {"X-Author": self.author} | ({"Idempotency-Key": key} if key else {})
        written = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            written = json.dumps(body).encode()
        return self.ask(method, f"{place}?{asked}" if asked else place, headers, written)

    def pages(self, *path):
        """Every page of a list."""
        before = None
        while True:
            page = self.get(*path, before=before)
            if page is None:
                return
            yield page
            before = page["next"]
            if not before:
                return

    def conversation(self, person):
        return self.get("conversations", person, limit=100)

    def entry(self, person, name):
        """One entry of a conversation, by Instagram's id of it."""
        entries = [it for page in self.pages("conversations", person) for it in page["entries"] if it["id"] == name]
        same("entries of the conversation with this id", len(entries), 1)
        return entries[0]

    def export(self, person):
        """Everything held about a person, by sort; None where nobody is known by this id."""
        held = None
        for page in self.pages("people", person, "export"):
            held = {} if held is None else held
            for sort, items in page["held"].items():
                held.setdefault(sort, []).extend(items)
        return held


def shape(path):
    return "/".join(path[::2])
