"""Danger: the hotlines at once, no form and no name, and never a long answer instead."""

import pytest

from tests.handlers.paths import acts, file_one, kept, opened, walk
from tests.handlers.talk import Talk

DANGER = (
    "孩子被同学围殴流血了",
    "我家孩子说不想活了",
    "老师打人把孩子打骨折了我要投诉",
    "孩 子 不 想 活 了",
)


@pytest.mark.parametrize("text", DANGER)
def test_the_hotlines_come_first_and_in_one_message(talk: Talk, text: str) -> None:
    [said] = talk.says(text)
    assert "110" in said.splitlines()[1]
    assert "马上登记" in talk.buttons
    assert opened(talk) == []


@pytest.mark.parametrize("word", ["登记", "好的", "马上登记"])
def test_one_word_registers_it_without_form_or_name(talk: Talk, word: str) -> None:
    talk.says("三小有学生持刀伤人")
    [said] = talk.says(word)
    assert "已受理" in said
    [case] = opened(talk)
    assert case.urgent
    assert case.anonymous
    assert case.text == "三小有学生持刀伤人"
    assert case.subject_name == "示例区第三小学"
    assert case.emergency == "violence"


def test_what_is_added_before_registering_is_in_the_case(talk: Talk) -> None:
    talk.says("孩子被同学围殴流血了")
    talk.says("在学校后门的巷子里")
    talk.sends_photo()
    talk.presses("马上登记")
    assert opened(talk)[0].text == "孩子被同学围殴流血了\n在学校后门的巷子里"
    assert [one.draft for one in kept(talk)] == [opened(talk)[0].draft]


def test_pressing_twice_registers_once(talk: Talk) -> None:
    talk.says("孩子被同学围殴流血了")
    talk.presses("马上登记")
    talk.presses("马上登记")
    assert len(opened(talk)) == 1


def test_an_open_urgent_case_is_offered_for_adding(talk: Talk) -> None:
    talk.says("孩子被同学围殴流血了")
    talk.presses("马上登记")
    number = talk.cases[0].number
    talk.says("又被围殴了,现在昏迷")
    talk.presses(next(label for label in talk.buttons if number in label))
    assert [(act.number, act.text) for act in acts(talk)] == [(number, "又被围殴了,现在昏迷")]
    assert len(opened(talk)) == 1


def test_a_softer_line_for_a_figure_of_speech(talk: Talk) -> None:
    [said] = talk.says("作业多得想死")
    assert "正处在危险中" not in said
    assert "12356" in said
    talk.presses("请工作人员看看")
    assert not opened(talk)[0].urgent
    assert opened(talk)[0].emergency == "self-harm"


def test_a_question_about_rules_is_answered_as_one(talk: Talk) -> None:
    [said] = talk.says("学校有自杀预防讲座吗")
    assert "马上登记" not in talk.buttons
    assert said


def test_declining_registers_nothing_and_keeps_the_words(talk: Talk) -> None:
    talk.says("孩子被同学围殴流血了")
    talk.presses("先不登记")
    assert opened(talk) == []
    assert talk.dialogue.parked is not None
    assert talk.dialogue.parked.urgent


def test_an_hour_later_a_text_is_no_addition_to_the_danger(talk: Talk) -> None:
    talk.says("孩子被同学围殴流血了")
    talk.waits(3600)
    talk.says("帮我写一首关于秋天的诗")
    assert "还没有登记" not in talk.last


def test_in_the_middle_of_a_complaint_the_step_goes_on(talk: Talk) -> None:
    walk(talk, "subject")
    [said] = talk.says(
        "孩子昨天被他们围殴,头上流血,学校不肯处理,我们很着急,请你们马上派人来看一看这件事"
    )
    assert "120" in said
    assert talk.dialogue.step == "subject"
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.urgent


def test_in_an_addition_the_hotlines_are_shown_and_the_words_added(talk: Talk) -> None:
    number = file_one(talk)
    talk.presses("补充材料")
    [said] = talk.says("今天他又带刀来学校")
    assert "110" in said
    assert [(act.number, act.text) for act in acts(talk)] == [(number, "今天他又带刀来学校")]


def test_an_edit_that_tells_of_danger_shows_the_hotlines(talk: Talk) -> None:
    walk(talk, "what")
    talk.says("同学之间有点小矛盾")
    [said] = talk.edits(talk.last_message, "同学之间有矛盾,他被围殴流血了")
    assert "120" in said
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.urgent


@pytest.mark.parametrize("answer", ["继续填写", "重新填写"])
def test_danger_that_comes_days_later_is_seen_before_anything_is_chosen(
    talk: Talk, answer: str
) -> None:
    walk(talk, "what")
    talk.waits(3 * 86400)
    [said] = talk.says("孩子今天被围殴,头上流血")
    assert "120" in said
    assert "继续上次的投诉吗" in said
    talk.presses(answer)
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.urgent
    assert [text for text, _ in talk.dialogue.draft.texts] == ["孩子今天被围殴,头上流血"]


def test_who_thinks_better_of_it_registers_at_once(talk: Talk) -> None:
    talk.says("女儿说不想活了")
    talk.presses("先不登记")
    talk.sends_photo()
    [receipt] = talk.presses("马上登记")
    assert "已受理" in receipt
    [case] = opened(talk)
    assert (case.text, case.urgent) == ("女儿说不想活了", True)
    assert talk.dialogue.parked is None
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.files == 1
    assert len(talk.cases) == 1
    talk.presses("马上登记")
    assert len(talk.cases) == 1
