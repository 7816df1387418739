"""What must hold, and the end of the day where it does not. Nobody's words are told: ids, codes, counts and lengths are."""

import time


class Unmet(Exception):
    """Something did not hold."""


def same(what, got, wanted):
    if got != wanted:
        raise Unmet(f"{what}: expected {wanted!r}, saw {got!r}")


def same_words(what, got, wanted):
    """For what somebody wrote: which differs is not told, only by how much."""
    if got != wanted:
        seen = "no text" if got is None else f"another one of {len(got)}"
        raise Unmet(f"{what}: expected a text of {len(wanted)} characters, saw {seen}")


def holds(what, truth, seen):
    if not truth:
        raise Unmet(f"{what}: saw {seen}")


def until(what, look, seconds, meanwhile=None):
    """Looks until there is something to see, and gives it. `meanwhile` is done between two looks."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Unmet(f"{what}: not within {seconds} s")
        if meanwhile:
            meanwhile()
        time.sleep(0.1)
