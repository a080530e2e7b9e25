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
NOT_ASKED = "not_asked"  # no golden question hits the entry
LEAST_PHRASINGS = 4
_CLOSE = 0.72  # likeness from which two phrasings of two entries are worth a word
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
    known = {entry.id for entry in index.entries}
    close = dict(_close_pairs(index))
    findings: list[Finding] = []
    for entry in entries:
        count = len(entry.all_phrasings)
        if count < LEAST_PHRASINGS:
            data = {"count": str(count), "least": str(LEAST_PHRASINGS)}
            findings.append(Finding(FEW_PHRASINGS, entry.id, data))
        if entry.id in close:
            findings.append(close[entry.id])
        if entry.id in known:
            findings += _sent_elsewhere(entry, index, today)
        if golden and entry.id not in asked:
            findings.append(Finding(NOT_ASKED, entry.id, {}))
    return findings


def _sent_elsewhere(entry: Entry, index: Index, today: date) -> Iterator[Finding]:
    """Tell which phrasings of an entry are by likeness nearer to another one."""
    nearest = index.likeliest(entry.all_phrasings, today=today)
    for phrasing, other in zip(entry.all_phrasings, nearest, strict=True):
        if other != entry.id:
            yield Finding(SENT_ELSEWHERE, entry.id, {"phrasing": phrasing, "other": other or "-"})


def _close_pairs(index: Index) -> Iterator[tuple[str, Finding]]:
    """Find phrasings that are nearer to another entry's phrasing than to any of their own."""
    retriever = index.retriever
    for number, item in enumerate(retriever.entries):
        worst, found = _CLOSE, None
        nearest = zip(item.texts, retriever.nearest_phrasings(number), strict=True)
        for text, (own, place, theirs) in nearest:
            if theirs > max(own, worst):
                worst = theirs
                other = retriever.phrasing_at(place)
                found = Finding(
                    CLOSE_ENTRIES,
                    item.entry.id,
                    {"phrasing": text, "other": other[0], "theirs": other[1]},
                )
        if found is not None:
            yield item.entry.id, found
