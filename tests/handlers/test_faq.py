"""Questions: what is said for a hit, a choice, a miss, and for entries that may not be given."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from bot.core.turn import Arrival, Asked, Feedback, OpenCase
from handlers import faq
from knowledge.entry import Answer, Decision, Entry, Outcome, Source
from tests.handlers.fragments import Fragments
from tests.handlers.talk import DESK, Talk, shipped

AGE = "孩子几岁可以上小学一年级？"  # the question of the entry primary-age, word for word

UNKNOWN = "量子纠缠是怎么回事"


def unsure(*ids: str) -> Fragments:
    """Make an index that offers these entries when asked for 上学."""
    answers = tuple(Answer(one, 50.0, "上学") for one in ids)
    return Fragments(Decision("上学", Outcome.UNSURE, answers))


def talk_where(**changes: object) -> Talk:
    """Talk to a desk whose entry primary-age is changed."""
    knowledge = shipped()
    entry = replace(knowledge.entries["primary-age"], **changes)  # type: ignore[arg-type]
    entries = MappingProxyType({**knowledge.entries, entry.id: entry})
    return Talk(knowledge=replace(knowledge, entries=entries))


def test_an_answer_comes_in_one_message_with_its_first_line_bold_and_its_source(talk: Talk) -> None:
    [answer] = talk.says(AGE)
    assert answer.startswith("孩子年满 6 周岁就应当上小学一年级。")
    assert (
        "依据:《中华人民共和国义务教育法》第十一条第一款 · 2018-12-29 · 核对于 2026-11-22" in answer
    )
    html = talk.heard[-1].html
    assert html.startswith("<b>孩子年满 6 周岁就应当上小学一年级。</b>\n")


def test_an_answer_carries_feedback_related_questions_and_a_person(talk: Talk) -> None:
    talk.says(AGE)
    assert talk.buttons[:2] == ["有帮助", "没帮助"]
    assert talk.buttons[-2:] == ["有变动通知我", "转人工"]
    assert len(talk.buttons) == 6
    [related] = talk.presses(talk.buttons[2])
    assert "依据" in related or "示例" in related


def test_what_was_asked_is_written_down_with_what_it_led_to() -> None:
    talk = Fragments(Fragments.hit(AGE, "primary-age")).talk()
    talk.says(AGE)
    talk.says(UNKNOWN)
    assert talk.done(Asked) == [
        Asked(AGE, "hit", "primary-age", 95.0),
        Asked(UNKNOWN, "miss"),
    ]


def test_a_sample_says_that_it_is_one(talk: Talk) -> None:
    [answer] = talk.presses_data("faq:primary-age-cutoff")
    assert answer.endswith("示例内容,以本区公告为准")


def test_outside_demo_a_sample_is_never_given() -> None:
    talk = Talk(desk=replace(DESK, demo=False))
    [answer] = talk.presses_data("faq:primary-age-cutoff")
    assert "8 月 31 日" not in answer
    assert "这一项由本区规定" in answer
    assert "010-12345678" in answer
    assert "有帮助" not in talk.buttons
    assert "转人工" in talk.buttons


@pytest.mark.parametrize("demo", [True, False])
def test_an_entry_past_its_time_is_never_given_as_current(demo: bool) -> None:
    talk = talk_where(valid_until=date(2026, 8, 31), school_year=2025)
    talk.desk = replace(DESK, demo=demo)
    [answer] = talk.says(AGE)
    assert "该政策为 2025 年口径,最新的尚未公布" in answer
    assert "6 周岁" not in answer


def test_the_year_of_a_past_entry_is_that_of_its_end_when_it_names_none() -> None:
    talk = talk_where(valid_until=date(2025, 8, 31), school_year=None)
    assert "2025 年口径" in talk.says(AGE)[0]


def test_an_entry_whose_time_has_not_come_says_from_when(talk: Talk) -> None:
    talk = talk_where(valid_from=date(2027, 1, 1))
    [answer] = talk.says(AGE)
    assert "自 2027-01-01 起执行" in answer
    assert "6 周岁" not in answer


def test_the_day_that_counts_is_the_bureaus() -> None:
    talk = talk_where(valid_until=date(2026, 11, 23))
    talk.now = talk.now.replace(hour=15, minute=59)  # 23:59 in Shanghai
    assert "6 周岁" in talk.says(AGE)[0]
    talk.waits(60)
    assert "尚未公布" in talk.says(AGE)[0]


def test_a_draft_is_not_shown_even_if_a_button_names_it() -> None:
    talk = talk_where(draft=True)
    assert talk.presses_data("faq:primary-age") == [
        "这一条已经更新或撤下。请直接写下您的问题,或者从全部主题里选。"
    ]


def test_a_button_of_an_entry_that_is_gone_is_answered_in_words(talk: Talk) -> None:
    [answer] = talk.presses_data("good:no-such-entry")
    assert "更新或撤下" in answer
    assert not talk.done(Feedback)


def test_an_unclear_question_offers_at_most_three_choices_and_a_person() -> None:
    talk = unsure(
        "primary-age", "no-such-entry", "migrant-equal", "fees-compulsory-free", "exam"
    ).talk()
    assert talk.says("上学") == ["您想问的是哪一个?"]
    *choices, last = talk.buttons
    assert len(choices) == 3
    assert choices[0] == "孩子几岁可以上小学一年级"
    assert last == "都不是,转人工"
    assert "6 周岁" in talk.presses(choices[0])[0]


def test_a_choice_of_nothing_that_is_published_is_a_miss() -> None:
    talk = unsure("no-such-entry").talk()
    assert "还答不了" in talk.says("上学")[0]
    assert talk.done(Asked) == [Asked("上学", "miss")]


def test_a_miss_says_so_and_offers_a_person_another_wording_and_the_topics() -> None:
    talk = Fragments().talk()
    assert talk.says(UNKNOWN) == [
        "这个问题我还答不了。我可以把它转给工作人员,一般 3 个工作日内在这里答复您。"
    ]
    assert talk.buttons == ["转给工作人员", "换个说法", "看全部主题"]
    assert "换个说法再问" in talk.presses("换个说法")[0]


def test_two_questions_get_two_answers_in_one_message(talk: Talk) -> None:
    [answer] = talk.says("孩子几岁可以上小学一年级？公办小学收学费吗？")
    assert answer.startswith("1. ")
    assert "\n2. " in answer
    assert answer.count("核对于") == 2
    assert "转人工" in talk.buttons


def test_feedback_is_noted_with_the_question_and_thanked_for(talk: Talk) -> None:
    talk.says(AGE)
    assert talk.presses("有帮助") == ["谢谢,已经记下。"]
    assert talk.done(Feedback) == [Feedback("primary-age", AGE, True)]


def test_an_answer_that_did_not_help_offers_the_next_step(talk: Talk) -> None:
    talk.says(AGE)
    [thanks] = talk.presses("没帮助")
    assert "已经记下" in thanks
    assert talk.buttons == ["转给工作人员", "换个说法", "看全部主题"]
    assert talk.done(Feedback) == [Feedback("primary-age", AGE, False)]


def test_a_follow_up_is_read_with_the_last_exchange_for_half_an_hour(talk: Talk) -> None:
    talk.says(AGE)
    asked: list[object] = []
    index = talk.knowledge.index

    class Spy:
        lexicon = index.lexicon

        def ask(self, question: str, **known: object) -> object:
            asked.append(known["context"])
            return index.ask(question, **known)  # type: ignore[arg-type]

    talk.knowledge = replace(talk.knowledge, index=Spy())  # type: ignore[arg-type]
    talk.waits(29 * 60)
    talk.says("要带什么")
    assert asked[-1] is not None
    talk.waits(31 * 60)
    talk.says("要带什么材料呢")
    assert asked[-1] is None


def test_personal_numbers_are_not_needed_and_never_repeated(talk: Talk) -> None:
    [answer] = talk.says("孩子几岁可以上小学一年级？我的身份证 110101199003071234")
    assert "不需要写身份证号" in answer
    assert "110101199003071234" not in answer
    assert [one.question for one in talk.effects if isinstance(one, Asked)] == [AGE]


def test_what_entries_hold_never_becomes_markup() -> None:
    source = Source("<b>法</b>", number="a&b", url="https://example.org/?a=1&b=2")
    talk = talk_where(answer="<i>一句</i>\n<script>", source=source)
    talk.says(AGE)
    html = str(talk.heard[-1].html)
    assert "<b>&lt;i&gt;一句&lt;/i&gt;</b>\n&lt;script&gt;" in html
    assert '<a href="https://example.org/?a=1&amp;b=2">' in html
    assert "《&lt;b&gt;法&lt;/b&gt;》(a&amp;b)" in html


def test_of_a_long_first_line_only_the_first_sentence_is_bold() -> None:
    talk = talk_where(answer="可以。" + "这一句很长" * 20 + "。")
    talk.says(AGE)
    assert talk.heard[-1].html.startswith("<b>可以。</b>这一句很长")
    talk = talk_where(answer="没有句号" * 20)
    talk.says(AGE)
    assert "<b>" not in talk.heard[-1].html


def test_a_link_that_is_no_web_address_is_not_made_one() -> None:
    talk = talk_where(source=Source("通知", url="javascript:alert(1)"))
    talk.says(AGE)
    assert "<a " not in talk.heard[-1].html


def test_related_entries_that_are_gone_leave_no_button() -> None:
    talk = talk_where(related=("no-such-entry",))
    talk.says(AGE)
    assert talk.buttons == ["有帮助", "没帮助", "有变动通知我", "转人工"]


@pytest.mark.parametrize("text", ["", "   ", "\n", "？", "😀"])
def test_a_message_without_text_is_answered(talk: Talk, text: str) -> None:
    [answer] = talk.says(text)
    assert "没有看到文字" in answer


def test_an_edited_question_is_answered_anew(talk: Talk) -> None:
    talk.says(UNKNOWN)
    [answer] = talk.edits(talk.last_message, AGE)
    assert "6 周岁" in answer


def test_danger_in_an_edited_message_is_not_overlooked(talk: Talk) -> None:
    talk.says(UNKNOWN)
    [hotlines] = talk.edits(talk.last_message, "孩子说不想活了")
    assert "12355" in hotlines or "120" in hotlines


def test_an_edit_in_the_middle_of_something_leaves_it_as_it_is(talk: Talk) -> None:
    talk.says(UNKNOWN)
    message = talk.last_message
    talk.says("我要投诉")
    before = (talk.dialogue.flow, talk.dialogue.step, talk.dialogue.draft)
    [answer] = talk.edits(message, AGE)
    assert "您填写到一半的内容还在" in answer
    assert (talk.dialogue.flow, talk.dialogue.step, talk.dialogue.draft) == before


def test_a_question_of_four_thousand_characters_gets_one_message(talk: Talk) -> None:
    assert len(talk.says("我家孩子户口在外地" * 450)) <= 1
    assert len(talk.heard) + len(talk.waits(3)) == 1


def test_every_entry_can_be_shown_in_both_languages(talk: Talk) -> None:
    for language in ("zh", "en"):
        talk.person = replace(talk.person, language=language)
        for entry in talk.knowledge.entries.values():
            [answer] = talk.presses_data(f"faq:{entry.id}")
            assert first_words(entry, language) in answer


def first_words(entry: Entry, language: str) -> str:
    """Give the beginning of an answer, short enough to lie within its first sentence."""
    return ((entry.answer_en if language == "en" else "") or entry.answer).strip()[:5]


@pytest.mark.parametrize("arrival", [Arrival.UNSUPPORTED, Arrival.LOCATION, Arrival.BLOCKED])
def test_what_is_no_question_is_left_to_others(talk: Talk, arrival: Arrival) -> None:
    assert faq.handle(talk.turn(talk.incoming(arrival))) is None


def test_of_two_questions_the_one_without_an_answer_is_named_and_handed_over() -> None:
    text = "孩子几岁可以上小学一年级？学校停车场几点关门？"
    talk = Talk()
    [answer] = talk.says(text)
    assert "6 周岁" in answer
    assert "您还问了“学校停车场几点关门”,这里还没有答案" in answer
    assert talk.done(Asked)[1:] == [Asked("学校停车场几点关门", "miss")]
    [receipt] = talk.presses("转人工")
    assert "已受理" in receipt
    [opened] = talk.done(OpenCase)
    assert isinstance(opened, OpenCase)
    assert opened.text == f"{text}\n其中还没有答复的:学校停车场几点关门"


def test_a_number_in_the_part_without_an_answer_is_not_repeated() -> None:
    [answer] = Talk().says("孩子几岁可以上小学一年级？学校停车场几点关门13800001111？")
    assert "13800001111" not in answer


def test_the_source_stands_back_behind_the_answer() -> None:
    talk = Talk()
    talk.says(AGE)
    _, line = talk.heard[-1].html.split("<i>")
    assert line.startswith("依据:")
    assert line.endswith("核对于 2026-11-22</i>")


def test_below_an_english_answer_there_is_nothing_in_chinese() -> None:
    talk = Talk()
    talk.person = replace(talk.person, language="en")
    for entry in talk.knowledge.entries.values():
        talk.presses_data(f"faq:{entry.id}")
        assert not any("一" <= letter <= "龥" for letter in "".join(talk.buttons))


def test_the_line_below_an_answer_names_article_date_and_the_day_it_was_checked(talk: Talk) -> None:
    talk.says("孩子几岁可以上小学一年级")
    assert (
        "《中华人民共和国义务教育法》第十一条第一款 · 2018-12-29 · 核对于 2026-11-22" in talk.last
    )
    talk.says("招生十项严禁是哪些")
    assert "《教育部办公厅2018年普通中小学招生入学通知》 · 2018-02 · 核对于" in talk.last
