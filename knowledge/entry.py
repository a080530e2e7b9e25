"""The values the knowledge floor hands out: an entry with its source, and what a question led to.

Floor 0: frozen values only. They are made by `reading` and `match`, and never changed afterwards.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stage(StrEnum):
    """Which school stage an entry is about; a hard filter when a question names another one."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    STAFF = "staff"


class Outcome(StrEnum):
    """What a question led to: an answer, a choice among a few, or an honest "I do not know"."""

    HIT = "hit"
    UNSURE = "unsure"
    MISS = "miss"


class Small(StrEnum):
    """Small talk, recognised and never searched: it gets a fixed sentence, not an entry."""

    GREETING = "greeting"  # 您好, 老师好, hi
    THANKS = "thanks"  # 谢谢, 好的知道了
    LEAD_IN = "lead_in"  # 我想问下, 请教个事: the question is still to come
    IDENTITY = "identity"  # 你是真人吗
    ABUSE = "abuse"  # 骂人的话, with nothing asked


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from; every part but the title may be empty."""

    title: str
    number: str = ""
    article: str = ""
    date: str = ""  # 2018-12-29, 2018-02 or 2018: as much as is known
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One curated answer. `phrasings` leaves out the canonical `question`; `topic` is the file's stem."""

    id: str
    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    topic: str = ""
    source: Source | None = None
    stage: Stage | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    school_year: int | None = None
    checked_on: date | None = None
    review_by: date | None = None
    sample: bool = False
    draft: bool = False
    related: tuple[str, ...] = ()
    question_en: str = ""
    answer_en: str = ""
    phrasings_en: tuple[str, ...] = ()
    where: str = ""  # file:line, for editors

    def is_current(self, today: date) -> bool:
        """Tell whether the entry may be given as current on `today` (both ends included)."""
        return not (
            (self.valid_from is not None and today < self.valid_from)
            or (self.valid_until is not None and today > self.valid_until)
        )

    @property
    def has_dates(self) -> bool:
        """Tell whether the entry is current only for a time."""
        return self.valid_from is not None or self.valid_until is not None

    @property
    def all_phrasings(self) -> tuple[str, ...]:
        """Every way to ask it, in any language, the canonical question first."""
        english = (self.question_en, *self.phrasings_en) if self.question_en else self.phrasings_en
        return (self.question, *self.phrasings, *english)


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry that would be given or offered; `part` is the part of the question it answers."""

    id: str
    score: float  # 0-100
    part: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a question led to. `ranked` holds at least three entries where there are three."""

    question: str
    outcome: Outcome
    answers: tuple[Answer, ...] = ()
    ranked: tuple[tuple[str, float], ...] = ()
    small: Small | None = None
    whole: bool = True  # False: a fragment that waits for its other half (外地户口 / 老师我家孩子)
    unanswered: tuple[
        str, ...
    ] = ()  # of a hit: questions beside it that no entry is about, as typed


@dataclass(frozen=True, slots=True)
class Context:
    """What the last exchange was about, so that 那初中呢 can be read; older than 30 minutes is not passed."""

    entry_id: str
    question: str
