"""The packed cosines are those of the formula, tokens that nearly all phrasings have included."""

import math

import pytest

from knowledge.channel import Channel

BAGS = [{"all": 1.0, f"own{number}": 0.5, f"pair{number // 2}": 1.0} for number in range(400)]
CHANNEL = Channel(BAGS, [number // 2 for number in range(400)])


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    first, second = CHANNEL.masses(one), CHANNEL.masses(other)
    lengths = (math.sqrt(sum(mass * mass for mass in bag.values())) for bag in (first, second))
    return sum(first[token] * second[token] for token in first.keys() & second) / math.prod(lengths)


@pytest.mark.parametrize("first", [0, 6, 398])
def test_the_cosines_of_an_entry_are_whole(first: int) -> None:
    asked = {"all": 1.0, "own6": 1.0, "pair3": 0.5, "pair199": 1.0, "never seen": 1.0}
    found = CHANNEL.cosines(asked, [0.0] * 400, share=1.0).within(slice(first, first + 2))
    assert found == pytest.approx([_cosine(asked, bag) for bag in BAGS[first : first + 2]])


def test_what_chooses_candidates_leaves_out_what_all_have_and_takes_the_share() -> None:
    quick = [0.0] * 400
    CHANNEL.cosines({"all": 1.0, "own6": 1.0, "pair3": 1.0}, quick, share=0.5)
    assert [number for number, value in enumerate(quick) if value] == [6, 7]
    assert quick[6] == pytest.approx(0.5, abs=0.1)


def test_a_question_that_shares_nothing_is_like_nothing() -> None:
    quick = [0.0] * 400
    assert CHANNEL.cosines({}, quick, share=1.0).within(slice(0, 3)) == [0.0] * 3
    assert not any(quick)
