"""One line for each thing that holds, and an end at the first that does not."""

import sys
import time


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"    {what}: expected {wanted}, got {got}")
    print(f"    {what}: {got}")


def wait_until(what, look, wanted, seconds):
    """Looks until it is as wanted, up to a limit."""
    deadline = time.monotonic() + seconds
    got = look()
    while got != wanted and time.monotonic() < deadline:
        time.sleep(0.5)
        got = look()
    expect(what, got, wanted)
