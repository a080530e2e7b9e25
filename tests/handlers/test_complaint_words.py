"""What parents write where a button is expected: short answers, changes in words, keeping what was filled in."""

import re
from dataclasses import replace

import pytest

from tests.handlers.paths import STORY, acts, at, file_one, opened, statement, walk
from tests.handlers.talk import Talk

NUMBER = "20261128-V60F-GC6J-3"


def subject(talk: Talk) -> str:
    draft = talk.dialogue.draft
    assert draft is not None
    return draft.subject_name or draft.subject


@pytest.mark.parametrize(
    "text",
    [
        "写好了",
        "提交",
        "是的",
        "都不是",
        "下一步",
        "修改",
        "撤回",
        "确认",
        "满意",
        f"查进度 {NUMBER}",
    ],
)
def test_a_command_or_a_short_answer_is_no_school(text: str) -> None:
    talk = at("subject")
    talk.says(text)
    assert talk.dialogue.step == "subject"
    assert subject(talk) == ""


def test_none_of_the_listed_schools_means_the_one_that_was_written() -> None:
    talk = at("subject")
    talk.says("河兵小学")
    assert "河滨小学" in talk.buttons
    talk.says("都不是")
    assert talk.dialogue.step == "what"
    assert subject(talk) == "河兵小学"


@pytest.mark.parametrize("text", ["不用了", "不用", "不写了", "没有了"])
def test_who_declines_the_contact_does_not_lose_the_complaint(text: str) -> None:
    talk = at("contact")
    talk.says(text)
    assert talk.dialogue.step == "preview"


@pytest.mark.parametrize("text", ["发完了,谢谢", "我写好了", "写好了谢谢", "下一步", "跳过"])
def test_the_end_of_the_statement_in_other_words(text: str) -> None:
    talk = at("what")
    talk.says(STORY)
    talk.says(text)
    assert talk.dialogue.step == "name"
    assert statement(talk) == STORY


@pytest.mark.parametrize(
    ("text", "anonymous"), [("匿名好了", True), ("不想让学校知道", True), ("实名吧", False)]
)
def test_named_or_anonymous_in_other_words(text: str, anonymous: bool) -> None:
    talk = at("name")
    talk.says(text)
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.anonymous is anonymous
    assert talk.dialogue.step == "contact"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("我要改学校", "subject"),
        ("电话不对", "contact"),
        ("改一下内容", "what"),
        ("修改方面", "category"),
        ("把类型改一下", "kind"),
    ],
)
def test_a_part_to_be_changed_may_be_named_in_words(text: str, step: str) -> None:
    talk = at("preview")
    talk.says(text)
    assert talk.dialogue.step == step
    assert statement(talk) == STORY
    talk.says("返回")
    assert talk.dialogue.step == "preview"


def test_a_new_value_in_words_is_taken_at_once() -> None:
    talk = at("preview")
    for text in ("学校改成三中", "改成实名", "联系方式改成13900139000"):
        talk.says(text)
        assert talk.dialogue.step == "preview"
    talk.says("提交")
    [case] = opened(talk)
    assert (case.subject_name, case.anonymous, case.contact) == (
        "示例区第三中学",
        False,
        "13900139000",
    )
    assert case.text == STORY


@pytest.mark.parametrize(
    "text", ["学校改成周六上课", "学校把时间改成了周六", "老师的电话号码换成了别人的"]
)
def test_what_only_sounds_like_a_change_stays_a_part_of_the_story(text: str) -> None:
    talk = at("preview")
    talk.says(text)
    assert statement(talk) == f"{STORY}\n{text}"
    assert talk.dialogue.step == "preview"


def test_going_back_and_forth_keeps_the_school_and_the_contact() -> None:
    talk = at("subject")
    for text in ("河滨小学", "上一步"):
        talk.says(text)
    assert talk.buttons[0] == "不改,下一步"
    talk.presses("不改,下一步")
    for text in (STORY, "写好了", "实名"):
        talk.says(text)
    talk.sends_contact("13800001111")
    talk.says("上一步")
    talk.says("下一步")
    assert talk.dialogue.step == "preview"
    talk.says("提交")
    [case] = opened(talk)
    assert (case.subject_name, case.contact) == ("河滨小学", "13800001111")


def test_a_change_that_was_broken_off_leads_back_to_the_preview(talk: Talk) -> None:
    walk(talk, "preview")
    for text in ("改学校", "取消", "继续", "三中"):
        talk.says(text)
    assert talk.dialogue.step == "preview"
    assert subject(talk) == "示例区第三中学"


def test_a_doubtful_school_left_as_it_is_stands_in_the_preview() -> None:
    talk = at("preview")
    for text in ("改学校", "河兵小学", "返回"):
        talk.says(text)
    assert "河兵小学" in talk.last
    talk.says("提交")
    assert opened(talk)[0].subject == "河兵小学"


def test_a_short_answer_to_nothing_harms_no_case(talk: Talk) -> None:
    file_one(talk)
    talk.says("不用了")
    assert acts(talk) == []


def test_traditional_characters_are_read_as_simplified_ones(talk: Talk) -> None:
    for text in ("我要投訴", "收費、退費", "河濱小學", STORY, "寫好了", "實名", "不留", "提交"):
        talk.says(text)
        if talk.dialogue.step == "kind":
            talk.says("投訴")
    assert opened(talk)[0].subject_name == "河滨小学"
    assert talk.cases[0].number in talk.says("查進度")[0]
    assert "请写下您要问工作人员的事" in talk.says("轉人工")[0]


def test_number_and_code_are_looked_up_in_between_and_never_kept_in_the_statement() -> None:
    talk = at("subject")
    other = Talk()
    number = file_one(other)
    talk.cases = [replace(one, person_id=99) for one in other.cases]
    code = opened_code(other)
    talk.says("查进度")
    [card] = talk.says(f"编号 {number} 查询码 {code}")
    assert "状态:已受理" in card
    assert talk.dialogue.step == "subject"
    assert statement(talk) == ""


def opened_code(talk: Talk) -> str:
    receipt = next(text for text in map(str, (one.html for one in talk.heard)) if "查询码" in text)
    found = re.search(r"查询码 (?:<[^>]+>)?(\d{6})", receipt)
    assert found is not None
    return found[1]


def test_a_short_statement_at_the_first_step_is_kept() -> None:
    talk = at("kind")
    talk.says("学校乱收费")
    assert statement(talk) == "学校乱收费"
    talk.says("好的")
    assert statement(talk) == "学校乱收费"


def test_thanks_are_no_addition(talk: Talk) -> None:
    file_one(talk)
    talk.presses("补充材料")
    [said] = talk.says("谢谢")
    assert "补充" in said
    assert acts(talk) == []
