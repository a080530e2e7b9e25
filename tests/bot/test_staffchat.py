"""The staff chat: drafts, their two ways, and buttons that came too late."""

from dataclasses import replace

import pytest

from bot.core.cases import CaseView, Status
from bot.core.people import Person, Role, Staff
from bot.core.turn import Act, Arrival, Incoming, ParentAct, Place, StaffDraft, StaffPress
from bot.service import desk, staffchat
from bot.storage import topicbook
from tests.bot.bureau import ELSEWHERE, GROUP, HERE, Bureau


@pytest.fixture
def zhao(bureau: Bureau) -> Staff:
    bureau.has_staff_chat()
    return bureau.hires("赵老师", departments=(HERE,), telegram="10001")


@pytest.fixture
def li(bureau: Bureau) -> Person:
    return bureau.parent("501")


def update(bureau: Bureau, text: str = "") -> Incoming:
    return bureau.text(
        text, chat=GROUP, person="10001", arrival=Arrival.CHOICE, place=Place.STAFF, thread="7"
    )


def drafts(bureau: Bureau, staff: Staff, case: CaseView, text: str) -> dict[str, str]:
    """Write something at a case; return the buttons that are offered, by label."""
    bureau.do(
        lambda job: staffchat.keep_draft(
            job, staff, StaffDraft(case.number, text), update(bureau, text)
        )
    )
    rows = bureau.owed()[-1].message.buttons
    return {button.label: button.data for row in rows for button in row}


def presses(bureau: Bureau, staff: Staff, data: str) -> str:
    """Press a button and return what is answered in the staff chat."""
    _, verb, target = data.split(":", 2)
    bureau.do(lambda job: staffchat.press(job, staff, StaffPress(verb, target), update(bureau)))
    return next(text for text in reversed(bureau.owed_texts(GROUP)) if "承办:" not in text and text)


def to_parent(bureau: Bureau) -> str:
    return "\n".join(bureau.owed_texts("501"))


