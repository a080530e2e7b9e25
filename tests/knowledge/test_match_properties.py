"""Whatever is typed, asking answers: it never raises and never takes long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.entry import Context, Outcome
from tests.knowledge.entries import SCHOOL, TODAY, index

FAQ = index(*SCHOOL)
IDS = {one.id for one in SCHOOL}
SURROGATES = st.text(
    st.characters(categories=["Cs", "Lo", "Ll", "Nd", "Po", "So", "Cc"]), max_size=200
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=400), SURROGATES))
def test_any_text_leads_to_a_sound_decision(text: str) -> None:
    decision = FAQ.ask(text, today=TODAY)
    assert decision.question == text
    assert {answer.id for answer in decision.answers} <= IDS
    assert all(0 <= score <= 100 for _, score in decision.ranked)
    assert bool(decision.answers) == (decision.outcome is not Outcome.MISS)


@settings(max_examples=100, deadline=None)
@given(st.text("那初中呢要带什么小学报名几号，？ 。吗abc", max_size=30))
def test_any_follow_up_leads_to_a_sound_decision(text: str) -> None:
    context = Context("primary-time", "小学几号报名")
    assert FAQ.ask(text, today=TODAY, context=context).question == text
    assert str(FAQ.explain(text, today=TODAY, context=context))


@pytest.mark.parametrize(
    "text",
    [
        "学" * 1_000_000,
        "a" * 1_000_000,
        "学校吗，" * 250_000,
        "\0" * 10_000,
        "\ud800报名",
        "😀" * 100_000,
        "zhuan" * 100_000,
    ],
)
def test_a_huge_or_broken_text_is_answered_at_once(text: str) -> None:
    start = time.perf_counter()
    FAQ.ask(text, today=TODAY)
    assert time.perf_counter() - start < 2
