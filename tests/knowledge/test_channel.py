"""Tokens weigh by how few entries have them, and the packed sums are those of the formula."""

import math

import numpy as np
import pytest

from knowledge.channel import Postings, Query, Table, Tokens, joined, pack

NUMBERING = {"a": 0, "b": 1, "c": 2, "gone": 3}
TOKENS = Tokens(NUMBERING, np.array([1, 2, 4, 0]), entries=4)
# (token, column, value) of two tables
FIRST = [(0, 0, 0.5), (0, 2, 0.25), (1, 1, 1.0), (2, 0, 0.75), (2, 1, 0.125), (2, 2, 2.0)]
SECOND = [(1, 0, 3.0), (2, 1, 0.5)]


def _table(triples: list[tuple[int, int, float]]) -> Table:
    tokens, columns, values = zip(*triples, strict=True)
    return Table(np.array(tokens), np.array(columns), np.array(values))


POSTINGS = Postings([_table(FIRST), _table(SECOND)], count=4)


def test_the_rarer_a_token_the_more_it_weighs() -> None:
    masses = TOKENS.masses({"a": 1.0, "b": 1.0, "c": 1.0})
    assert masses["a"] > masses["b"] > masses["c"] > 0


def test_a_token_nobody_has_weighs_as_much_as_one_that_was_never_seen() -> None:
    masses = TOKENS.masses({"gone": 0.5, "never seen": 0.5})
    assert masses == pytest.approx(dict.fromkeys(masses, 0.5 * TOKENS.unseen))
    assert TOKENS.unseen == pytest.approx(math.log(1 + 2 * 5))
    assert [token in TOKENS for token in ("a", "gone", "never seen")] == [True, False, False]


@pytest.mark.parametrize(
    ("tokens", "rows", "factors"),
    [
        ([0, 2, 1], [0, 0, 1], [1.0, 2.0, 0.5]),
        ([2, 2, 4, 3], [1, 0, 0, 1], [1.0, 1.0, 9.0, 9.0]),  # unseen and gone tokens add nothing
        ([], [], []),
    ],
)
def test_sums_are_those_of_the_formula(
    tokens: list[int], rows: list[int], factors: list[float]
) -> None:
    query = Query()
    for token, row, factor in zip(tokens, rows, factors, strict=True):
        query.add([token], 3 * row, [factor])
        query.add([token + POSTINGS.step], 6 + 2 * row, [factor])
    flat = POSTINGS.sums(query, 10)
    for table, found in ((FIRST, flat[:6].reshape(2, 3)), (SECOND, flat[6:].reshape(2, 2))):
        wanted = np.zeros_like(found)
        for token, row, factor in zip(tokens, rows, factors, strict=True):
            for number, column, value in table:
                wanted[row, column] += factor * value * (number == token)
        assert found == pytest.approx(wanted)


def test_packed_bags_keep_their_owners_and_number_new_tokens() -> None:
    numbering: dict[str, int] = {}
    first = pack([{"x": 1.0, "y": 0.5}, {}], numbering)
    both = joined([first, pack([{"y": 0.25, "z": 1.0}], numbering)])
    assert numbering == {"x": 0, "y": 1, "z": 2}
    assert both.tokens.tolist() == [0, 1, 1, 2]
    assert both.owners.tolist() == [0, 0, 2, 2]
    assert both.weights.tolist() == [1.0, 0.5, 0.25, 1.0]
    assert joined([]).owners.tolist() == []
