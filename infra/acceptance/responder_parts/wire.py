"""Asking over HTTP, and waiting for what comes of it."""

import json
import sys
import time
import urllib.error
import urllib.request


def call(method, url, value=None, headers=None, body=None):
    """Gives the status and what was told."""
    body = json.dumps(value).encode() if value is not None else body
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} | (headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def until(what, look, seconds=20):
    """Looks until there is something, and gives it."""
    ends_at = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > ends_at:
            sys.exit(f"    {what}: not within {seconds} s")
        time.sleep(0.1)
    return found
