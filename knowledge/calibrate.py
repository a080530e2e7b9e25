"""Turn part scores into one score from 0 to 100 that means something, and that into a decision.

The weights are a readable file made by `python -m benchmarks.fit`; here is only the arithmetic. Floor 0; pure.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import Any

from knowledge.entry import Outcome
from knowledge.meaning import NEAR
from knowledge.parse import Parsed
from knowledge.retrieve import FEATURES, Match

WEIGHTS = Path(__file__).with_name("weights.json")
MEANING_WEIGHTS = Path(__file__).with_name("weights_meaning.json")
SIGNS = (
    "one", "sum", "margin", "share", "known", "ideas_covered", "subjects_missing", "core_covered",
    "grams", "ideas", "sense", "sense_mean", "length", "subjects",
)  # fmt: skip
_EXCLUDED = 1000.0  # taken off the sum of an entry that contradicts a slot
_SPREAD = 2.0  # how fast the score falls behind the first


@dataclass(frozen=True, slots=True)
class Limits:
    """When a score is an answer and when it is a choice; `margin` is the lead an answer needs."""

    answer: float
    offer: float
    margin: float

    def outcome(self, scores: Sequence[float], *, stricter: float = 0.0) -> Outcome:
        """Decide by the two limits and the margin; scores come the best first."""
        if not scores or scores[0] < self.offer:
            return Outcome.MISS
        second = scores[1] if len(scores) > 1 else 0.0
        if scores[0] >= self.answer + stricter and scores[0] - second >= self.margin:
            return Outcome.HIT
        return Outcome.UNSURE


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted weights: `rank` by FEATURES (and NEAR) puts candidates in order, `trust` by SIGNS makes the score."""

    rank: tuple[float, ...]
    trust: tuple[float, ...]
    limits: Limits

    def order(self, matches: Sequence[Match]) -> list[tuple[Match, float]]:
        """Return the candidates with their sums, the best first; contradicting ones behind all others."""
        sums = [
            (
                match,
                sum(map(mul, self.rank, match.parts + match.near))
                - (_EXCLUDED if match.clashes and match.excluded else 0.0),
            )
            for match in matches
        ]
        return sorted(sums, key=lambda pair: -pair[1])

    def scores(
        self, parsed: Parsed, ranked: Sequence[tuple[Match, float]], known: float
    ) -> list[float]:
        """Return a score from 0 to 100 for each candidate, the best first."""
        if not ranked or ranked[0][0].excluded:
            return [0.0] * len(ranked)
        trust = sum(map(mul, self.trust, signs_of(parsed, ranked, known)))
        top = 100 / (1 + math.exp(-max(-50.0, min(50.0, trust))))
        best = ranked[0][1]
        return [top * math.exp((value - best) / _SPREAD) for _, value in ranked]


def signs_of(
    parsed: Parsed, ranked: Sequence[tuple[Match, float]], known: float
) -> tuple[float, ...]:
    """List what tells a right first candidate from a wrong one, in the order of `SIGNS`."""
    match, best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else best - 5
    share = 1 / sum(math.exp(value - best) for _, value in ranked)
    part = dict(zip(FEATURES, match.parts, strict=True))
    subjects = sum(idea[0] == "S" for idea in parsed.ideas)
    return (
        1.0,
        best,
        min(best - second, 5.0),
        share,
        known,
        part["ideas_covered"],
        part["subjects_missing"],
        part["core_covered"],
        part["grams"],
        part["ideas"],
        part["sense"],
        part["sense_mean"],
        math.log(1 + len(parsed.text)),
        min(subjects, 4) / 4,
    )


@lru_cache(maxsize=1)
def load_models() -> Mapping[str, Model]:
    """Read the fitted weights: `han` for questions in Chinese, `latin` for entries in English."""
    data = json.loads(WEIGHTS.read_text("utf-8"))
    return {name: _model(data[name], FEATURES) for name in ("han", "latin")}


@lru_cache(maxsize=1)
def load_meaning_models() -> tuple[str, Mapping[str, Model]]:
    """Read the weights for where the semantic layer has a part, and the embedding model they were fitted with."""
    data = json.loads(MEANING_WEIGHTS.read_text("utf-8"))
    names = (*FEATURES, *NEAR)
    return str(data["model"]), {name: _model(data[name], names) for name in ("han", "latin")}


def _model(data: Mapping[str, Any], parts: Sequence[str]) -> Model:
    limits = data["limits"]
    return Model(
        rank=tuple(float(data["rank"][name]) for name in parts),
        trust=tuple(float(data["trust"][name]) for name in SIGNS),
        limits=Limits(float(limits["answer"]), float(limits["offer"]), float(limits["margin"])),
    )
