"""Golden questions: what must be answered by which entry, and what must not be answered at all.

Floor 0. They are run at each reload, so that an edit that breaks one is refused with the question's name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from knowledge.entry import Decision, Outcome
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import Rows, corrected_word, meant_by, nearest
from knowledge.schema import GoldenRow

if TYPE_CHECKING:
    from knowledge.lexicon import Lexicon
    from knowledge.match import Index


@dataclass(frozen=True, slots=True)
class Golden:
    """One question with the entry it must hit, or None where it must not be answered."""

    question: str
    entry_id: str | None
    file: str
    line: int
    col: int


def make_golden(
    rows: Rows[GoldenRow], ids: Sequence[str], *, whole: bool = True
) -> tuple[tuple[Golden, ...], tuple[Problem, ...]]:
    """Make the golden questions of a file that was read, with what is wrong between them.

    `whole` is False when an entry could not be read: then no question is said to lead to none.
    """
    golden = tuple(
        Golden(row.question, row.entry, rows.file, *rows.place((*where, "question")))
        for row, where in rows.rows
    )
    return golden, tuple(_problems(rows, golden, ids if whole else ()))


def _problems(
    rows: Rows[GoldenRow], golden: Sequence[Golden], ids: Sequence[str]
) -> Iterator[Problem]:
    first: dict[str, int] = {}
    known = frozenset(ids)
    for one, (_, where) in zip(golden, rows.rows, strict=True):
        if one.question in first:
            told = say("golden_duplicate", question=one.question, first=first[one.question])
            yield Problem(one.file, one.line, one.col, told, error=False)
        first.setdefault(one.question, one.line)
        if ids and one.entry_id is not None and one.entry_id not in known:
            near = nearest(one.entry_id, ids)
            told = say("golden_unknown", question=one.question, id=one.entry_id, nearest=near)
            line, col = rows.place((*where, "entry"))
            meant = meant_by(one.entry_id, ids)
            told += corrected_word(rows.document.line(line), col, one.entry_id, meant)
            yield Problem(one.file, line, col, told)


_KEPT = 3  # verdicts: what is live, an edit that was refused, and its next try


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What golden questions came to, and all that this hangs on."""

    lexicon: "Lexicon"
    asked: tuple[object, ...]
    found: tuple[tuple[Golden, Problem], ...]


class _Judge:
    """Remembers the last verdicts: an edit of an answer or of a table changes none, and is live the sooner."""

    def __init__(self) -> None:
        self._known: tuple[_Verdict, ...] = ()

    def broken(
        self, index: "Index", golden: tuple[Golden, ...], as_of: date
    ) -> tuple[tuple[Golden, Problem], ...]:
        asked = (golden, as_of, index.told_apart_by)
        for one in self._known:
            if one.lexicon is index.lexicon and one.asked == asked:
                return one.found
        verdict = _Verdict(index.lexicon, asked, tuple(_broken(index, golden, as_of)))
        self._known = (verdict, *self._known)[:_KEPT]
        return verdict.found


_judge = _Judge()


def broken(
    index: "Index", golden: Sequence[Golden], as_of: date
) -> tuple[tuple[Golden, Problem], ...]:
    """Give the golden questions that are not answered as they must be on a day, each with what is wrong."""
    return _judge.broken(index, tuple(golden), as_of) if golden else ()


def _broken(
    index: "Index", golden: Sequence[Golden], as_of: date
) -> Iterator[tuple[Golden, Problem]]:
    """Ask every golden question as of a day, and give those that are not answered as they must be.

    By words alone: so a content folder is right or wrong whatever is installed, and the semantic layer keeps to it.
    """
    for one in golden:
        decision = index.by_words.ask(one.question, today=as_of)
        hits = _hits(decision)
        if one.entry_id is None:
            if hits:
                told = say("golden_answered", question=one.question, got=", ".join(hits))
                yield one, Problem(one.file, one.line, one.col, told)
        elif one.entry_id not in hits:
            told = say(
                "golden_broken",
                question=one.question,
                expected=one.entry_id,
                got=_told(decision),
            )
            yield one, Problem(one.file, one.line, one.col, told, entry=one.entry_id)


def _hits(decision: Decision) -> tuple[str, ...]:
    if decision.outcome is not Outcome.HIT:
        return ()
    return tuple(answer.id for answer in decision.answers)


def _told(decision: Decision) -> str:
    ids = ", ".join(answer.id for answer in decision.answers)
    match decision.outcome:
        case Outcome.HIT:
            return say("got_hit", ids=ids)
        case Outcome.UNSURE:
            return say("got_choice", ids=ids)
        case Outcome.MISS:
            return say("got_nothing")
