"""Numbers and names as the Rust sources have them, so that no check repeats one."""

import math
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[3]


def found(path, pattern, what):
    """The one group of the pattern in a source file, which must be there."""
    match = re.search(pattern, (ROOT / path).read_text(), re.MULTILINE)
    if not match:
        sys.exit(f"    {path} has no {what} any more; infra/acceptance/checks wants to know where it went")
    return match.group(1)


def value(path, name):
    """The text of a constant's value."""
    return found(path, rf"^\s*(?:pub(?:\([a-z]+\))? )?const {name}: [^=]+ = ([^;]+);", f"constant {name}")


def product(text):
    return math.prod(int(factor) for factor in text.replace("_", "").split("*"))


def number(path, name):
    """A constant that is a whole number, or a product of some."""
    return product(value(path, name))


def seconds(path, name):
    """A `Duration`, or a number of milliseconds whose name says so."""
    if name.endswith("_MS"):
        return number(path, name) / 1000
    unit, amount = re.fullmatch(r"Duration::from_(secs|millis)\(([\d_ *]+)\)", value(path, name)).groups()
    return product(amount) / {"secs": 1, "millis": 1000}[unit]


def numbers(path, name):
    """An array of whole numbers."""
    return [int(part) for part in value(path, name).strip("[]").split(",")]


def string(path, name):
    """A text."""
    return value(path, name).strip('"')
