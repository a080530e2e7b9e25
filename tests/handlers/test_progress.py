"""Own cases: seen by their owner or by number and code, and changed only by who may."""

from dataclasses import replace

import pytest

from bot.core.cases import Rating, Status
from bot.core.dialogue import EMPTY
from bot.core.numbers import find_code
from bot.core.people import Person
from bot.core.turn import Media, MediaKind, ParentAct, WrongCode
from tests.handlers.paths import acts, file_one, kept, opened
from tests.handlers.talk import Talk

NOBODYS = "20261123-4Y6X-WVJW-5"


@pytest.fixture
def filed(talk: Talk) -> Talk:
    """A talk whose parent has one case."""
    file_one(talk)
    return talk


def code(talk: Talk) -> str:
    return next(found for one in reversed(talk.heard) if (found := find_code(str(one.html))))


def other(talk: Talk) -> Talk:
    """Let somebody else talk, over the same cases."""
    return Talk(person=Person(2, "web", "w2"), cases=talk.cases, now=talk.now)


@pytest.mark.parametrize("text", ["查进度", "/status", "我的投诉", "进度"])
def test_the_own_case_is_shown_with_its_due_date_and_days_left(filed: Talk, text: str) -> None:
    [said] = filed.says(text)
    for part in (filed.cases[0].number, "已受理", "安全", "12月", "还剩", "个工作日"):
        assert part in said


def test_several_cases_are_a_list_with_a_button_each(filed: Talk) -> None:
    first = filed.cases[0].number
    filed.says("三小有学生持刀")
    filed.says("登记")
    [said] = filed.says("查进度")
    assert "共 2 件" in said
    filed.presses(f"查看 {first}")
    assert first in filed.last


def test_the_last_day_and_the_days_after_are_said_as_they_are(filed: Talk) -> None:
    due = filed.cases[0].due_at
    filed.waits((due - filed.now).total_seconds() - 60)
    assert "最晚今天" in filed.says("查进度")[0]
    filed.waits(3 * 86400)
    assert "已超过" in filed.says("查进度")[0]


def test_number_and_code_show_the_case_on_any_account(filed: Talk) -> None:
    number, secret = filed.cases[0].number, code(filed)
    for text in (
        f"{number} {secret}",
        f"/status {number.lower()} {secret}",
        f"编号{number},查询码{secret}",
    ):
        stranger = other(filed)
        [said] = stranger.says(text)
        assert "状态:已受理" in said
        assert stranger.dialogue.proven == (number,)


def test_who_proved_the_code_may_add_and_withdraw(filed: Talk) -> None:
    number = filed.cases[0].number
    stranger = other(filed)
    stranger.says(f"{number} {code(filed)}")
    stranger.presses("补充材料")
    stranger.says("另一部手机上的补充")
    stranger.sends_photo()
    stranger.says("写好了")
    stranger.presses("撤回")
    stranger.presses("确认撤回")
    assert [(act.act, act.proven) for act in acts(stranger)] == [
        (ParentAct.ADD, True),
        (ParentAct.ADD, True),
        (ParentAct.WITHDRAW, True),
    ]
    assert stranger.cases[0].status is Status.WITHDRAWN


def test_the_number_alone_shows_nothing_and_asks_for_the_code(filed: Talk) -> None:
    stranger, secret = other(filed), code(filed)
    [said] = stranger.says(filed.cases[0].number)
    assert "6 位查询码" in said
    assert "状态" not in said
    assert "状态:已受理" in stranger.says(secret)[0]


def test_an_unknown_number_and_a_wrong_code_read_the_same(filed: Talk) -> None:
    known = other(filed).says(f"{filed.cases[0].number} 000000")
    unknown = other(filed).says(f"{NOBODYS} 000000")
    assert known == unknown
    assert other(filed).says(NOBODYS)[0].replace(NOBODYS, "") == other(filed).says(
        filed.cases[0].number
    )[0].replace(filed.cases[0].number, "")


