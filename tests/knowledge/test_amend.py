"""Writing into a content file: what was there stays as it was, byte for byte."""

from datetime import date
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import yamlio
from knowledge.amend import CannotAmend, Draft, add_draft, add_phrasing
from knowledge.library import SHIPPED
from knowledge.reading import read_entries

DRAFT = Draft("new-1", "新问题", "第一行\n\n第二行", ("问法一", "问法二"), date(2026, 11, 23))
FILES = sorted((SHIPPED / "faq").glob("*.yaml"))


def alike(one: list[str], other: list[str]) -> int:
    """Count the lines with which two texts begin alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def added(before: bytes, after: bytes) -> list[str]:
    """Return the lines that were added; fail when any other line changed."""
    old, new = (text.decode("utf-8-sig").splitlines() for text in (before, after))
    start = alike(old, new)
    behind = alike(old[start:][::-1], new[start:][::-1])
    assert start + behind == len(old), old[start : len(old) - behind]
    return new[start : len(new) - behind]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.untraced
def test_every_entry_of_the_shipped_content_takes_a_phrasing_and_nothing_else_moves(
    path: Path,
) -> None:
    data = path.read_bytes()
    for entry in read_entries("x", data, "x")[1]:
        after = add_phrasing(data, entry.id, "一个新问法")
        assert added(data, after) == ["    - 一个新问法"]
        changed = {one.id: one for one in read_entries("x", after, "x")[1]}[entry.id]
        assert changed.phrasings == (*entry.phrasings, "一个新问法")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_draft_goes_behind_everything_that_was_there(path: Path) -> None:
    data = path.read_bytes()
    after = add_draft(data, DRAFT)
    assert after.startswith(data)
    rows, entries = read_entries("x", after, "x")
    assert rows.problems == ()
    last = entries[-1]
    assert (last.id, last.question, last.answer, last.draft) == (
        DRAFT.id,
        "新问题",
        DRAFT.answer,
        True,
    )
    assert (last.phrasings, last.checked_on) == (DRAFT.phrasings, DRAFT.checked_on)
    remark = after[len(data) :].decode()
    assert "# 草稿" in remark
    assert "source" in remark


PLAIN = "- id: a\n  question: q\n  answer: x\n- id: b\n  question: r\n  answer: y\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # the list is made where there is none, behind the question
        (PLAIN, PLAIN.replace("question: q\n", "question: q\n  phrasings:\n    - 新\n")),
        # comments inside and behind the list, quotes, dashes under the key, no newline at the end
        (
            "- id: a\n  phrasings:\n  - one  # c1\n  # c2\n  - 'two'\n\n  # c3\n  question: z",
            "- id: a\n  phrasings:\n  - one  # c1\n  # c2\n  - 'two'\n  - 新\n\n  # c3\n  question: z",
        ),
        # a list in one line stays one
        (
            '- id: a\n  phrasings: [x, "y"] # hm\n  question: z\n',
            '- id: a\n  phrasings: [x, "y", 新] # hm\n  question: z\n',
        ),
        # Windows: line ends and the mark at the beginning
        (
            "\ufeff- id: a\r\n  phrasings:\r\n    - x\r\n  question: z\r\n",
            "\ufeff- id: a\r\n  phrasings:\r\n    - x\r\n    - 新\r\n  question: z\r\n",
        ),
        # wide indentation
        (
            "-   id: a\n    phrasings:\n        -   c\n    question: q\n",
            "-   id: a\n    phrasings:\n        -   c\n        -   新\n    question: q\n",
        ),
        # the first key of an entry
        (
            "- phrasings:\n    - c\n  id: a\n  question: q\n",
            "- phrasings:\n    - c\n    - 新\n  id: a\n  question: q\n",
        ),
    ],
)
def test_the_layout_of_an_editor_is_kept(before: str, after: str) -> None:
    assert add_phrasing(before.encode(), "a", "新").decode() == after


def test_a_new_list_is_indented_like_the_others_of_the_file() -> None:
    text = "- id: a\n  question: q\n- id: b\n  phrasings:\n  - x\n  question: r\n"
    assert (
        "  question: q\n  phrasings:\n  - 新\n" in add_phrasing(text.encode(), "a", "新").decode()
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {id: a, question: q, phrasings: [x]}\n", "同一行"),
        ("- id: a\n  phrasings:\n  question: q\n", "手工"),
        ("- id: b\n  question: q\n", "没有条目"),
        ("- id: a\n  question: q\r\n  answer: x\n", "不能由程序改写"),
        ("- id: a\n  question: [q\n", "不能由程序改写"),
        ("- id: a\n  phrasings:\n    - |\n      x\n      # y\n  question: q\n", "手工"),
    ],
)
def test_a_layout_that_cannot_be_kept_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(CannotAmend, match=why):
        add_phrasing(text.encode(), "a", "新")


@pytest.mark.parametrize("text", ["", "[]\n", "a: b\n", "[{id: a, question: q}]\n", "\udcff"])
def test_a_draft_is_refused_where_entries_do_not_stand_one_below_the_other(text: str) -> None:
    with pytest.raises(CannotAmend):
        add_draft(text.encode("utf-8", "surrogateescape"), DRAFT)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60))
def test_whatever_people_typed_comes_back_as_it_was(text: str) -> None:
    phrasing = " ".join(text.split())
    if not phrasing:
        return
    before = b"- id: a\n  question: q\n  phrasings:\n    - x\n  answer: y\n"
    after = add_phrasing(before, "a", phrasing)
    value = yamlio.parse(after.decode()).value
    assert isinstance(value, list)
    assert isinstance(value[0], dict)
    assert value[0]["phrasings"] == ["x", phrasing]
    assert value[0]["answer"] == "y"
