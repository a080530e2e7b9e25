"""The linter: what makes entries hard to tell apart."""

from dataclasses import dataclass

from knowledge.lint import (
    CLOSE_ENTRIES,
    FEW_PHRASINGS,
    NOT_ASKED,
    SENT_ELSEWHERE,
    SENT_NOWHERE,
    lint,
)
from tests.knowledge.entries import TODAY, entry, index


@dataclass(frozen=True)
class Golden:
    """A golden question as the linter sees it."""

    question: str
    entry_id: str | None


GOOD = entry("uniform", "校服一套多少钱", "校服怎么订", "校服必须买吗", "不想买校服行不行")
FEW = entry("hours", "教育局几点上班")
ONE = entry("one", "民办小学摇号怎么报名", "私立小学抽签", "民办小学电脑派位", "私立学校怎么抽签")
TWIN = entry("twin", "民办小学摇号怎么报名呢", "学校午餐多少钱", "食堂伙食费", "营养餐价格")


def test_entries_with_fewer_than_four_phrasings_are_named() -> None:
    found = lint((GOOD, FEW), index(GOOD, FEW), (), today=TODAY)
    assert [(one.code, one.entry_id, one.data["count"]) for one in found] == [
        (FEW_PHRASINGS, "hours", "1")
    ]


def test_entries_nearer_to_each_other_than_to_themselves_are_named() -> None:
    found = lint((ONE, TWIN, GOOD), index(ONE, TWIN, GOOD), (), today=TODAY)
    close = {one.entry_id: one.data["other"] for one in found if one.code == CLOSE_ENTRIES}
    assert close["twin"] == "one"
    assert "uniform" not in close


def test_a_phrasing_that_is_nearer_to_another_entry_is_named() -> None:
    found = lint((ONE, TWIN, GOOD), index(ONE, TWIN, GOOD), (), today=TODAY)
    sent = [one for one in found if one.code == SENT_ELSEWHERE]
    assert [(one.entry_id, one.data["other"]) for one in sent] == [("twin", "one")]


def test_a_phrasing_in_which_nothing_is_known_is_named_and_no_entry_beside_it() -> None:
    odd = entry("odd", "校服怎么订", "0510210600", "校服必须买吗", "不想买校服行不行")
    (found,) = lint((odd, FEW), index(odd, FEW), (), today=TODAY)[:1]
    assert (found.code, found.data["phrasing"]) == (SENT_NOWHERE, "0510210600")


def test_an_entry_without_a_golden_question_is_named_once_there_are_any() -> None:
    golden = (Golden("校服多少钱", "uniform"), Golden("天气", None))
    found = lint((GOOD, FEW), index(GOOD, FEW), golden, today=TODAY)
    assert [one.entry_id for one in found if one.code == NOT_ASKED] == ["hours"]
