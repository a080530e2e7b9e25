"""One score from 0 to 100, two limits and a margin."""

import json

import pytest

from knowledge.calibrate import SIGNS, WEIGHTS, Limits, load_models
from knowledge.entry import Outcome
from knowledge.retrieve import FEATURES, Match

LIMITS = Limits(answer=80, offer=30, margin=20)


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ((), Outcome.MISS),
        ((29.9,), Outcome.MISS),
        ((30.0, 5.0), Outcome.UNSURE),
        ((80.0, 10.0), Outcome.HIT),
        ((90.0, 75.0), Outcome.UNSURE),
        ((79.9, 1.0), Outcome.UNSURE),
    ],
)
def test_an_answer_needs_a_high_score_and_a_lead(
    scores: tuple[float, ...], outcome: Outcome
) -> None:
    assert LIMITS.outcome(scores) is outcome


def test_a_long_message_needs_more() -> None:
    assert LIMITS.outcome((82.0, 1.0), stricter=5) is Outcome.UNSURE


def test_the_weights_are_readable_and_name_the_data_they_came_from() -> None:
    written = json.loads(WEIGHTS.read_text("utf-8"))
    assert set(written["han"]["rank"]) == set(FEATURES)
    assert set(written["han"]["trust"]) == set(SIGNS)
    assert len(written["data"]) == 12


def test_being_alike_never_counts_against_an_entry() -> None:
    for model in load_models().values():
        rank = dict(zip(FEATURES, model.rank, strict=True))
        assert all(
            rank[name] >= 0 for name in ("ideas", "grams", "sense", "ratio", "ideas_covered")
        )


def test_a_contradicting_candidate_stands_behind_all_others() -> None:
    model = load_models()["han"]
    good = Match(0, (0.1,) * len(FEATURES))
    bad = Match(1, (1.0,) * len(FEATURES), ("stage",))
    assert [match.number for match, _ in model.order([bad, good])] == [0, 1]
