"""What the other side of the local stack's Meta knows: what reached Instagram, and a way to end a token."""

import json

from .say import same
from .wire import ask


class Instagram:
    def __init__(self, local_url):
        self.url = f"{local_url}/local/accounts"
        self.account = None

    def messages(self, person=None):
        """The direct messages that reached Instagram from our side, oldest first."""
        query = f"?person={person}" if person else ""
        answer = ask("GET", f"{self.url}/{self.account}/sent{query}")
        same("Meta's record of what it was sent", answer.status, 200)
        return json.loads(answer.body)["messages"]

    def comments(self):
        answer = ask("GET", f"{self.url}/{self.account}/sent")
        same("Meta's record of what it was sent", answer.status, 200)
        return json.loads(answer.body)["comments"]

    def end_token(self):
        answer = ask("POST", f"{self.url}/{self.account}/token/end", {"X-Local": "first-day", "Content-Length": "0"})
        same("Meta ends the token", (answer.status, json.loads(answer.body)), (200, {"ended": 1}))
