"""English for an English speaker, Chinese for everybody else; pinyin is not English."""

from dataclasses import replace

import pytest

from bot.core.turn import SetPerson
from tests.handlers.fragments import Fragments
from tests.handlers.talk import Talk

ENGLISH = "How old must my child be to start primary school?"


def test_an_english_question_is_answered_in_english_from_then_on(talk: Talk) -> None:
    [answer] = talk.says(ENGLISH)
    assert "Source: " in answer
    assert talk.done(SetPerson) == [SetPerson(language="en")]
    assert "Choose a topic" in talk.says("/menu")[0]
    assert talk.done(SetPerson) == [SetPerson(language="en")]


def test_an_answer_without_english_is_given_in_chinese_and_says_so() -> None:
    talk = Fragments(Fragments.hit(ENGLISH, "primary-age")).talk()
    entry = replace(talk.knowledge.entries["primary-age"], answer_en="")
    entries = {**talk.knowledge.entries, entry.id: entry}
    talk.knowledge = replace(talk.knowledge, entries=entries)
    [answer] = talk.says(ENGLISH)
    first, _, rest = answer.partition("\n\n")
    assert first == "This answer is available in Chinese only."
    assert rest.startswith("孩子年满 6 周岁")


@pytest.mark.parametrize(
    "pinyin",
    [
        "xuequ zenme hua",
        "wo yao baoming xiaoxue",
        "zhuanxue",
        "110",
        "you mei you ming e",
        "he she you",
    ],
)
def test_pinyin_and_figures_do_not_change_the_language(talk: Talk, pinyin: str) -> None:
    talk.says(pinyin)
    assert talk.done(SetPerson) == []


def test_who_writes_chinese_is_answered_in_chinese_again(talk: Talk) -> None:
    talk.says(ENGLISH)
    assert "依据" in talk.says("孩子几岁可以上小学一年级？")[0]


@pytest.mark.parametrize(
    ("app", "greeting"),
    [("en", "Welcome"), ("fr", "Welcome"), ("zh-hans", "您好"), ("zh-TW", "您好"), ("", "您好")],
)
def test_a_newcomer_is_greeted_in_the_language_of_the_app(app: str, greeting: str) -> None:
    talk = Talk(app_language=app)
    talk.person = replace(talk.person, is_new=True)
    assert talk.says("/start")[0].startswith(greeting)


def test_the_chosen_language_holds_against_that_of_the_app(talk: Talk) -> None:
    talk.says("/lang")
    assert talk.presses("English") == ["All right, we will answer in English."]
    assert "Choose a topic" in talk.says("/menu")[0]
    assert talk.says("/lang zh") == ["好的,以后用中文回复您。"]
    assert talk.person.language == "zh"


def test_a_language_nobody_offers_is_not_set(talk: Talk) -> None:
    assert "请选择语言" in talk.says("/lang fr")[0]
    assert talk.person.language == "zh"


def test_while_something_is_filled_in_the_language_stays(talk: Talk) -> None:
    talk.says("/lang en")
    talk.says("/start person")
    [receipt] = talk.says("实验小学的操场什么时候开放")
    assert "Registered" in receipt


def test_an_unknown_stored_language_falls_back_to_chinese(talk: Talk) -> None:
    talk.person = replace(talk.person, language="xx")
    assert "请选择主题" in talk.says("/menu")[0]
