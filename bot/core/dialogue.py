"""The state of one conversation: which flow is open, at which step, with what collected so far.

Floor 1: frozen values, stored as JSON. A flow that is open keeps its step over restarts and days.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Draft:
    """A complaint in the making. `texts` are the parent's messages, with the channel's message id."""

    id: str
    kind: str = ""
    category: str = ""
    subject: str = ""
    subject_name: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    files: int = 0
    sent: tuple[
        tuple[str, str], ...
    ] = ()  # message and file of each file: an edit of it belongs here
    album: str = ""
    anonymous: bool | None = None
    contact: str = ""
    contact_done: bool = False
    urgent: bool = False
    emergency: str = ""
    editing: bool = False  # a part is being changed from the preview: go back there afterwards
    parked_at: str = ""  # the step it was left at, by 取消 or by time
    waiting: tuple[str, str] | None = None  # text and message id that came while 继续吗 was asked
    at: datetime | None = None  # when the parent last worked on it


@dataclass(frozen=True, slots=True)
class Filed:
    """A draft that became a case: for buttons pressed again and for the same text sent again."""

    draft: str
    number: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Last:
    """The last exchange over the FAQ, for 那初中呢, for feedback and for the hand-over."""

    question: str
    entry_id: str = ""
    at: datetime | None = None
    rest: str = ""  # what of the question had no answer: the hand-over says so


@dataclass(frozen=True, slots=True)
class Burst:
    """Fragments of a question still to be completed (老师好 / 我想问下), joined when the rest comes."""

    text: str
    at: datetime
    slot: str = ""  # where what is said meanwhile is held back


@dataclass(frozen=True, slots=True)
class Figure:
    """The last question for a published figure, for what was still to be said and for 那二中呢.

    `said` are the choices made since, one of a kind; `token` tells its buttons from those of other questions.
    """

    question: str
    token: str
    said: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Everything a conversation remembers. An empty `flow` means that none is open."""

    flow: str = ""
    step: str = ""
    draft: Draft | None = None
    number: str = ""  # the case the flow is about: look-up, addition, rating
    proven: tuple[str, ...] = ()  # numbers whose code was given here
    last: Last | None = None
    figure: Figure | None = None
    burst: Burst | None = None
    parked: Draft | None = None  # a draft put aside by 取消 or by time; can be resumed
    filed: tuple[Filed, ...] = ()  # the last few
    album: str = ""  # the last album that went to a case; its other items need no second notice
    wrong: tuple[datetime, ...] = ()  # when wrong look-up codes were given here, in the last hour
    updated_at: datetime | None = None


def without_file(dialogue: Dialogue, draft_id: str) -> tuple[Dialogue, int] | None:
    """Take one file out of the draft that counts it; return how many are left, None when no draft does."""
    draft, parked = dialogue.draft, dialogue.parked
    if draft is not None and draft.id == draft_id and draft.files:
        fewer = replace(draft, files=draft.files - 1)
        return replace(dialogue, draft=fewer), fewer.files
    if parked is not None and parked.id == draft_id and parked.files:
        fewer = replace(parked, files=parked.files - 1)
        return replace(dialogue, parked=fewer), fewer.files
    return None


_ADAPTER: TypeAdapter[Dialogue] = TypeAdapter(Dialogue)
EMPTY = Dialogue()


def to_json(dialogue: Dialogue) -> str:
    """Write a dialogue for storage, leaving out what has its default."""
    return _ADAPTER.dump_json(dialogue, exclude_defaults=True).decode()


def from_json(text: str) -> Dialogue:
    """Read a stored dialogue; unknown keys of a later version are ignored."""
    return _ADAPTER.validate_json(text)