def test_five_wrong_codes_lock_the_case_for_an_hour_even_for_the_right_one(filed: Talk) -> None:
    number, secret = filed.cases[0].number, code(filed)
    stranger = other(filed)
    for wrong in range(5):
        stranger.says(f"{number} 00000{wrong}")
    assert [one for one in stranger.effects if isinstance(one, WrongCode)] == [
        WrongCode(number)
    ] * 5
    [said] = stranger.says(f"{number} {secret}")
    assert "一小时后再试" in said
    assert "010-12345678" in said
    third = replace_person(stranger, 3)
    assert "一小时后再试" in third.says(f"{number} {secret}")[0]
    assert "状态:已受理" in filed.says(number)[0]


def replace_person(talk: Talk, person: int) -> Talk:
    return Talk(person=Person(person, "web", f"w{person}"), cases=talk.cases, now=talk.now)


def test_after_the_hour_the_right_code_works_again(filed: Talk) -> None:
    number, secret = filed.cases[0].number, code(filed)
    stranger = other(filed)
    for wrong in range(5):
        stranger.says(f"{number} 00000{wrong}")
    stranger.waits(3601)
    stranger.cases = [
        replace(stranger.cases[0], wrong_codes=0)
    ]  # the engine counts the last hour only
    assert "状态:已受理" in stranger.says(f"{number} {secret}")[0]


@pytest.mark.parametrize(
    "verb", ["show", "add", "withdraw", "withdraw-yes", "good", "bad", "enough", "x", ""]
)
def test_a_button_of_somebody_elses_case_does_nothing(filed: Talk, verb: str) -> None:
    stranger = other(filed)
    [said] = stranger.presses_data(f"k:{verb}:{filed.cases[0].number}")
    assert "此按钮已失效" in said
    assert acts(stranger) == []
    assert said == other(filed).presses_data(f"k:{verb}:{NOBODYS}")[0]


def test_every_addition_goes_to_the_case_at_once(filed: Talk) -> None:
    number = filed.cases[0].number
    filed.presses("补充材料")
    filed.says("还有一个情况")
    filed.sends_photo("收据")
    filed.sends_location()
    filed.sends_contact("13800001111")
    filed.presses("补充好了")
    assert [(act.number, act.text) for act in acts(filed)] == [
        (number, "还有一个情况"),
        (number, "收据"),
        (number, "位置 39.9,116.4"),
        (number, "13800001111"),
    ]
    assert [one.draft for one in kept(filed)] == [number]
    assert filed.dialogue.flow == ""


def test_an_addition_that_names_another_number_stays_with_its_case(filed: Talk) -> None:
    filed.presses("补充材料")
    filed.says(f"和 {NOBODYS} 是同一件事")
    assert [act.number for act in acts(filed)] == [filed.cases[0].number]


def test_an_hour_later_a_text_is_no_addition_any_more(filed: Talk) -> None:
    filed.presses("补充材料")
    filed.waits(3601)
    filed.says("孩子几岁可以上小学一年级？")
    assert acts(filed) == []
    assert "6 周岁" in filed.last


def test_withdrawing_needs_a_second_press(filed: Talk) -> None:
    filed.presses("撤回")
    assert acts(filed) == []
    filed.presses("不撤回")
    filed.presses("撤回")
    filed.presses("确认撤回")
    assert [act.act for act in acts(filed)] == [ParentAct.WITHDRAW]
    [said] = filed.presses("确认撤回")
    assert "当前状态:已撤回" in said
    assert len(acts(filed)) == 1


@pytest.mark.parametrize(("label", "rating"), [("满意", Rating.GOOD), ("基本满意", Rating.FAIR)])
def test_a_good_rating_is_one_press_or_one_word(filed: Talk, label: str, rating: Rating) -> None:
    filed.answers(filed.cases[0].number)
    filed.says(label)
    [act] = acts(filed)
    assert act.rating == rating
    [said] = filed.presses_data(f"k:{rating}:{act.number}")
    assert "当前状态:已办结" in said
    assert len(acts(filed)) == 1


