"""Where the day is lived: the doors of one stack, whichever it is."""

import functools
import json
import os
import pathlib
import subprocess
from dataclasses import dataclass, field
from typing import Callable

from .say import Unmet

ROOT = pathlib.Path(__file__).parents[3]
PROGRAM = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "politicall-ig"


@dataclass
class World:
    """The doors, and how patient one has to be at them."""

    # Posts a delivery, signed with the app's secret, and gives the status.
    post: Callable
    # `ask_desk(method, path, headers, body)`.
    ask_desk: Callable
    # Where the login's pages are, as a browser is told; and how this machine reaches an address.
    connect_url: str
    road: Callable
    crm_secret: str
    # Of Meta: where the local stack tells what reached Instagram.
    local_url: str
    dynamodb: object
    table: str
    sqs: object
    feed_url: str
    events_url: str
    # Queues into which nothing may come during the day, by name.
    trouble_urls: dict
    # Arguments and environment by which `politicall-ig` finds this stack.
    arguments: list
    variables: dict = field(default_factory=dict)
    # Has the caretaker come now, where it would take its time.
    tend: Callable = lambda: None
    # How many seconds something may take that is not measured.
    patience: int = 30
    # Its functions are not started yet.
    is_cold: bool = False

    def run(self, *arguments, code=0):
        """A command that a person types; what it said."""
        command = [PROGRAM, *self.arguments, *map(str, arguments)]
        done = subprocess.run(command, env=os.environ | self.variables, cwd=ROOT, capture_output=True, text=True)
        if code is not None and done.returncode != code:
            raise Unmet(f"politicall-ig {' '.join(map(str, arguments[:2]))}: exit {done.returncode}")
        return done.stdout

    def waiting(self, url):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def is_settled(self):
        """Nothing waits or is under way, and the feed is read."""
        return not any(self.waiting(url) for url in (self.events_url, self.feed_url))

    def items(self):
        """Everything in the table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    @functools.cached_property
    def rules(self):
        return json.loads((pathlib.Path(__file__).parent / "rules.json").read_text())
