"""HTTP as it is: no redirect is followed, no status is an exception, and the Host header is what the caller says."""

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

# Longer than API Gateway waits for a function.
PATIENCE_SECONDS = 35


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(method, url, headers=None, body=None):
    """Asks plainly, over TCP of this machine alone."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"{parts.scheme}://{parts.netloc} is not on this machine")
    path = parts.path or "/"
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, f"{path}?{parts.query}" if parts.query else path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
