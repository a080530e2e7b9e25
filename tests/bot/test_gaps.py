"""Gaps: what counts as asked in vain, what an editor may see of cases, and the list in a chat."""

from datetime import timedelta

import pytest

from bot.core.cases import Kind
from bot.core.people import Person, Role
from bot.core.turn import Asked, Feedback, Place, StaffPress
from bot.service import desk, gaps, staffchat
from bot.service.job import Job
from bot.service.rounds import Rounds
from bot.storage import gapbook, store
from knowledge.gaps import Unmet
from tests.bot.bureau import GROUP, HERE, Bureau

DRONE = "无人机社团怎么报名"
AGE = "孩子几岁可以上小学一年级?"


def asks(
    bureau: Bureau, person: Person, text: str, outcome: str = "miss", entry_id: str = ""
) -> None:
    asked = Asked(text, outcome, entry_id)
    bureau.do(lambda job: store.record_asked(job.tx, person.id, asked, job.now))
    bureau.clock.passes(1)


def unmet(bureau: Bureau, days: int = 30) -> list[Unmet]:
    return list(bureau.do(lambda job: gaps.read(job.tx, job.now, days=days)))


def questions(bureau: Bureau) -> list[str]:
    return [one.question for one in unmet(bureau)]


def test_misses_count_and_answers_do_not(bureau: Bureau) -> None:
    person = bureau.parent()
    asks(bureau, person, DRONE)
    asks(bureau, person, AGE, "hit", "primary-age")
    assert questions(bureau) == [DRONE]


def test_an_offer_counts_unless_one_of_the_choices_was_taken_soon(bureau: Bureau) -> None:
    taken, left, late = (bureau.parent(chat) for chat in ("1", "2", "3"))
    for person, text in ((taken, "上学"), (left, "报名"), (late, "转学")):
        asks(bureau, person, text, "unsure", "primary-age")
    asks(bureau, taken, AGE, "chosen", "primary-age")
    bureau.clock.passes(31 * 60)
    asks(bureau, late, AGE, "chosen", "primary-age")
    assert questions(bureau) == ["转学", "报名"]


def test_an_answer_that_did_not_help_counts_until_the_mind_is_changed(bureau: Bureau) -> None:
    person = bureau.parent()

    def judges(*, helpful: bool) -> None:
        feedback = Feedback("primary-age", AGE, helpful)
        bureau.do(lambda job: store.record_feedback(job.tx, person.id, feedback, job.now))

    judges(helpful=False)
    assert [(one.question, one.entry_id) for one in unmet(bureau)] == [(AGE, "primary-age")]
    judges(helpful=True)
    assert unmet(bureau) == []


def test_what_is_older_than_asked_for_is_left_out(bureau: Bureau) -> None:
    asks(bureau, bureau.parent(), DRONE)
    bureau.clock.passes(timedelta(days=31).total_seconds())
    assert unmet(bureau) == []
    assert len(unmet(bureau, days=32)) == 1


def test_personal_numbers_are_not_in_the_list(bureau: Bureau) -> None:
    asks(bureau, bureau.parent(), f"{DRONE} 我的手机号是 13800138000")
    assert questions(bureau) == [DRONE]


def answered_case(bureau: Bureau, text: str, *, asked: str, kind: Kind = Kind.QUESTION) -> str:
    person = bureau.parent()
    asks(bureau, person, asked)
    case = bureau.opens(person, text, kind=kind)
    staff = bureau.hires("赵老师", departments=(HERE,))
    bureau.do(lambda job: desk.reply(job, staff, case.number, "每年九月在学校报名。"))
    return case.number


def test_an_answered_question_case_comes_with_its_number_and_reply(bureau: Bureau) -> None:
    number = answered_case(bureau, DRONE + "\n", asked=DRONE)
    assert {one.case for one in unmet(bureau)} == {"", number}
    found = bureau.do(lambda job: gapbook.answered(job.tx, number))
    assert found == gapbook.Answered(number, DRONE, "每年九月在学校报名。")


