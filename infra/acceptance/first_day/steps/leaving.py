"""What is held about a person is taken out, and then it is gone."""

import json
import pathlib
import tempfile

from ..say import holds, same, until
from ..traces import traces


# What is under way has two minutes to end before anything is deleted, and the caretaker comes every minute.
ERASED_WITHIN_SECONDS = 300


def export(day):
    held = day.desk.export(day.ana)
    written = json.dumps(held)
    own, others = day.marks_of(day.ana), [mark for mark, person in day.marks.items() if person != day.ana]
    # What was refused at the desk was said to nobody.
    said = [mark for mark in own if traces(day.world.items(), mark)]
    same("texts of the conversation that are kept", len(said), 3)
    same("of these missing in the export", [mark for mark in said if mark not in written], [])
    same("other people's in it", [mark for mark in others if mark in written], [])
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "export.json"
        day.world.run("export", day.account, day.ana, "--out", file)
        typed = json.loads(file.read_text())
    same("sorts of items, by desk and command line", sorted(held), sorted(typed["held"]))
    same("the same items by both", held == typed["held"], True)
    items = sum(len(of_sort) for of_sort in held.values())
    return f"{items} items with all that was said, the same by desk and command line"


def erase(day):
    before = day.world.items()
    seen = [mark for mark in day.marks_of(day.ana) if traces(before, mark)]
    # Otherwise that they are not found later would say nothing.
    same("the person's texts found in the table before", len(seen), 3)
    status, receipt = day.desk.do("POST", "people", day.ana, "erasure")
    same("the erasure is under way", status, 202)
    is_absent(day)
    code = receipt["receipt"]
    day.told("person.erased", person=day.ana)

    def is_done():
        return day.desk.get("erasures", code)["state"] == "done"

    until("the erasure is done", is_done, ERASED_WITHIN_SECONDS, day.world.tend)
    is_nowhere(day)
    known = {told.event["id"] for told in day.feed.everything()}

    day.deliver(day.first_delivery, "the first message, once more and late")
    day.settle()
    is_absent(day)
    is_nowhere(day)
    anew = [it.event["type"] for it in day.feed.everything() if it.event["id"] not in known and it.event.get("person") == day.ana]
    same("what is told of the person after that", anew, [])
    day.got(day.ana)
    erased = day.desk.get("erasures", code)["erased"]
    holds("items that are gone", erased > 0, erased)
    return f"absent at once, {erased} items gone, and nothing comes back"


def is_absent(day):
    same("the conversation", day.desk.conversation(day.ana), None)
    listed = [it["person"] for page in day.desk.pages("conversations") for it in page["conversations"]]
    same("the person among the conversations", day.ana in listed, False)
    same("the export", day.desk.export(day.ana), None)


def is_nowhere(day):
    items = day.world.items()
    left = [sort for mark in day.marks_of(day.ana) for sort in traces(items, mark)]
    same("sorts of items with the person's words", left, [])
