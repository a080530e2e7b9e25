"""What is measured of a candidate is what `FEATURES` says, reckoned here the plain way."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from knowledge.entry import Entry
from knowledge.match import Index
from knowledge.parse import Parsed
from knowledge.retrieve import FEATURES, Match
from tests.knowledge.entries import SCHOOL, TODAY

INDEX = Index(SCHOOL)
RETRIEVER = INDEX.retriever
QUESTIONS = ("小学报名要带什么材料", "校服多少钱", "外地户口孩子上小学", "how much is the uniform")


def _parsed(text: str) -> Parsed:
    return INDEX.parser.parse(INDEX.parser.clean(text)[0], today=TODAY)


def _named(match: Match) -> dict[str, float]:
    return dict(zip(FEATURES, match.parts, strict=True))


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    first, second = RETRIEVER.tokens.masses(one), RETRIEVER.tokens.masses(other)
    lengths = [math.sqrt(sum(mass * mass for mass in bag.values())) for bag in (first, second)]
    return sum(first[token] * second[token] for token in first.keys() & second) / (
        math.prod(lengths) or 1.0
    )


def _nearness(one: Parsed, other: Parsed) -> float:
    senses = INDEX.lexicon.senses
    held = [
        np.unique(np.concatenate(senses.rows([each.told for each in _phrasings(entry)])))
        for entry in INDEX.entries
    ]
    first, second = senses.added(senses.rows([one.told, other.told]), senses.weights(held))
    return float(first @ second)


def _phrasings(entry: Entry) -> list[Parsed]:
    return [_parsed(text) for text in entry.all_phrasings]


@pytest.mark.parametrize("text", QUESTIONS)
def test_cosines_and_coverage_are_those_of_the_formulas(text: str) -> None:
    question, masses = _parsed(text), RETRIEVER.tokens.masses
    for match in RETRIEVER.find_all([question])[0]:
        parts, phrasings = _named(match), _phrasings(INDEX.entries[match.number])
        ideas = [_cosine(question.ideas, one.ideas) for one in phrasings]
        assert parts["ideas"] == pytest.approx(max(ideas), abs=1e-6)
        assert parts["ideas_mean"] == pytest.approx(sum(ideas) / len(ideas), abs=1e-6)
        grams = max(_cosine(question.grams, one.grams) for one in phrasings)
        assert parts["grams"] == pytest.approx(grams, abs=1e-6)
        senses = [_nearness(question, one) for one in phrasings]
        assert parts["sense"] == pytest.approx(max(0.0, *senses), abs=1e-3)
        assert parts["sense_mean"] == pytest.approx(sum(senses) / len(senses), abs=1e-3)
        known = {idea for one in phrasings for idea in one.ideas}
        weighed = masses(question.ideas)
        covered = sum(mass for idea, mass in weighed.items() if idea in known)
        whole = sum(weighed.values()) or 1.0
        assert parts["ideas_covered"] == pytest.approx(covered / whole, abs=1e-6)
        missing = sum(m for idea, m in weighed.items() if idea[0] == "S" and idea not in known)
        assert parts["subjects_missing"] == pytest.approx(
            missing / RETRIEVER.tokens.unseen, abs=1e-6
        )
        closest = masses(phrasings[ideas.index(max(ideas))].ideas)
        held = sum(mass for idea, mass in closest.items() if idea in question.ideas)
        assert parts["phrasing_covered"] == pytest.approx(
            held / (sum(closest.values()) or 1.0), abs=1e-6
        )


def test_several_texts_at_once_are_measured_as_each_alone() -> None:
    parsed = [_parsed(text) for text in QUESTIONS]
    together = RETRIEVER.find_all(parsed, most=5)
    for own, question in zip(together, parsed, strict=True):
        alone = {match.number: match for match in RETRIEVER.find_all([question], most=5)[0]}
        assert {match.number for match in own} == alone.keys()
        for match in own:
            assert match.parts == pytest.approx(alone[match.number].parts)
            assert match.clashes == alone[match.number].clashes


def test_a_text_that_shares_nothing_has_no_candidates() -> None:
    assert RETRIEVER.find_all([_parsed("xyzzy"), _parsed("校服")])[0] == []


def test_without_entries_nothing_is_found() -> None:
    assert Index([]).retriever.find_all([_parsed("校服")]) == [[]]