@pytest.mark.parametrize(
    ("text", "kind"),
    [(DRONE + ",我家孩子叫小明,班主任打人", Kind.QUESTION), (DRONE, Kind.COMPLAINT)],
)
def test_of_what_was_told_to_staff_only_an_editor_sees_nothing(
    bureau: Bureau, text: str, kind: Kind
) -> None:
    number = answered_case(bureau, text, asked=DRONE, kind=kind)
    assert [(one.question, one.case) for one in unmet(bureau)] == [(DRONE, "")]
    assert bureau.do(lambda job: gapbook.answered(job.tx, number)) is None


def test_a_case_without_a_reply_gives_no_answer(bureau: Bureau) -> None:
    person = bureau.parent()
    asks(bureau, person, DRONE)
    number = bureau.opens(person, DRONE, kind=Kind.QUESTION).number
    assert {one.case for one in unmet(bureau)} == {""}
    assert bureau.do(lambda job: gapbook.answered(job.tx, number)) is None


def sends_command(bureau: Bureau, role: Role, *, active: bool = True) -> None:
    staff = bureau.hires("吴老师", role, telegram="10009")
    incoming = bureau.text("/gaps", chat=GROUP, person="10009", place=Place.STAFF, thread="7")

    def press(job: Job) -> None:
        staffchat.press(job, staff, StaffPress("gaps", "gaps"), incoming)

    bureau.do(press)
    if not active:
        bureau.do(lambda job: job.tx.execute("UPDATE staff SET active = 0"))


async def test_the_list_arrives_where_it_was_asked_for(bureau: Bureau) -> None:
    for chat in ("1", "2"):
        asks(bureau, bureau.parent(chat), f"{DRONE}<b>")
    sends_command(bureau, Role.EDITOR)
    assert bureau.owed() == []  # making it takes a while: not in the transaction that asked
    await Rounds(bureau.office).tick()
    [parcel] = bureau.owed()
    assert (parcel.chat, parcel.thread) == (GROUP, "7")
    assert f"1. {DRONE}&lt;b&gt; — 2 人" in parcel.message.html
    await gaps.answer_requests(bureau.office)
    assert len(bureau.owed()) == 1


async def test_without_gaps_the_list_says_so(bureau: Bureau) -> None:
    sends_command(bureau, Role.ADMIN)
    await gaps.answer_requests(bureau.office)
    assert bureau.owed_texts(GROUP) == ["近 30 天没有答不上来的问题。"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR])
async def test_who_is_no_editor_gets_nothing_but_the_unknown_command(
    bureau: Bureau, role: Role
) -> None:
    asks(bureau, bureau.parent(), DRONE)
    sends_command(bureau, role)
    await gaps.answer_requests(bureau.office)
    [text] = bureau.owed_texts(GROUP)
    assert "没有这个命令" in text


async def test_who_was_let_go_in_between_gets_nothing(bureau: Bureau) -> None:
    asks(bureau, bureau.parent(), DRONE)
    sends_command(bureau, Role.EDITOR, active=False)
    await gaps.answer_requests(bureau.office)
    assert bureau.owed() == []
    assert bureau.rows("SELECT * FROM list_requests") == []


async def test_a_long_list_is_cut_to_one_message(bureau: Bureau) -> None:
    words = (
        "校车",
        "近视手术",
        "运动会",
        "社团",
        "图书馆",
        "空调",
        "停车场",
        "水质",
        "体检",
        "研学",
        "春游",
        "合唱团",
    )
    for number, word in enumerate(words):
        asks(bureau, bureau.parent(str(number)), f"{word}的事找谁问" + "很长" * 200)
    sends_command(bureau, Role.EDITOR)
    await gaps.answer_requests(bureau.office)
    [text] = bureau.owed_texts(GROUP)
    assert len(text) < 2000
    assert "11. " not in text
