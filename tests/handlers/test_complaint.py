"""The complaint from the wish to the receipt: what is kept, what is filed, and what is filed only once."""

from dataclasses import replace

import pytest

from bot.core.cases import Kind
from bot.core.turn import Media, MediaKind, Place, Priority, Say
from tests.handlers.paths import STORY, acts, at, file_one, kept, opened, statement, walk
from tests.handlers.talk import Talk


def test_the_case_holds_everything_that_was_given(talk: Talk) -> None:
    walk(talk, "what")
    talk.says("周五中午")
    first = talk.last_message
    talk.sends_photo("这是照片")
    for text in ("写好了", "实名", "李女士 13800001111", "提交"):
        talk.says(text)
    [case] = opened(talk)
    assert case.kind is Kind.COMPLAINT
    assert case.category == "safety-bullying"
    assert case.text == "周五中午\n这是照片"
    assert first in case.messages
    assert case.draft == kept(talk)[0].draft
    assert (case.subject, case.subject_name) == ("", "")
    assert not case.anonymous
    assert case.contact == "李女士 13800001111"
    assert not case.urgent


def test_an_anonymous_case_keeps_no_contact(talk: Talk) -> None:
    for said in ("我要投诉", "投诉", "食堂和食品", "不涉及具体学校", "饭是馊的", "写好了", "匿名"):
        talk.says(said)
    talk.says("13812345678")
    talk.says("提交")
    [case] = opened(talk)
    assert (case.anonymous, case.contact) == (True, "")


def test_the_receipt_leaves_in_the_outcome_that_opens_the_case(talk: Talk) -> None:
    number = file_one(talk)
    say = [one for one in talk.effects if isinstance(one, Say)][-1]
    assert say.priority is Priority.RECEIPT
    assert number in say.message.html
    assert talk.effects.index(say) == talk.effects.index(opened(talk)[0]) + 1


def test_submitting_twice_opens_one_case(talk: Talk) -> None:
    number = file_one(talk)
    [said] = talk.presses("提交")
    assert number in said
    assert len(opened(talk)) == 1


def test_a_submit_button_pressed_days_later_still_opens_no_second_case(talk: Talk) -> None:
    file_one(talk)
    talk.waits(5 * 86400)
    talk.restarts()
    talk.presses("提交")
    assert len(opened(talk)) == 1


def test_the_words_of_the_wish_are_the_first_of_the_statement(talk: Talk) -> None:
    talk.says("实验小学本部校服收费太高,我要投诉")
    assert talk.dialogue.step == "category"
    assert statement(talk).startswith("实验小学本部校服收费太高,我要投诉")


def test_a_report_is_known_as_one_from_its_words(talk: Talk) -> None:
    talk.says("我要举报金钥匙幼儿园超收费用")
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.kind == Kind.REPORT


@pytest.mark.parametrize(
    "text", ["怎么投诉", "投诉电话是多少", "可以匿名举报吗", "投诉多久能答复?"]
)
def test_a_question_about_complaining_is_no_complaint(talk: Talk, text: str) -> None:
    talk.says(text)
    assert talk.dialogue.flow == ""


def test_the_privacy_notice_stands_before_the_first_question(talk: Talk) -> None:
    [said] = talk.says("/complain")
    assert said.index("/privacy") < said.index("第 1 步")


@pytest.mark.parametrize("step", ["resume", "which"])
def test_the_privacy_notice_stands_before_the_questions_beside_the_steps_too(step: str) -> None:
    assert "/privacy" in at(step).last


def test_in_a_group_no_complaint_begins() -> None:
    talk = Talk(place=Place.GROUP)
    talk.says("我要投诉三小")
    assert talk.dialogue.flow == ""
    assert opened(talk) == []


def test_the_same_text_within_a_day_is_asked_about_and_then_filed_if_meant() -> None:
    talk = at("same")
    assert "您已提交" in talk.last
    talk.presses("新提一件")
    assert len(opened(talk)) == 2


