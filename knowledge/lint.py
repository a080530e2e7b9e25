"""Find what makes entries hard to tell apart: what `check` warns an editor about.

Findings are values; the sentences for editors are in the catalogue. Floor 0; pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from knowledge.entry import Entry
from knowledge.match import Index

FEW_PHRASINGS = "few_phrasings"  # data: count, least
CLOSE_ENTRIES = "close_entries"  # data: phrasing, other, theirs
SENT_ELSEWHERE = "sent_elsewhere"  # data: phrasing, other
SENT_NOWHERE = "sent_nowhere"  # data: phrasing
NOT_ASKED = "not_asked"  # no golden question hits the entry
LEAST_PHRASINGS = 4
_CLOSE = 0.72  # likeness from which two phrasings of two entries are worth a word
_DOUBTFUL = 0.4  # likeness from which the matcher itself is asked whose a phrasing is: below, none was sent elsewhere
_LATEST = date(9999, 12, 31)


class GoldenQuestion(Protocol):
    """What the linter needs of a golden question."""

    @property
    def question(self) -> str:
        """Return the question."""

    @property
    def entry_id(self) -> str | None:
        """Return the entry it must hit, None where nothing may be answered."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about an entry; `data` fills the sentence of its code."""

    code: str
    entry_id: str
    data: Mapping[str, str]


def lint(
    entries: Sequence[Entry],
    index: Index,
    golden: Sequence[GoldenQuestion],
    *,
    today: date = _LATEST,
) -> list[Finding]:
    """Return all findings, entry by entry, in the order of the entries."""
    asked = {one.entry_id for one in golden}
    places = {entry.id: number for number, entry in enumerate(index.entries)}
    findings: list[Finding] = []
    for entry in entries:
        count = len(entry.all_phrasings)
        if count < LEAST_PHRASINGS:
            data = {"count": str(count), "least": str(LEAST_PHRASINGS)}
            findings.append(Finding(FEW_PHRASINGS, entry.id, data))
        if entry.id in places:
            findings += _by_likeness(entry, index, places[entry.id], today)
        if golden and entry.id not in asked:
            findings.append(Finding(NOT_ASKED, entry.id, {}))
    return findings


def _by_likeness(entry: Entry, index: Index, number: int, today: date) -> Iterator[Finding]:
    """Tell where an entry is hard to tell from others."""
    nearest = list(index.retriever.nearest_phrasings(number))
    close = _close(index, number, nearest)
    if close is not None:
        yield close
    # A phrasing is nearest to itself: it can be sent elsewhere only where it contradicts its own entry, where another
    # entry has one that is like it, or where it is taken for pinyin.
    odd = index.retriever.entries[number].odd
    doubtful = [
        text
        for place, (text, (_, _, theirs)) in enumerate(
            zip(entry.all_phrasings, nearest, strict=True)
        )
        if theirs >= _DOUBTFUL or place in odd or text.isascii()
    ]
    yield from _sent_elsewhere(entry, doubtful, index, today)


def _sent_elsewhere(
    entry: Entry, phrasings: Sequence[str], index: Index, today: date
) -> Iterator[Finding]:
    """Tell which of some phrasings of an entry are by likeness nearer to another one."""
    for phrasing, other in zip(phrasings, index.likeliest(phrasings, today=today), strict=True):
        if not other:
            yield Finding(SENT_NOWHERE, entry.id, {"phrasing": phrasing})
        elif other != entry.id:
            yield Finding(SENT_ELSEWHERE, entry.id, {"phrasing": phrasing, "other": other})


def _close(
    index: Index, number: int, nearest: Sequence[tuple[float, int, float]]
) -> Finding | None:
    """Find the phrasing of an entry that is the most too near to another entry's phrasing, if there is one."""
    item = index.retriever.entries[number]
    worst, found = _CLOSE, None
    for text, (own, place, theirs) in zip(item.texts, nearest, strict=True):
        if theirs > max(own, worst):
            worst = theirs
            other = index.retriever.phrasing_at(place)
            data = {"phrasing": text, "other": other[0], "theirs": other[1]}
            found = Finding(CLOSE_ENTRIES, item.entry.id, data)
    return found