def test_not_satisfied_is_asked_why_and_reopens(filed: Talk) -> None:
    filed.answers(filed.cases[0].number)
    filed.presses_data(f"k:bad:{filed.cases[0].number}")
    assert acts(filed) == []
    for blank in ("", "  "):
        filed.says(blank)
    filed.sends_sticker()
    assert acts(filed) == []
    filed.says("没有调查")
    [act] = acts(filed)
    assert (act.rating, act.text) == (Rating.BAD, "没有调查")
    assert filed.cases[0].status is Status.RECEIVED


def test_a_second_time_not_satisfied_goes_to_the_supervisors(filed: Talk) -> None:
    number = filed.cases[0].number
    filed.cases = [replace(filed.cases[0], status=Status.ANSWERED, redone=1)]
    filed.presses_data(f"k:bad:{number}")
    assert "督办" in filed.last
    filed.says("还是没有调查")
    assert "督办" in filed.last


def test_before_there_is_an_answer_nothing_can_be_rated(filed: Talk) -> None:
    [said] = filed.presses_data(f"k:good:{filed.cases[0].number}")
    assert "当前状态:已受理" in said
    assert acts(filed) == []


def test_after_the_end_nothing_can_be_added(filed: Talk) -> None:
    filed.cases = [replace(filed.cases[0], status=Status.CLOSED)]
    [said] = filed.presses("补充材料")
    assert "已办结,不能再补充" in said
    assert acts(filed) == []


def test_rating_in_the_middle_of_a_complaint_leaves_it_open(filed: Talk) -> None:
    number = filed.cases[0].number
    filed.answers(number)
    filed.says("我要投诉")
    filed.presses("新提一件")
    [said] = filed.presses_data(f"k:good:{number}")
    assert "填写到一半的内容还在" in said
    assert filed.dialogue.step == "kind"


def test_adding_in_the_middle_of_a_complaint_puts_it_aside(filed: Talk) -> None:
    filed.says("我要投诉")
    filed.presses("新提一件")
    filed.says("投诉")
    filed.presses_data(f"k:add:{filed.cases[0].number}")
    filed.says("写好了")
    assert filed.dialogue.parked is not None
    filed.says("继续")
    assert filed.dialogue.step == "category"


def test_an_edit_of_a_submitted_message_is_passed_on(talk: Talk) -> None:
    talk.says("三小有学生持刀")
    message = talk.last_message
    talk.presses("马上登记")
    [said] = talk.edits(message, "三小有两个学生持刀")
    assert talk.cases[0].number in said
    assert [(act.act, act.text) for act in acts(talk)] == [(ParentAct.AMEND, "三小有两个学生持刀")]


def test_an_edit_after_the_end_changes_nothing_and_says_so(talk: Talk) -> None:
    talk.says("三小有学生持刀")
    message = talk.last_message
    talk.presses("马上登记")
    talk.cases = [replace(talk.cases[0], status=Status.CLOSED)]
    [said] = talk.edits(message, "其实没有")
    assert "没有计入" in said
    assert acts(talk) == []


def test_an_edit_of_a_draft_put_aside_is_kept_there(talk: Talk) -> None:
    talk.says("三小校服太贵了,我要投诉")
    message = talk.last_message
    talk.says("取消")
    talk.edits(message, "三小校服一套八百,我要投诉")
    assert talk.dialogue.parked is not None
    assert [text for text, _ in talk.dialogue.parked.texts] == [
        "三小校服太贵了,我要投诉",
        "(修改后)三小校服一套八百,我要投诉",
    ]


def test_nothing_of_a_case_is_left_in_the_dialogue_after_leaving(filed: Talk) -> None:
    filed.presses("补充材料")
    filed.says("取消")
    assert replace(filed.dialogue, filed=(), updated_at=None) == EMPTY
    assert len(opened(filed)) == 1