def test_the_same_text_may_go_to_the_first_case_instead() -> None:
    talk = at("same")
    number = talk.cases[0].number
    talk.presses(f"补充到 {number}")
    [act] = acts(talk)
    assert (act.number, act.text) == (number, STORY)
    assert len(opened(talk)) == 1


def test_the_same_text_a_day_later_is_a_matter_of_its_own(talk: Talk) -> None:
    file_one(talk)
    talk.waits(25 * 3600)
    talk.says("我要投诉")
    talk.presses("新提一件")
    for text in ("投诉", "食堂和食品", "不涉及", STORY, "写好了", "实名", "不留", "提交"):
        talk.says(text)
    assert len(opened(talk)) == 2


def test_a_photo_sent_before_goes_to_the_case_it_is_added_to(talk: Talk) -> None:
    number = file_one(talk)
    talk.sends_photo("又拍到一张")
    draft = kept(talk)[0].draft
    talk.presses(next(label for label in talk.buttons if number in label))
    [act] = acts(talk)
    assert (act.number, act.text, act.draft) == (number, "又拍到一张", draft)


def test_two_cases_of_one_person_stay_two(talk: Talk) -> None:
    first = file_one(talk)
    talk.says("我要投诉")
    talk.presses("新提一件")
    for text in (
        "举报",
        "收费、退费",
        "不涉及",
        "校服强制购买,不买不让进校",
        "写好了",
        "匿名",
        "不留",
        "提交",
    ):
        talk.says(text)
    assert [case.kind for case in opened(talk)] == [Kind.COMPLAINT, Kind.REPORT]
    assert {case.number for case in talk.cases} > {first}


def test_a_case_of_somebody_else_is_not_offered_for_adding(talk: Talk) -> None:
    number = file_one(talk)
    talk.cases = [replace(talk.cases[0], person_id=99)]
    talk.says("我要投诉")
    assert talk.dialogue.step == "kind"
    assert all(number not in label for label in talk.buttons)


def test_danger_marks_the_draft_and_is_told_once(talk: Talk) -> None:
    walk(talk, "what")
    [first] = talk.says("老师把孩子打到骨折")
    [second] = talk.says("孩子被打的时候在教室")
    assert "120" in first
    assert "120" not in second
    for text in ("写好了", "匿名", "不留", "提交"):
        talk.says(text)
    assert opened(talk)[0].urgent
    assert opened(talk)[0].emergency


def test_what_is_too_long_for_a_statement_is_refused_in_words(talk: Talk) -> None:
    walk(talk, "what")
    for _ in range(15):
        talk.says("很长的一段话。" * 571)
    [said] = talk.says("很长的一段话。" * 571)
    assert "没有记下" in said
    assert len(statement(talk)) <= 60_001


def test_a_draft_put_aside_can_be_deleted(talk: Talk) -> None:
    walk(talk, "subject")
    talk.says("取消")
    talk.presses("删除草稿")
    assert talk.dialogue.parked is None
    [said] = talk.presses("继续填写")
    assert "此按钮已失效" in said


def test_a_button_under_a_draft_put_aside_says_so(talk: Talk) -> None:
    walk(talk, "category")
    talk.says("取消")
    [said] = talk.presses("食堂和食品")
    assert "先放下" in said
    assert "继续填写" in talk.buttons
    talk.presses("继续填写")
    assert talk.dialogue.step == "category"


def test_two_drafts_change_places(talk: Talk) -> None:
    walk(talk, "what")
    talk.says("第一件事的经过")
    talk.says("取消")
    first = talk.dialogue.parked
    talk.sends_photo("另一件事的照片")
    talk.presses("用来投诉")
    talk.says("投诉")
    assert first is not None
    talk.presses_data(f"c:{first.id}:resume:go")
    assert statement(talk).startswith("第一件事的经过")
    assert talk.dialogue.parked is not None
    assert talk.dialogue.parked.files == 1


def test_a_question_long_after_is_answered_and_the_draft_waits(talk: Talk) -> None:
    walk(talk, "what")
    talk.waits(2 * 86400)
    [said] = talk.says("孩子几岁可以上小学一年级？")
    assert "6 周岁" in said
    assert talk.dialogue.step == "what"