def test_a_draft_offers_two_ways_and_leaves_by_none(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    assert set(drafts(bureau, zhao, case, "已退费")) == {"发送给家长", "仅内部"}
    assert to_parent(bureau) == ""
    assert bureau.history(case) == ["opened"]


def test_a_draft_goes_one_way_and_only_once(bureau: Bureau, zhao: Staff, li: Person) -> None:
    case = bureau.opens(li)
    buttons = drafts(bureau, zhao, case, "已退费")
    assert "已交发" in presses(bureau, zhao, buttons["发送给家长"])
    assert "已失效" in presses(bureau, zhao, buttons["发送给家长"])
    assert "已失效" in presses(bureau, zhao, buttons["仅内部"])
    assert to_parent(bureau).count("已退费") == 1
    assert bureau.history(case) == ["opened", "reply"]
    assert bureau.value("SELECT state FROM reply_drafts") == "sent"


def test_a_note_stays_inside_for_ever(bureau: Bureau, zhao: Staff, li: Person) -> None:
    case = bureau.opens(li)
    buttons = drafts(bureau, zhao, case, "先压一压")
    assert "内部备注" in presses(bureau, zhao, buttons["仅内部"])
    presses(bureau, zhao, buttons["发送给家长"])
    assert "压一压" not in to_parent(bureau)
    assert bureau.history(case) == ["opened", "note"]


def edits(bureau: Bureau, staff: Staff, case: CaseView, text: str) -> str:
    """Edit the message that `drafts` wrote; return what the staff chat reads."""
    bureau.sends_all()
    written = bureau.value("SELECT message FROM reply_drafts")
    changed = replace(update(bureau, text), arrival=Arrival.EDIT, message=written)
    bureau.do(lambda job: staffchat.keep_draft(job, staff, StaffDraft(case.number, text), changed))
    return "\n".join(bureau.owed_texts(GROUP))


def test_what_leaves_is_what_the_message_says_when_the_button_is_pressed(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    buttons = drafts(bureau, zhao, case, "这家长难缠,先退费")
    assert "草稿已换成改过的内容" in edits(bureau, zhao, case, "已退费")
    presses(bureau, zhao, buttons["发送给家长"])
    heard = "".join(bureau.owed_texts("501"))
    assert "已退费" in heard
    assert "难缠" not in heard
    assert "没有计入" in edits(bureau, zhao, case, "不退了")
    assert bureau.value("SELECT text FROM reply_drafts") == "已退费"


def test_a_draft_for_somebody_elses_case_is_not_even_kept(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    stranger = bureau.hires("孙老师", departments=(ELSEWHERE,))
    bureau.do(
        lambda job: staffchat.keep_draft(
            job, stranger, StaffDraft(case.number, "x"), update(bureau)
        )
    )
    assert "不归你办" in bureau.owed()[-1].message.html
    assert bureau.owed()[-1].thread == "7"
    assert bureau.value("SELECT count(*) FROM reply_drafts") == 0


def test_a_draft_written_before_somebody_else_answered_is_stale(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    buttons = drafts(bureau, zhao, case, "我的答复")
    qian = bureau.hires("钱主任", Role.SUPERVISOR)
    bureau.do(lambda job: desk.reply(job, qian, case.number, "主任的答复"))
    assert "当前状态:已答复" in presses(bureau, zhao, buttons["发送给家长"])
    assert "我的答复" not in to_parent(bureau)
    again = drafts(bureau, zhao, case, "补充答复")  # written with the answer in view
    assert "已交发" in presses(bureau, zhao, again["发送给家长"])


def test_taking_the_case_in_between_does_not_spoil_a_draft(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    buttons = drafts(bureau, zhao, case, "已退费")
    assert "已接办" in presses(bureau, zhao, f"s:take:{case.number}:{case.version}")
    assert "已交发" in presses(bureau, zhao, buttons["发送给家长"])


def test_a_stale_card_says_how_things_stand_and_is_drawn_anew(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    presses(bureau, zhao, f"s:take:{case.number}:{case.version}")
    bureau.sends_all()
    assert "当前状态:已派单" in presses(bureau, zhao, f"s:take:{case.number}:{case.version}")
    assert "card_edit" in [parcel.kind for parcel in bureau.owed()]


def test_a_case_is_not_closed_before_an_answer_arrived(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    answered = bureau.do(lambda job: desk.reply(job, zhao, case.number, "已退费"))
    button = f"s:close:{case.number}:{answered.version}"
    assert "还没有答复送达" in presses(bureau, zhao, button)
    bureau.sends_all()
    assert "已办结" in presses(bureau, zhao, button)
    assert bureau.case(case.number).status is Status.CLOSED


def test_what_is_said_at_a_closed_case_closes_its_topic_behind_it(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    answered = bureau.do(lambda job: desk.reply(job, zhao, case.number, "已退费"))
    bureau.sends_all()
    presses(bureau, zhao, f"s:close:{case.number}:{answered.version}")
    kinds = [parcel.kind for parcel in bureau.owed() if parcel.line == f"staff:{case.id}"]
    assert kinds[-1] == "topic_close"
    assert kinds.count("topic_close") == 1
    assert "message" in kinds


@pytest.mark.parametrize(
    "data",
    [
        "s:send:0",
        "s:send:999",
        "s:send:x",
        "s:send:٣",
        "s:note:" + "9" * 40,
        "s:again:1",
        "s:again:",
        "s:take:20261122-0000-0000-0:1",
        "s:drop:1",
        "s:close:",
    ],
)
def test_a_button_that_never_was_finds_nothing(bureau: Bureau, zhao: Staff, data: str) -> None:
    assert "没有找到" in presses(bureau, zhao, data)


def test_a_press_from_elsewhere_is_answered_there(bureau: Bureau, zhao: Staff, li: Person) -> None:
    case = bureau.opens(li)
    private = bureau.text("", chat="10001", arrival=Arrival.CHOICE)
    pressed = StaffPress("take", f"{case.number}:{case.version}")
    bureau.do(lambda job: staffchat.press(job, zhao, pressed, private))
    assert any("已接办" in text for text in bureau.owed_texts("10001"))


def test_a_group_that_moved_takes_its_topics_and_what_is_owed_along(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    bureau.do(lambda job: topicbook.put(job.tx, topicbook.Topic(case.id, GROUP, card="5")))
    for _ in range(2):  # the update and the error may both tell of it
        bureau.do(lambda job: staffchat.follow(job, "telegram", GROUP, "-100999"))
    topic = bureau.do(lambda job: topicbook.get(job.tx, case.id))
    assert topic == topicbook.Topic(case.id, "-100999", recap_due=True)
    assert {parcel.chat for parcel in bureau.owed()} == {"-100999"}
    assert bureau.do(lambda job: job.staff_chat) == "-100999"
    bureau.do(lambda job: staffchat.follow(job, "telegram", "-5", "-6"))  # another group
    assert bureau.do(lambda job: job.staff_chat) == "-100999"


def test_at_a_case_that_is_over_only_a_note_is_offered(
    bureau: Bureau, zhao: Staff, li: Person
) -> None:
    case = bureau.opens(li)
    qian = bureau.hires("钱主任", Role.SUPERVISOR)
    bureau.do(lambda job: desk.decline(job, qian, case.number, "不属于教育部门"))
    bureau.do(
        lambda job: staffchat.keep_draft(
            job, zhao, StaffDraft(case.number, "已电话说明"), update(bureau, "已电话说明")
        )
    )
    asked = next(one for one in bureau.owed() if "不能再答复家长" in str(one.message.html))
    [[keep]] = asked.message.buttons
    assert keep.label == "仅内部"
    presses(bureau, zhao, keep.data)
    assert bureau.history(case)[-1] == "note"


def test_who_may_not_answer_again_is_told_so(bureau: Bureau, zhao: Staff, li: Person) -> None:
    bureau.hires("钱主任", Role.SUPERVISOR)
    case = bureau.opens(li)
    bureau.do(lambda job: desk.reply(job, zhao, case.number, "已退费"))
    bureau.sends_all()
    rated = Act(ParentAct.RATE, case.number, rating="bad", text="没有")
    bureau.do(lambda job: desk.parent_act(job, li, rated))
    said = presses(bureau, zhao, f"s:take:{case.number}:{bureau.case(case.number).version}")
    assert "要换一位同事来办" in said
