"""What must be true of the whole day."""

import collections
import json

import jsonschema

from ..say import same
from ..world import ROOT

SCHEMAS = ROOT / "crates" / "feed" / "schema"
# Of the same message or reply: what comes first of two.
ORDER = [
    ("mid", "message.received", "message.edited"),
    ("mid", "message.received", "message.unsent"),
    ("reply", "reply.planned", "reply.sent"),
    ("reply", "answer.requested", "reply.sent"),
]


def check(day, troubles):
    day.settle()
    told = day.feed.everything()
    same("kinds of events that their schemas do not allow", sorted(invalid(told)), [])
    same("events with somebody's words", [it.event["type"] for it in told for mark in day.marks if mark in it.body], [])
    ours = [it for it in told if it.event["account"] == day.account]
    bodies = collections.defaultdict(set)
    for it in ours:
        bodies[it.event["id"]].add(it.event["type"])
    same("ids that two kinds of event share", [name for name, kinds in bodies.items() if len(kinds) > 1], [])
    same("groups that came out of order", out_of_order(ours), [])
    same("events that came before what they follow", too_early(ours), [])
    gone_wrong = [it.event["type"] for it in ours if it.event["type"] in ("reply.failed", "reply.parked")]
    same("replies that were not sent", gone_wrong, [])

    got = sorted((it["person"], it["text"]) for it in day.instagram.messages())
    due = sorted((person, text) for person, texts in day.due.items() for text in texts)
    same("messages that reached Instagram", len(got), len(due))
    same("the same as were meant", got == due, True)
    same("answers below posts", len(day.instagram.comments()), 0)
    for name, url in day.world.trouble_urls.items():
        same(f"in the queue {name}, more than in the morning", day.world.waiting(url) - troubles[name], 0)
    repeated = len(ours) - len(bodies)
    return f"{len(got)} messages reached Instagram, each once; {len(bodies)} events, valid and in order, {repeated} told again"


def invalid(told):
    """Kinds of events that no schema knows, or that theirs does not allow."""
    validators = {}
    for it in told:
        kind = it.event["type"]
        if kind not in validators:
            schema = SCHEMAS / f"{kind}.json"
            known = jsonschema.Draft202012Validator(json.loads(schema.read_text())) if schema.exists() else None
            validators[kind] = known
        if not (validators[kind] and validators[kind].is_valid(it.event)):
            yield kind


def out_of_order(told):
    """Groups in which a message came after one that was put there later."""
    last, found = {}, set()
    for it in told:
        if last.get(it.group, it.sequence) > it.sequence:
            found.add(it.group)
        last[it.group] = it.sequence
    return sorted(found)


def too_early(told):
    """Kinds of events that were told before what they follow."""
    place = {}
    for number, it in enumerate(told):
        for name in {name for name, *_ in ORDER}:
            if name in it.event:
                place.setdefault((it.event["type"], it.event[name]), number)
    return [
        second
        for name, first, second in ORDER
        for (kind, value), number in place.items()
        if kind == second and (first, value) in place and place[first, value] > number
    ]