@pytest.mark.parametrize("word", ["写好了", "就这些", "取消", "上一步"])
def test_adding_ends_with_a_word(filed: Talk, word: str) -> None:
    filed.presses("补充材料")
    filed.says("还有一个情况")
    filed.says(word)
    assert filed.dialogue.flow == ""
    assert [act.text for act in acts(filed)] == ["还有一个情况"]


@pytest.mark.parametrize("step", ["lookup", "add", "reason"])
def test_help_and_a_sticker_say_what_is_waited_for(filed: Talk, step: str) -> None:
    filed.cases = [replace(filed.cases[0], status=Status.ANSWERED)]
    number = filed.cases[0].number
    filed.presses_data(
        {"lookup": "k:lookup:new", "add": f"k:add:{number}", "reason": f"k:bad:{number}"}[step]
    )
    for said in (filed.says("帮助"), filed.sends_sticker(), filed.says("")):
        assert "现在等的是" in said[0]
        assert filed.dialogue.step == step


@pytest.mark.parametrize("what", ["photo", "text"])
def test_what_ended_meanwhile_is_said_as_it_is(filed: Talk, what: str) -> None:
    filed.presses("补充材料")
    filed.cases = [replace(filed.cases[0], status=Status.CLOSED)]
    [said] = filed.sends_photo() if what == "photo" else filed.says("还有一点")
    assert "已办结" in said
    assert acts(filed) == []
    assert filed.dialogue.flow == ""


def test_a_refused_file_is_no_addition(filed: Talk) -> None:
    filed.presses("补充材料")
    [said] = filed.sends_photo(size=30 * 1024 * 1024)
    assert "收不了" in said
    assert acts(filed) == []
    assert kept(filed) == []
    assert filed.dialogue.step == "add"


def test_a_question_while_number_and_code_are_waited_for_is_answered(talk: Talk) -> None:
    talk.says("查进度")
    [said] = talk.says("孩子几岁可以上小学一年级？")
    assert "6 周岁" in said


def test_a_category_or_department_that_was_removed_is_still_shown(filed: Talk) -> None:
    filed.cases = [
        replace(filed.cases[0], category="gone", title="校车", department="gone", provisional=True)
    ]
    [said] = filed.says("查进度")
    assert "校车" in said
    assert "示例区教育局" in said
    assert "暂算" in said


TOO_BIG = Media(MediaKind.DOCUMENT, "f", 21 * 1024 * 1024, "application/pdf", "big.pdf")


def test_the_words_under_a_refused_file_are_added_and_a_bare_one_is_not_said_to_be(
    filed: Talk,
) -> None:
    filed.says("补充")
    [said] = filed.sends(TOO_BIG)
    assert "超过 20 MB" in said
    assert "已补充到" not in said
    [said] = filed.sends(TOO_BIG, "这是收据")
    assert "超过 20 MB" in said
    assert "已补充到" in said
    assert [act.text for act in acts(filed)] == ["这是收据"]


def test_the_words_under_a_photo_are_the_reason(filed: Talk) -> None:
    filed.answers(filed.cases[0].number)
    filed.says("不满意")
    [said] = filed.sends_photo("墙还是裂的")
    assert "已记下您的评价和理由" in said
    [rated] = acts(filed)
    assert (rated.act, rated.text) == (ParentAct.RATE, "墙还是裂的")
    assert kept(filed)[-1].case == filed.cases[0].number


def test_after_a_wrong_code_the_code_alone_is_enough(filed: Talk) -> None:
    stranger = other(filed)
    stranger.says(filed.cases[0].number)
    assert "编号或查询码不对" in stranger.says("000000")[0]
    assert "状态:已受理" in stranger.says(code(filed))[0]


def test_nobody_is_promised_somebody_else_where_there_is_nobody_else(filed: Talk) -> None:
    number = filed.cases[0].number
    filed.answers(number)
    filed.same_hands = frozenset({number})
    asked = filed.presses_data(f"k:bad:{number}")[0]
    told = filed.says("没有调查就答复了")[0]
    assert "重新办理" in asked
    assert "重新办理,最晚" in told
    assert "另一位" not in asked + told
