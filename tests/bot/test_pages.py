"""Long messages: every page within the limit, nothing torn, nothing lost."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.core.turn import Button, Outgoing
from bot.service.pages import LIMIT, split, units

ROW = ((Button("满意", "k:good:n"),),)


class Tags(HTMLParser):
    """Fails on a tag that is not closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def words(html: str) -> str:
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]*>", "", html)))


def check(message: Outgoing, limit: int) -> tuple[Outgoing, ...]:
    pages = split(message, limit)
    for page in pages:
        assert units(page.html) <= limit
        tags = Tags()
        tags.feed(str(page.html))
        assert tags.open == []
    assert words("".join(str(page.html) for page in pages)) == words(str(message.html))
    return pages


def test_a_short_message_stays_as_it_is() -> None:
    message = Outgoing(Markup("短"), ROW)
    assert split(message) == (message,)


def test_the_limit_counts_units_of_utf16_without_tags() -> None:
    assert units("<b>&lt;好</b>") == 2
    assert units("👍") == 2
    assert len(split(Outgoing(Markup("👍" * (LIMIT // 2))))) == 1
    assert len(split(Outgoing(Markup("👍" * (LIMIT // 2 + 1))))) == 2


def test_pages_end_at_a_paragraph_a_line_or_a_sentence_and_buttons_come_last() -> None:
    for mark in ("\n\n", "\n", "。"):
        text = mark.join("字" * 60 for _ in range(20))
        pages = check(Outgoing(Markup(text), ROW), 200)
        assert len(pages) > 4
        assert all(len(words(str(page.html)).rstrip("。")) % 60 in (0, 1, 2) for page in pages)
        assert [bool(page.buttons) for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_tag_that_is_open_at_the_cut_is_closed_and_opened_again() -> None:
    text = f"<b>{'粗' * 150}</b><a href='https://x.cn/?a=1&amp;b=2'>{'链' * 150}</a>"
    pages = check(Outgoing(Markup(text)), 100)
    assert all("<b>" in str(page.html) or "<a href" in str(page.html) for page in pages)


@pytest.mark.parametrize("whole", ["e\u0301", "👨\u200d👩\u200d👧", "☺\ufe0f"])
def test_a_combined_character_is_never_torn(whole: str) -> None:
    for before in range(8):
        pages = check(Outgoing(Markup("x" * before + whole * 60)), 50)
        for page in pages:
            rest = str(page.html).lstrip("x").replace(whole, "")
            assert rest == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs", "Mn", "Cf", "Cc")), max_size=30),
            st.sampled_from(["", "b", "i"]),
        ),
        max_size=12,
    ),
    st.integers(40, 90),
)
def test_whatever_is_said_arrives_whole(parts: list[tuple[str, str]], limit: int) -> None:
    html = "".join(
        f"<{tag}>{escape(text)}</{tag}>" if tag else str(escape(text)) for text, tag in parts
    )
    check(Outgoing(Markup(html)), limit)


def test_a_text_without_any_break_is_cut_all_the_same_and_quickly() -> None:
    assert len(check(Outgoing(Markup("a" * 30_000)), LIMIT)) == 8
