"""The desk, as far as answering needs it: a conversation is read, and an answer handed in. See functions/desk/openapi.yaml."""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from .wire import NoAnswer, exchange

# The desk takes up to 26 s for a request, its gateway 29 s.
SECONDS = 30

# The most that a page has. A question that lies further back is a matter for people.
ENTRIES = 100

# Asked again it would be refused again. What is not listed may pass: a key that is not let in yet, a limit, a failure.
FINAL = {400, 404, 405, 409, 413, 422}

CODE = re.compile(r"[a-z0-9_]{1,40}")


class Refused(Exception):
    """The desk said no. Its words for people stay out of this; the code is one that does not change."""

    def __init__(self, status, code):
        super().__init__(f"desk/{status}/{code}")
        self.status = status
        self.code = code
        self.is_final = status in FINAL


@dataclass(frozen=True)
class Conversation:
    """Whose conversation, as the desk's paths name it."""

    customer: str
    account: str
    person: str

    def path(self):
        names = [quote(name, safe="") for name in (self.customer, self.account, self.person)]
        return "/customers/{}/accounts/{}/conversations/{}".format(*names)


class Desk:
    def __init__(self, settings, session):
        self._url = settings.desk_url
        self._author = settings.author
        self._session = session

    def entries(self, conversation):
        """What happened, newest first, as it stands at this moment: what was unsent or erased meanwhile has no words."""
        return self._ask("GET", f"{conversation.path()}?limit={ENTRIES}")["entries"]

    def answer(self, conversation, reply, text, model, key):
        """Hands in an answer, and gives how it stands. The desk takes one for each question, however often it is asked."""
        body = json.dumps({"text": text, "model": model}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "X-Author": self._author}
        stands = self._ask("POST", f"{conversation.path()}/answers/{quote(reply, safe='')}", headers, body)["reply"]
        return "draft" if stands["draft"] else stands["state"]

    def _ask(self, method, path, headers=None, body=None):
        url = self._url + path
        answer = exchange(method, url, self._signed(method, url, headers or {}, body), body, SECONDS)
        told = _json(answer.body)
        if answer.status in (200, 202):
            if not isinstance(told, dict):
                raise NoAnswer("not_understood")
            return told
        code = told.get("code") if isinstance(told, dict) else None
        raise Refused(answer.status, code if isinstance(code, str) and CODE.fullmatch(code) else "no_code")

    def _signed(self, method, url, headers, body):
        request = AWSRequest(method, url, data=body, headers=headers)
        credentials = self._session.get_credentials().get_frozen_credentials()
        SigV4Auth(credentials, "execute-api", self._session.region_name).add_auth(request)
        return dict(request.headers.items())


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return None
