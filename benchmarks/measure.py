"""Measure a matcher on a labelled set: the figures of issue 3's table."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from benchmarks.sets import TODAY, LabelledSet, Question
from knowledge.calibrate import Model
from knowledge.entry import Decision, Outcome
from knowledge.lexicon import Lexicon
from knowledge.match import Index

_REPAIRED = ("typo", "pinyin", "trad")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured; shares from 0 to 1, times in milliseconds; None where a set has no such questions."""

    right_first: float
    right_in_three: float
    hit_right: float | None = None
    right_or_offered: float | None = None
    hit_wrong: float | None = None
    out_not_answered: float | None = None
    out_missed: float | None = None
    auroc: float | None = None
    typo: float | None = None
    pinyin: float | None = None
    trad: float | None = None
    two_both: float | None = None
    chat_not_answered: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None

    def __str__(self) -> str:
        """Write the figures in one line."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return "  ".join(f"{name} {value:.3f}" for name, value in pairs if value is not None)


def measure(
    data: LabelledSet,
    lexicon: Lexicon | None = None,
    *,
    models: Mapping[str, Model] | None = None,
    index: Index | None = None,
) -> Figures:
    """Ask every question of a set and count; `index` is one that was made already."""
    index = index or Index(data.entries, lexicon, models=models)
    decisions: list[Decision] = []
    times: list[float] = []
    for question in data.questions:
        start = time.perf_counter()
        decisions.append(index.ask(question.text, today=TODAY))
        times.append((time.perf_counter() - start) * 1000)
    return count(list(zip(data.questions, decisions, strict=True)), sorted(times))


def count(asked: Sequence[tuple[Question, Decision]], times: Sequence[float]) -> Figures:
    """Turn decisions into shares; an answer beside the expected one makes a hit wrong."""
    inside = [(question, decision) for question, decision in asked if question.expected]
    outside = [(question, decision) for question, decision in asked if not question.expected]
    hits = [(q, d) for q, d in inside if d.outcome is Outcome.HIT]
    right = [(q, d) for q, d in hits if {answer.id for answer in d.answers} <= q.expected]
    two = [(q, d) for q, d in inside if q.kind == "two"]
    chat = [d for q, d in outside if q.kind in {"oos-chat", "oos-abuse"}]
    by_kind = {kind: [(q, d) for q, d in inside if q.kind == kind] for kind in _REPAIRED}
    return Figures(
        right_first=_share(_first(q, d) for q, d in inside),
        right_in_three=_share(
            bool(q.expected & {key for key, _ in d.ranked[:3]}) for q, d in inside
        ),
        hit_right=len(right) / len(inside),
        right_or_offered=_share(
            bool(q.expected & {answer.id for answer in d.answers}) for q, d in inside
        ),
        hit_wrong=(len(hits) - len(right)) / len(inside),
        out_not_answered=_share(d.outcome is not Outcome.HIT for _, d in outside),
        out_missed=_share(d.outcome is Outcome.MISS for _, d in outside),
        auroc=auroc([_top(d) for _, d in inside], [_top(d) for _, d in outside]),
        typo=_share_or_none(_first(q, d) for q, d in by_kind["typo"]),
        pinyin=_share_or_none(_first(q, d) for q, d in by_kind["pinyin"]),
        trad=_share_or_none(_first(q, d) for q, d in by_kind["trad"]),
        two_both=_share_or_none(q.expected <= {answer.id for answer in d.answers} for q, d in two),
        chat_not_answered=_share_or_none(d.outcome is not Outcome.HIT for d in chat),
        p50_ms=times[len(times) // 2],
        p99_ms=times[int(len(times) * 0.99)],
    )


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """Return how often a question in scope scores above one out of scope."""
    if not inside or not outside:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def _first(question: Question, decision: Decision) -> bool:
    return bool(decision.ranked) and decision.ranked[0][0] in question.expected


def _top(decision: Decision) -> float:
    return decision.ranked[0][1] if decision.ranked else 0.0


def _share(values: Iterable[bool]) -> float:
    return _share_or_none(values) or 0.0


def _share_or_none(values: Iterable[bool]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
