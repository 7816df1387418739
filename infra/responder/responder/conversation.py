"""A page of the desk, as a conversation between two: pure."""

from dataclasses import dataclass

# So many turns tell what it is about. More would show the model what the person wrote about other matters.
MOST_TURNS = 20

PERSON = "user"
OFFICE = "assistant"


class NothingToAnswer(Exception):
    """Nobody waits for an answer any more, for this reason: a code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Turn:
    who: str
    words: str

    def __repr__(self):
        return f"Turn({self.who}, {len(self.words)} characters)"


def turns(entries, reply, in_public):
    """The conversation up to the question that a reply is to answer, which comes last with whatever the person wrote after it.

    An answer in public is written by the comment alone: nothing from a direct message can slip into what everybody reads.
    """
    entries = list(reversed(entries))
    place = next((i for i, entry in enumerate(entries) if _holds(entry, reply)), None)
    if place is None:
        raise NothingToAnswer("question_gone")
    question = entries[place]
    _check_open(next(known for known in question["replies"] if known["reply"] == reply))
    if question["unsent_at"] is not None or not _words(question):
        raise NothingToAnswer("question_gone")
    if in_public:
        return [Turn(PERSON, _words(question))]
    ours = {known["became"] for entry in entries for known in entry["replies"] if known["became"]}
    before = [turn for entry in entries[:place] for turn in _said(entry, ours)]
    # What the same rule said besides comes before the question, which stays the last word.
    before += _replies(question)
    after = [turn for entry in entries[place + 1 :] for turn in _said(entry, ours)]
    if any(_is_by_a_person(entry, ours) for entry in entries[place + 1 :]):
        raise NothingToAnswer("answered_by_a_person")
    asked = [Turn(PERSON, _words(question))] + [turn for turn in after if turn.who == PERSON]
    return _alternating(before + asked)


def _holds(entry, reply):
    return any(known["reply"] == reply for known in entry["replies"])


def _check_open(reply):
    """An earlier run of this may have handed in its answer and died before it could note that."""
    if reply["state"] != "planned" or reply["model"] is not None:
        raise NothingToAnswer("answered_already")


def _said(entry, ours):
    """What an entry adds to the conversation: the person's words, the office's, and our replies that went out."""
    if entry["unsent_at"] is not None or entry["removed_at"] is not None:
        return []
    words = _words(entry)
    if entry["kind"] == "echo":
        # What this system sent came back: it is told already, beside what it answered.
        return [Turn(OFFICE, words)] if words and entry["id"] not in ours else []
    said = [Turn(PERSON, words)] if words and entry["sort"] != "written" else []
    return said + _replies(entry)


def _replies(entry):
    return [Turn(OFFICE, known["text"]) for known in entry["replies"] if known["state"] == "sent" and known["text"]]


def _is_by_a_person(entry, ours):
    """Somebody of the office wrote, at the desk or in Instagram's own app."""
    return entry["sort"] == "written" or (entry["kind"] == "echo" and entry["id"] not in ours)


def _words(entry):
    """What was said, with what else was sent named by its kind."""
    parts = [entry["text"].strip()] if entry["text"] else []
    parts += [f"[{attachment['kind']}]" for attachment in entry["attachments"]]
    if not parts and entry["payload"]:
        parts = [f"[{entry['payload']}]"]
    return " ".join(part for part in parts if part)


def _alternating(said):
    """Turns of the same side become one, and the person begins: many local models take nothing else."""
    merged = []
    for turn in said:
        if merged and merged[-1].who == turn.who:
            merged[-1] = Turn(turn.who, f"{merged[-1].words}\n{turn.words}")
        else:
            merged.append(turn)
    merged = merged[-MOST_TURNS:]
    return merged[1:] if merged[0].who == OFFICE else merged
