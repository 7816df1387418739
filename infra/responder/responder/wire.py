"""One exchange over HTTP, bounded in time and size."""

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

# More than a page of a conversation (3 MB) and far more than any answer of a model.
MOST_BYTES = 8 * 1024 * 1024


class NoAnswer(Exception):
    """Nothing usable came back, and nobody knows what was done. It holds a code and no words."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def __repr__(self):
        return f"Answer({self.status}, {len(self.body)} bytes)"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key and people's words go where the settings say, and nowhere else."""

    def redirect_request(self, *_):
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def exchange(method, url, headers, body, seconds):
    """Asks once, and gives whatever status comes. `urllib` counts the time anew for each piece that arrives; here the whole is."""
    ends_at = time.monotonic() + seconds
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        try:
            answer = _OPENER.open(request, timeout=seconds)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Answer(answer.status, _read(answer, ends_at))
    except TimeoutError:
        raise NoAnswer("timed_out") from None
    except urllib.error.URLError as error:
        raise NoAnswer("timed_out" if isinstance(error.reason, TimeoutError) else "unreachable") from None
    except (OSError, http.client.HTTPException):
        raise NoAnswer("unreachable") from None


def _read(answer, ends_at):
    pieces, size = [], 0
    while piece := answer.read1(65536):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise NoAnswer("too_large")
        if time.monotonic() > ends_at:
            raise NoAnswer("timed_out")
    return b"".join(pieces)
