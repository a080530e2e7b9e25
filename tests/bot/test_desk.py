"""The desk: what happens to a case, what its history says, and who is told."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.cases import Action, CaseView, Kind, Status
from bot.core.errors import NotAllowed, Stale, UnknownCase
from bot.core.people import Person, Role, Staff
from bot.core.turn import Act, KeepFile, Media, MediaKind, ParentAct
from bot.service import desk, notices
from bot.service.delivery import Delivered
from bot.service.job import Job
from bot.service.outcome import on_failed, on_sent
from bot.storage import attachments, casebook, outbox, staffbook, store, topicbook
from tests.bot.bureau import ELSEWHERE, GROUP, HERE, Bureau

PHOTO = Media(MediaKind.PHOTO, "file1", 1000, "image/jpeg")


@pytest.fixture
def li(bureau: Bureau) -> Person:
    return bureau.parent("501")


@pytest.fixture
def zhao(bureau: Bureau) -> Staff:
    return bureau.hires("赵老师", departments=(HERE,), telegram="10001")


@pytest.fixture
def qian(bureau: Bureau) -> Staff:
    return bureau.hires("钱主任", Role.SUPERVISOR)


def acts(
    bureau: Bureau,
    person: Person,
    case: CaseView,
    act: ParentAct,
    *,
    text: str = "",
    rating: str = "",
    draft: str = "",
) -> None:
    given = Act(act, case.number, text=text, rating=rating, draft=draft)
    bureau.do(lambda job: desk.parent_act(job, person, given, message="m9"))


def keeps(bureau: Bureau, person: Person, draft: str) -> None:
    """Let a parent send a photo for a draft."""
    kept = KeepFile(PHOTO, draft=draft)
    token = f"{bureau.office.chance.bits(128):032x}"
    bureau.do(
        lambda job: attachments.keep(
            job.tx,
            person.id,
            "telegram",
            kept,
            token=token,
            case_id=None,
            event_id=None,
            now=job.now,
        )
    )


def answers(bureau: Bureau, staff: Staff, case: CaseView, text: str = "已退费") -> CaseView:
    answered = bureau.do(lambda job: desk.reply(job, staff, case.number, text))
    bureau.sends_all()
    return answered


def delivers(bureau: Bureau) -> None:
    """Let everything owed arrive, and draw what follows from it."""

    def deliver(job: Job) -> None:
        for parcel in outbox.unsent(job.tx):
            on_sent(job, parcel, Delivered(str(parcel.id)))

    bureau.do(deliver)


def test_one_draft_makes_one_case_however_often_it_is_submitted(bureau: Bureau, li: Person) -> None:
    opened = bureau.opening("食堂乱收费", draft="d1")
    first = bureau.do(lambda job: desk.open_case(job, li, opened, bureau.fresh()))
    second = bureau.do(lambda job: desk.open_case(job, li, opened, bureau.fresh()))
    assert first is not None
    assert second is None
    assert bureau.value("SELECT count(*) FROM cases") == 1
    assert bureau.history(first) == ["opened"]


def test_a_new_case_has_department_due_date_and_its_files(bureau: Bureau, li: Person) -> None:
    for draft in ("d1", "d2"):
        keeps(bureau, li, draft)
    case = bureau.opens(li, draft="d1", subject_name="实验小学")
    assert case.department == HERE
    assert case.status is Status.RECEIVED
    assert "实验小学" in case.title
    assert case.due_at > bureau.clock.now + timedelta(days=7)
    assert case.due_how
    files = bureau.do(lambda job: attachments.of_case(job.tx, case.id))
    assert [file.draft for file in files] == ["d1"]


def test_the_look_up_code_is_stored_as_a_hash_only(bureau: Bureau, li: Person) -> None:
    fresh = bureau.fresh()
    bureau.do(lambda job: desk.open_case(job, li, bureau.opening("x"), fresh))
    assert fresh.code not in str(bureau.rows("SELECT * FROM cases"))


def test_a_reply_counts_as_given_only_when_the_channel_took_it(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    case = bureau.opens(li)
    answered = bureau.do(lambda job: desk.reply(job, zhao, case.number, "  已退费 "))
    assert (answered.status, answered.assignee_id) == (Status.ANSWERED, zhao.id)
    assert bureau.value("SELECT answered_at FROM cases") is None
    with pytest.raises(NotAllowed, match="unsent"):
        bureau.do(lambda job: desk.close(job, zhao, case.number))
    bureau.clock.passes(60)
    delivers(bureau)
    assert bureau.value("SELECT answered_at FROM cases") is not None
    closed = bureau.do(lambda job: desk.close(job, zhao, case.number))
    assert closed.status is Status.CLOSED
    assert bureau.history(closed) == ["opened", "reply", "closed"]


def test_a_note_never_reaches_the_parent(bureau: Bureau, li: Person, zhao: Staff) -> None:
    bureau.has_staff_chat()
    case = bureau.opens(li)
    before = bureau.owed()
    bureau.do(lambda job: desk.note(job, zhao, case.number, "家长是老投诉户"))
    assert bureau.owed() == before


@pytest.mark.parametrize("text", ["", "  \n "])
def test_empty_words_are_no_reply_no_note_and_no_reason(
    bureau: Bureau, li: Person, qian: Staff, text: str
) -> None:
    number = bureau.opens(li).number
    for act in (
        lambda job: desk.reply(job, qian, number, text),
        lambda job: desk.note(job, qian, number, text),
        lambda job: desk.decline(job, qian, number, text),
        lambda job: desk.transfer(job, qian, number, ELSEWHERE, text),
        lambda job: desk.extend(job, qian, number, 5, text),
        lambda job: desk.reveal(job, qian, number, text),
    ):
        with pytest.raises(NotAllowed):
            bureau.do(act)


def test_who_was_slower_is_told_and_changes_nothing(
    bureau: Bureau, li: Person, zhao: Staff, qian: Staff
) -> None:
    case = bureau.opens(li)
    bureau.do(lambda job: desk.take(job, zhao, case.number, version=case.version))
    with pytest.raises(Stale):
        bureau.do(lambda job: desk.take(job, qian, case.number, version=case.version))
    assert bureau.case(case.number).assignee_id == zhao.id
    with pytest.raises(Stale):
        bureau.do(lambda job: casebook.change(job.tx, case, job.now, status="closed"))


def test_taking_and_giving_tell_the_parent_once(
    bureau: Bureau, li: Person, zhao: Staff, qian: Staff
) -> None:
    case = bureau.opens(li)
    bureau.do(lambda job: desk.take(job, qian, case.number))
    bureau.do(lambda job: desk.assign(job, qian, case.number, zhao.id))
    assert bureau.case(case.number).assignee_id == zhao.id
    assert len(bureau.owed_texts("501")) == 1


def test_a_transfer_needs_another_department_and_frees_the_case(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    case = bureau.opens(li)
    bureau.do(lambda job: desk.take(job, zhao, case.number))
    with pytest.raises(NotAllowed):
        bureau.do(lambda job: desk.transfer(job, zhao, case.number, HERE, "归财务"))
    with pytest.raises(NotAllowed):
        bureau.do(lambda job: desk.transfer(job, zhao, case.number, "nowhere", "归财务"))
    moved = bureau.do(lambda job: desk.transfer(job, zhao, case.number, ELSEWHERE, "归财务"))
    assert (moved.status, moved.department, moved.assignee_id) == (Status.RECEIVED, ELSEWHERE, None)
    with pytest.raises(UnknownCase):  # it is not theirs any more
        bureau.do(lambda job: desk.note(job, zhao, case.number, "x"))


@pytest.mark.parametrize("days", [0, -1, 31])
def test_more_time_is_one_to_thirty_working_days(
    bureau: Bureau, li: Person, qian: Staff, days: int
) -> None:
    case = bureau.opens(li)
    with pytest.raises(NotAllowed):
        bureau.do(lambda job: desk.extend(job, qian, case.number, days, "等鉴定"))
    extended = bureau.do(lambda job: desk.extend(job, qian, case.number, 5, "等鉴定"))
    assert extended.due_at >= case.due_at + timedelta(days=5)
    assert "等鉴定" in bureau.owed_texts("501")[-1]


def test_an_identity_is_shown_with_a_reason_that_stays_in_the_history(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    named = bureau.opens(li, contact="13800001111")
    hidden = bureau.opens(li, contact="13800002222", anonymous=True)
    assert bureau.do(lambda job: desk.reveal(job, zhao, named.number, "要回电")) == "13800001111"
    assert bureau.do(lambda job: desk.reveal(job, zhao, hidden.number, "要回电")) == ""
    events = bureau.do(lambda job: casebook.history(job.tx, named.id))
    assert [(event.kind, event.text, event.staff_name) for event in events][1:] == [
        ("revealed", "要回电", "赵老师")
    ]


def test_no_view_of_a_case_holds_the_contact(bureau: Bureau, li: Person) -> None:
    case = bureau.opens(li, contact="13800001111")
    assert "13800001111" not in str(case)
    assert "13800001111" not in str(bureau.do(lambda job: casebook.history(job.tx, case.id)))


def test_additions_carry_their_files_and_edits_keep_both_versions(
    bureau: Bureau, li: Person
) -> None:
    case = bureau.opens(li, "每月多收两百", messages=("m1",))
    keeps(bureau, li, "extra")
    acts(bureau, li, case, ParentAct.ADD, text="补充账单", draft="extra")
    acts(bureau, li, case, ParentAct.AMEND, text="每月多收三百")
    texts = [event.text for event in bureau.do(lambda job: casebook.history(job.tx, case.id))]
    assert texts == ["每月多收两百", "补充账单", "每月多收三百"]
    assert len(bureau.do(lambda job: attachments.of_case(job.tx, case.id))) == 1
    found = bureau.do(lambda job: casebook.case_of_message(job.tx, li.id, "m9", job.now))
    assert found is not None
    assert found.number == case.number


@pytest.mark.parametrize("sql", ["UPDATE events SET text = 'x'", "DELETE FROM events"])
def test_a_history_cannot_be_changed_or_cut(bureau: Bureau, li: Person, sql: str) -> None:
    bureau.opens(li)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        bureau.do(lambda job: job.tx.execute(sql))


def test_every_stored_time_is_utc_of_one_width(bureau: Bureau, li: Person, zhao: Staff) -> None:
    answers(bureau, zhao, bureau.opens(li))
    tables = [
        row["name"] for row in bureau.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    times = [
        str(value)
        for table in tables
        if table != "migrations"
        for row in bureau.rows(f"SELECT * FROM {table}")
        for column, value in row.items()
        if value is not None and (column in ("at", "not_before") or column.endswith("_at"))
    ]
    assert len(times) > 8
    assert {(len(time), time[-1]) for time in times} == {(27, "Z")}


def test_the_staff_chat_gets_a_card_without_a_word_of_the_parents(
    bureau: Bureau, li: Person
) -> None:
    bureau.has_staff_chat()
    bureau.opens(li, "孩子叫王小明,电话13812345678", contact="13800001111")
    said = "".join(bureau.owed_texts(GROUP))
    assert "王小明" not in said
    assert "138" not in said


def test_in_full_privacy_the_text_comes_along_escaped(bureau: Bureau, li: Person) -> None:
    bureau.has_staff_chat()
    bureau.office.settings = replace(bureau.office.settings, full_privacy=True)
    bureau.opens(li, "<b>乱收费</b>")
    assert "&lt;b&gt;乱收费" in "".join(bureau.owed_texts(GROUP))


def test_a_flood_becomes_one_digest_that_counts_truly_and_urgent_cases_stand_out(
    bureau: Bureau,
) -> None:
    bureau.has_staff_chat()
    for number in range(25):
        bureau.opens(bureau.parent(str(number)))
    bureau.opens(bureau.parent("x"), urgent=True)
    parcels = [parcel for parcel in bureau.owed() if parcel.chat == GROUP]
    assert [parcel.kind for parcel in parcels].count("card") == 11
    [digest] = [parcel for parcel in parcels if parcel.kind == "digest"]
    assert "15 件" in digest.message.html
    assert digest.not_before == bureau.clock.now + notices.MINUTE
    bureau.clock.passes(61)
    bureau.sends_all()
    for number in range(12):
        bureau.opens(bureau.parent(f"later{number}"))
    [second] = [parcel for parcel in bureau.owed() if parcel.kind == "digest"]
    assert "2 件" in second.message.html


def test_without_a_staff_chat_nobody_is_told_there(bureau: Bureau, li: Person, zhao: Staff) -> None:
    case = answers(bureau, zhao, bureau.opens(li))
    acts(bureau, li, case, ParentAct.RATE, rating="good")
    assert {row["chat"] for row in bureau.rows("SELECT chat FROM outbox")} == {"501"}


def test_what_was_not_delivered_is_in_the_history_and_can_be_sent_again(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    bureau.has_staff_chat()
    case = bureau.opens(li)
    bureau.do(lambda job: topicbook.put(job.tx, topicbook.Topic(case.id, GROUP, thread="7")))
    bureau.do(lambda job: desk.reply(job, zhao, case.number, "已退费"))
    [reply] = [parcel for parcel in bureau.owed() if parcel.chat == "501"]
    bureau.do(lambda job: on_failed(job, reply, "blocked"))
    assert "undelivered" in bureau.history(case)
    assert not bureau.do(lambda job: store.person_by_id(job.tx, li.id)).reachable
    told = [parcel for parcel in bureau.owed() if "没有送达" in parcel.message.html]
    assert told[0].message.buttons[0][0].data == f"s:again:{reply.id}"
    bureau.do(lambda job: desk.send_again(job, zhao, reply.id))
    assert [parcel.id for parcel in bureau.owed() if parcel.chat == "501"] == [reply.id]
    with pytest.raises(NotAllowed):
        bureau.do(lambda job: desk.send_again(job, zhao, reply.id))
    with pytest.raises(UnknownCase):  # a message of the staff chat
        bureau.do(lambda job: desk.send_again(job, zhao, told[0].id))
    with pytest.raises(UnknownCase):
        bureau.do(lambda job: desk.send_again(job, zhao, 10**9))


def test_a_person_who_left_has_no_right_whatever_a_page_remembers(
    bureau: Bureau, li: Person, qian: Staff
) -> None:
    case = bureau.opens(li)
    bureau.do(lambda job: staffbook.remove_staff(job.tx, "钱主任"))
    with pytest.raises(UnknownCase):
        bureau.do(lambda job: desk.access(job, qian, case.number, Action.VIEW))


def test_an_account_belongs_to_whoever_was_named_with_it_last(bureau: Bureau, zhao: Staff) -> None:
    renamed = bureau.hires("赵主任", departments=(HERE,), telegram="10001")
    found = bureau.do(lambda job: staffbook.by_telegram(job.tx, "10001"))
    assert found == renamed
    assert found != zhao


def test_a_case_left_out_in_a_flood_gets_its_card_when_something_presses(bureau: Bureau) -> None:
    bureau.has_staff_chat()
    zhao = bureau.hires("赵老师", Role.SUPERVISOR)
    opened = [bureau.opens(bureau.parent(str(number))) for number in range(13)]
    bureau.sends_all()
    danger, unsent, quiet = opened[10:]
    acts(bureau, bureau.parent("10"), danger, ParentAct.ADD, text="孩子说不想活了")
    bureau.do(lambda job: desk.reply(job, zhao, unsent.number, "已退费"))
    [reply] = [one for one in bureau.owed() if one.chat == "11"]
    bureau.do(lambda job: on_failed(job, reply, "blocked"))
    acts(bureau, bureau.parent("12"), quiet, ParentAct.ADD, text="还有一点补充")
    told = [one for one in bureau.owed() if one.chat == GROUP and one.case_id is not None]
    kinds = {case.number: [one.kind for one in told if one.case_id == case.id] for case in opened}
    assert kinds[danger.number][:2] == ["card", "message"]
    assert kinds[unsent.number][:2] == ["card", "message"]
    assert kinds[quiet.number] == []


def test_a_question_and_a_complaint_have_their_own_limits(bureau: Bureau, li: Person) -> None:
    complaint, question = bureau.opens(li), bureau.opens(li, kind=Kind.QUESTION)
    assert question.due_at <= complaint.due_at


@pytest.mark.parametrize("act", [ParentAct.ADD, ParentAct.AMEND])
def test_what_is_written_later_and_tells_of_danger_makes_a_case_urgent_once(
    bureau: Bureau, li: Person, act: ParentAct
) -> None:
    bureau.has_staff_chat()
    case = bureau.opens(li)
    acts(bureau, li, case, act, text="作业还是很多")
    assert not bureau.case(case.number).urgent
    for _ in range(2):
        acts(bureau, li, case, act, text="孩子说不想活了")
    assert bureau.case(case.number).urgent
    assert bureau.history(case).count("hastened") == 1
    assert sum("已标为紧急" in text for text in bureau.owed_texts(GROUP)) == 1


def test_a_reason_that_tells_of_danger_makes_the_case_urgent_again(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    case = answers(bureau, zhao, bureau.opens(li))
    acts(bureau, li, case, ParentAct.RATE, rating="bad", text="没人管,孩子说不想活了")
    assert bureau.case(case.number).urgent
