"""Edited messages: new words or another file, at every stage of a matter; both versions are kept."""

import pytest

from bot.core.turn import Media, MediaKind, ParentAct
from tests.handlers.paths import acts, at, kept, opened, statement, walk
from tests.handlers.talk import Talk

FIRST = Media(MediaKind.PHOTO, "first", 1000, "image/jpeg")
OTHER = Media(MediaKind.PHOTO, "other", 1000, "image/jpeg")
TOO_BIG = Media(MediaKind.DOCUMENT, "big", 99 * 1024 * 1024, "application/pdf", "a.pdf")


def with_photo(talk: Talk, caption: str = "") -> str:
    """Send a photo and return its message."""
    talk.sends(FIRST, caption)
    return talk.last_message


@pytest.mark.parametrize("step", ["kind", "what", "preview", "which", "resume"])
def test_words_put_under_a_photo_later_belong_to_the_matter(step: str) -> None:
    talk = at(step)
    photo = with_photo(talk)
    [said] = talk.edits(photo, "这是昨天的饭", FIRST)
    assert "修改已记下" in said
    assert "这是昨天的饭" in statement(talk).split("\n")
    assert [one.media for one in kept(talk)] == [FIRST]


def test_words_put_under_a_photo_that_came_by_itself_are_kept_with_it(talk: Talk) -> None:
    talk.edits(with_photo(talk), "食堂的收据", FIRST)
    talk.presses("用来投诉")
    assert statement(talk) == "食堂的收据"


def test_a_photo_in_the_place_of_another_is_kept_beside_it() -> None:
    talk = at("what")
    [said] = talk.edits(with_photo(talk), "", OTHER)
    assert "2 个文件" in said
    assert [one.media for one in kept(talk)] == [FIRST, OTHER]


def test_what_cannot_be_taken_is_refused_in_an_edit_too() -> None:
    talk = at("what")
    [said] = talk.edits(with_photo(talk), "", TOO_BIG)
    assert "收不了" in said
    assert "修改已记下" not in said
    assert [one.media for one in kept(talk)] == [FIRST]


@pytest.mark.parametrize("words", ["", "饭里有虫"])
def test_an_edit_that_changes_nothing_is_not_answered(words: str) -> None:
    talk = at("what")
    photo = with_photo(talk, words)
    before = talk.dialogue
    assert talk.edits(photo, words, FIRST) == []
    assert talk.dialogue == before


def test_an_edit_of_a_photo_of_a_case_reaches_the_case(talk: Talk) -> None:
    walk(talk, "what")
    photo = with_photo(talk)
    for text in ("饭里有虫子", "写好了", "匿名", "不留", "提交"):
        talk.says(text)
    [said] = talk.edits(photo, "", OTHER)
    assert talk.cases[0].number in said
    assert [(act.act, act.text) for act in acts(talk)] == [(ParentAct.AMEND, "(换了一个文件)")]
    assert [(one.media, one.case) for one in kept(talk)][1:] == [(OTHER, talk.cases[0].number)]


def test_an_edit_of_what_was_written_to_a_person_is_no_question(talk: Talk) -> None:
    talk.says("转人工")
    photo = with_photo(talk)
    talk.edits(photo, "请看这张图", FIRST)
    talk.says("我家孩子的学籍号不对")
    assert [one.text for one in opened(talk)] == ["请看这张图\n我家孩子的学籍号不对"]
