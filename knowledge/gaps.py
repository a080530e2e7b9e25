"""Gaps: what people asked and the entries did not answer, put together by likeness, the most wanted first.

Floor 0; pure. Likeness is the matcher's own: the same parsing, the same channels with the weights of the live
index, the same senses of words, the same hard slots (a kindergarten question never joins one about primary school).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from knowledge import figures
from knowledge.entry import Outcome
from knowledge.shelf import EMPTY, Shelf
from knowledge.text import bare, normalise

if TYPE_CHECKING:
    from knowledge.match import Index
    from knowledge.parse import Parsed

# Of 1. Of labelled pairs of questions these find two in five, and five of six that they put together belong
# together; likeness alone, as strict, finds one in nine.
ALIKE = 0.35
ALIKE_IN_SENSE = 0.7  # of two that have few words in common: 校园里可以养猫吗, 学校里能不能养猫
ALIKE_NEAR = 0.1  # for two questions that are nearest to the same entry
NEAR_SCORE = 10.0  # from here on an entry is near
_SHARES = (0.5, 0.5)  # of ideas and grams


@dataclass(frozen=True, slots=True)
class Unmet:
    """One question that was not met: no answer, or one that did not help (then `entry_id` is that entry).

    `case` is the number of the case it became, where staff have answered that.
    """

    question: str
    person: int
    at: datetime
    entry_id: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that are alike. `wordings` come the most frequent first; `people` are different ones."""

    wordings: tuple[str, ...]
    people: int
    times: int
    last: datetime
    cases: tuple[str, ...] = ()  # answered by staff, the newest first
    nearest: str = ""  # id of the entry that comes nearest, '' when none does
    score: float = 0.0

    @property
    def question(self) -> str:
        """Return the wording that most people used."""
        return self.wordings[0]


@dataclass(frozen=True, slots=True)
class _Wording:
    """Everything that was asked in the same words and is not answered by now."""

    asked: tuple[Unmet, ...]
    parsed: "Parsed"
    vector: Mapping[str, float]
    nearest: str
    score: float

    @property
    def near(self) -> str:
        return self.nearest if self.score >= NEAR_SCORE else ""


def gaps(
    unmet: Iterable[Unmet], index: "Index", *, today: date, shelf: Shelf = EMPTY
) -> tuple[Gap, ...]:
    """Give the gaps by number of people, of two the newer first; what an entry or a table answers by now is left out.

    Takes about a millisecond a wording: not for the event loop, and not for a transaction.
    """
    same: dict[str, list[Unmet]] = {}
    for one in unmet:
        same.setdefault(bare(normalise(one.question)), []).append(one)
    looked = (
        _look(asked, index, today)
        for words, asked in same.items()
        if words
        and not figures.answers(shelf, asked[0].question, today=today, lexicon=index.lexicon)
    )
    wordings = sorted((one for one in looked if one is not None), key=_weight, reverse=True)
    made = [_gap(group) for group in _grouped(wordings, index)]
    return tuple(sorted(made, key=lambda gap: (gap.people, gap.last), reverse=True))


def _look(asked: Sequence[Unmet], index: "Index", today: date) -> _Wording | None:
    """Ask the index; None when it answers by now. The answer that did not help is none."""
    explained = index.explain(asked[0].question, today=today)
    decision = explained.decision
    hits = {answer.id for answer in decision.answers} if decision.outcome is Outcome.HIT else set()
    left = tuple(one for one in asked if not hits or one.entry_id in hits)
    if not left or not explained.looks:  # small talk has no looks
        return None
    parsed = explained.looks[0].parsed
    nearest, score = decision.ranked[0] if decision.ranked else ("", 0.0)
    return _Wording(left, parsed, _vector(parsed, index), nearest, score)


def _weight(wording: _Wording) -> tuple[int, datetime]:
    asked = wording.asked
    return len({one.person for one in asked}), max(one.at for one in asked)


def _grouped(wordings: Sequence[_Wording], index: "Index") -> list[list[_Wording]]:
    """Let every wording join the group whose first wording it is most like, or begin one of its own."""
    groups: list[list[_Wording]] = []
    postings: dict[str, list[tuple[int, float]]] = {}
    senses = index.retriever.senses_of([one.parsed for one in wordings])
    firsts: list[int] = []  # of each group, the place of its first wording
    for place, wording in enumerate(wordings):
        alike: dict[int, float] = {}
        for token, share in wording.vector.items():
            for number, other in postings.get(token, ()):
                alike[number] = alike.get(number, 0.0) + share * other
        for number, sense in enumerate((senses[firsts] @ senses[place]).tolist()):
            if sense >= ALIKE_IN_SENSE:
                alike[number] = max(alike.get(number, 0.0), sense)
        joined = next(
            (
                groups[number]
                for number in sorted(alike, key=lambda one: -alike[one])
                if _belong(wording, groups[number][0], alike[number])
            ),
            None,
        )
        if joined is not None:
            joined.append(wording)
            continue
        for token, share in wording.vector.items():
            postings.setdefault(token, []).append((len(groups), share))
        groups.append([wording])
        firsts.append(place)
    return groups


def _belong(one: _Wording, other: _Wording, alike: float) -> bool:
    if one.parsed.slots.conflicts(other.parsed.slots):
        return False
    same_entry = bool(one.near) and one.near == other.near
    return alike >= (ALIKE_NEAR if same_entry else ALIKE)


def _vector(parsed: "Parsed", index: "Index") -> dict[str, float]:
    """Return the tokens of a text so that the product of two is their likeness from 0 to 1."""
    vector: dict[str, float] = {}
    for share, bag in zip(_SHARES, (parsed.ideas, parsed.grams), strict=True):
        masses = index.retriever.tokens.masses(bag)
        length = math.sqrt(sum(mass * mass for mass in masses.values())) or 1.0
        for token, mass in masses.items():
            vector[token] = math.sqrt(share) * mass / length
    return vector


def _gap(group: Sequence[_Wording]) -> Gap:
    """Sum a group up; its nearest entry is that of the wording most people used."""
    asked = sorted((one for wording in group for one in wording.asked), key=lambda one: one.at)
    newest = asked[::-1]
    counted = Counter(one.question.strip() for one in newest)
    first = group[0].asked[0].question.strip()
    others = (wording for wording, _ in counted.most_common() if wording != first)
    return Gap(
        wordings=(first, *others),
        people=len({one.person for one in asked}),
        times=len(asked),
        last=newest[0].at,
        cases=tuple(dict.fromkeys(one.case for one in newest if one.case)),
        nearest=group[0].nearest,
        score=group[0].score,
    )