@pytest.mark.parametrize("kind", list(MediaKind))
def test_every_kind_of_file_is_kept(talk: Talk, kind: MediaKind) -> None:
    walk(talk, "what")
    talk.sends(Media(kind, "f1", 1000, "application/pdf" if kind is MediaKind.DOCUMENT else ""))
    assert [one.media.kind for one in kept(talk)] == [kind]


def test_in_english_the_whole_way_is_english(talk: Talk) -> None:
    talk.says("I want to complain about the school, please")
    assert "Step 2 of 6" in talk.last
    for text in ("Food", "skip", "It was cold", "That is all", "Anonymously", "skip", "Submit"):
        talk.says(text)
    assert len(opened(talk)) == 1


def test_a_double_tap_is_no_reproach(talk: Talk) -> None:
    walk(talk, "kind")
    talk.presses("投诉")
    [said] = talk.presses("投诉")
    assert "失效" not in said
    assert talk.dialogue.step == "category"


@pytest.mark.parametrize("words", ["写好了", "就这些", "提交", "好了。", "说完了"])
def test_the_statement_ends_with_any_of_these_words(words: str) -> None:
    talk = at("what")
    talk.says(words)
    assert "还没有内容" in talk.last
    talk.says(STORY)
    talk.says(words)
    assert talk.dialogue.step == "name"
    assert statement(talk) == STORY


def test_a_file_long_after_is_kept_before_anything_is_asked() -> None:
    talk = at("subject")
    talk.waits(3 * 86400)
    [said] = talk.sends_photo("又拍了一张")
    assert "继续上次的投诉吗" in said
    assert talk.dialogue.draft is not None
    assert [one.draft for one in kept(talk)] == [talk.dialogue.draft.id]
    talk.says("继续")
    assert talk.dialogue.step == "subject"
    assert statement(talk) == "又拍了一张"


@pytest.mark.parametrize(
    ("word", "flow"), [("取消", ""), ("继续", "complaint"), ("/menu", "complaint")]
)
def test_a_command_long_after_is_obeyed_at_once(word: str, flow: str) -> None:
    talk = at("subject")
    talk.waits(3 * 86400)
    talk.says(word)
    assert "继续上次的投诉吗" not in talk.last
    assert talk.dialogue.flow == flow


def test_the_questions_beside_the_steps_take_typed_answers() -> None:
    resume, which, same = at("resume"), at("which"), at("same")
    resume.says("接着填")
    assert resume.dialogue.step == "what"
    which.says("新提一件")
    assert which.dialogue.step == "kind"
    number = same.cases[0].number
    same.says(f"补充到 {number}")
    assert [act.number for act in acts(same)] == [number]


@pytest.mark.parametrize("step", ["resume", "which", "same"])
def test_a_phone_number_is_noted_beside_the_steps_too(step: str) -> None:
    talk = at(step)
    talk.sends_contact("13800001111")
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.contact == "13800001111"
    assert talk.dialogue.step == step


@pytest.mark.parametrize("step", ["resume", "which", "same"])
def test_a_question_beside_the_steps_is_answered_as_one(step: str) -> None:
    talk = at(step)
    [said] = talk.says("孩子几岁可以上小学一年级？")
    assert "6 周岁" in said
    assert talk.dialogue.step == step


def test_without_a_draft_there_is_nothing_to_continue(talk: Talk) -> None:
    [said] = talk.says("继续")
    assert "没有正在填写" in said


def test_in_english_a_word_or_two_is_a_slip_and_a_number_no_end_of_a_sentence() -> None:
    talk = Talk()
    talk.person = replace(talk.person, language="en")
    for step in ("I want to complain", "no idea"):
        talk.says(step)
    assert "That was not understood" in talk.last
    for step in ("complaint", "fees and refunds", "No. 3 village school"):
        talk.says(step)
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.subject_name == "No. 3 village school"
    assert talk.dialogue.draft.texts == ()
