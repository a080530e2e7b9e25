"""The engine: one update, one transaction; what is owed and what is known are never apart."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from markupsafe import Markup

from bot.core.cases import Kind
from bot.core.dialogue import Burst
from bot.core.errors import DatabaseBusy
from bot.core.turn import (
    Act,
    Arrival,
    Asked,
    Effect,
    Feedback,
    Incoming,
    KeepFile,
    Media,
    MediaKind,
    OpenCase,
    Outcome,
    Outgoing,
    ParentAct,
    Place,
    Say,
    SetPerson,
    StaffDraft,
    StaffPress,
    Turn,
    WrongCode,
)
from bot.service import desk
from bot.service.engine import Engine
from bot.storage import store, topicbook
from tests.bot.bureau import GROUP, HERE, Bureau

COMPLAINT = OpenCase(Kind.COMPLAINT, "other", "食堂乱收费", messages=("m1",), draft="d1")
PHOTO = Media(MediaKind.PHOTO, "file1", 1000, "image/jpeg")


def said(text: str) -> Say:
    return Say(Outgoing(Markup(text)))


def doing(*effects: Effect) -> Callable[[Turn], Outcome]:
    return lambda turn: Outcome(turn.dialogue, effects)


def heard(turns: list[Turn]) -> Callable[[Turn], Outcome]:
    def respond(turn: Turn) -> Outcome:
        turns.append(turn)
        return Outcome(turn.dialogue)

    return respond


async def receives(
    bureau: Bureau, respond: Callable[[Turn], Outcome], *batch: Incoming
) -> list[bool]:
    return await Engine(bureau.office, respond).receive_all(batch)


async def test_a_repeated_update_opens_no_second_case_and_says_nothing_twice(
    bureau: Bureau,
) -> None:
    engine = Engine(bureau.office, doing(COMPLAINT, said("收到")))
    update = bureau.text("x", update_id="7")
    results = [await engine.receive(update) for _ in range(2)]
    together = await engine.receive_all([update, update, update])
    assert results == [True, False]
    assert together == [False] * 3
    assert bureau.value("SELECT count(*) FROM cases") == 1
    assert bureau.owed_texts("501") == ["收到"]


async def test_the_seen_updates_are_a_set_keyed_with_the_bot_not_a_mark(bureau: Bureau) -> None:
    engine = Engine(bureau.office, doing(said("收到")))
    order = [("42", "11"), ("42", "9"), ("42", "10"), ("43", "9"), ("42", "9")]
    new = [await engine.receive(bureau.text("x", update_id=i, bot=b)) for b, i in order]
    assert new == [True, True, True, True, False]


async def test_an_update_is_confirmed_only_after_its_commit(bureau: Bureau) -> None:
    gate = threading.Event()

    def slow(turn: Turn) -> Outcome:
        gate.wait(5)
        return Outcome(turn.dialogue, (COMPLAINT, said("您的编号是")))

    engine = Engine(bureau.office, slow)
    handed: list[str] = []
    bureau.office.on_owed = lambda parcels: handed.extend(str(p.message.html) for p in parcels)
    receiving = asyncio.ensure_future(engine.receive(bureau.text("x")))
    await asyncio.sleep(0.05)
    assert not receiving.done()
    assert handed == []
    assert bureau.value("SELECT count(*) FROM cases") == 0
    gate.set()
    assert await receiving
    assert handed == ["您的编号是"]
    assert bureau.value("SELECT count(*) FROM cases") == 1


async def test_when_the_commit_fails_nothing_was_said_and_nothing_is_confirmed(
    bureau: Bureau,
) -> None:
    pages = bureau.office.db.write_now(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
    bureau.office.db._connection.execute(f"PRAGMA max_page_count={pages}")
    handed: list[object] = []
    bureau.office.on_owed = handed.extend
    big = replace(COMPLAINT, text="长" * 9000)
    with pytest.raises(DatabaseBusy):
        await receives(bureau, doing(big, said("您的编号是")), bureau.text("x"), bureau.text("y"))
    assert handed == []
    for table in ("updates", "cases", "outbox", "people", "failures"):
        assert bureau.value(f"SELECT count(*) FROM {table}") == 0
    bureau.office.db._connection.execute("PRAGMA max_page_count=100000")
    assert await receives(bureau, doing(big, said("您的编号是")), bureau.text("x")) == [True]


async def test_a_bug_in_one_update_leaves_the_others_of_the_batch_standing(bureau: Bureau) -> None:
    bureau.has_staff_chat()

    def respond(turn: Turn) -> Outcome:
        outcome = Outcome(turn.dialogue, (COMPLAINT, said(turn.incoming.text)))
        if turn.incoming.text == "13812345678":
            raise LookupError("13812345678")
        return outcome

    batch = [
        bureau.text("a", chat="1"),
        bureau.text("13812345678", chat="2"),
        bureau.text("b", chat="1"),
    ]
    assert await receives(bureau, respond, *batch) == [True, True, True]
    assert bureau.owed_texts("1") == ["a", "b"]
    failure = bureau.rows("SELECT * FROM failures")[0]
    assert failure["reference"] in bureau.owed_texts("2")[0]
    assert failure["reference"] in bureau.owed_texts(GROUP)[-1]
    assert "138" not in failure["error"]
    assert "LookupError" in failure["error"]
    assert await receives(bureau, respond, batch[1]) == [False]  # known: not apologised for again


async def test_who_does_not_read_chinese_is_apologised_to_in_english(bureau: Bureau) -> None:
    def broken(turn: Turn) -> Outcome:
        raise LookupError

    await receives(bureau, broken, bureau.text("x", language="en-GB"))
    assert "error number" in bureau.owed_texts("501")[0]


async def test_a_dead_letter_is_replayed_once_and_stays_when_it_fails_again(bureau: Bureau) -> None:
    broken = [True]

    def respond(turn: Turn) -> Outcome:
        if broken[0]:
            raise LookupError
        return Outcome(turn.dialogue, (said("现在好了"),))

    engine = Engine(bureau.office, respond)
    await engine.receive(bureau.text("x"))
    reference = bureau.value("SELECT reference FROM failures")
    with pytest.raises(LookupError):
        await engine.replay(reference)
    assert bureau.value("SELECT replayed_at FROM failures") is None
    broken[0] = False
    assert [await engine.replay(reference), await engine.replay(reference)] == [True, False]
    assert not await engine.replay("E0000-0000")
    assert bureau.owed_texts("501")[-1] == "现在好了"


async def test_everything_an_effect_owes_is_in_the_outbox_of_the_same_commit(
    bureau: Bureau,
) -> None:
    bureau.has_staff_chat()
    await receives(bureau, doing(COMPLAINT, said("收到")), bureau.text("x"))
    kinds = [(parcel.kind, parcel.chat) for parcel in bureau.owed()]
    assert kinds == [("card", GROUP), ("message", "501")]


async def test_the_language_of_the_first_message_decides_and_setperson_changes_it(
    bureau: Bureau,
) -> None:
    turns: list[Turn] = []
    await receives(
        bureau,
        heard(turns),
        bureau.text("hi", language="en-US"),
        bureau.text("hi", language="zh-hans"),
    )
    await receives(bureau, doing(SetPerson(language="zh")), bureau.text("x"))
    await receives(bureau, heard(turns), bureau.text("hi", language="en"))
    assert [turn.language for turn in turns] == ["en", "en", "zh"]
    assert [turn.person.is_new for turn in turns] == [True, False, False]


async def test_a_dialogue_is_kept_from_one_message_to_the_next(bureau: Bureau) -> None:
    turns: list[Turn] = []

    def respond(turn: Turn) -> Outcome:
        turns.append(turn)
        return Outcome(replace(turn.dialogue, burst=Burst("老师好", turn.now)))

    await receives(
        bureau, respond, bureau.text("a"), bureau.text("b"), bureau.text("c", chat="502")
    )
    assert [turn.dialogue.burst is not None for turn in turns] == [False, True, False]
    assert turns[1].dialogue.updated_at == bureau.clock.now


async def test_a_case_is_found_by_number_by_edited_message_and_by_open_flow(bureau: Bureau) -> None:
    await receives(bureau, doing(COMPLAINT), bureau.text("x"))
    number = bureau.value("SELECT number FROM cases")
    turns: list[Turn] = []
    await receives(
        bureau, heard(turns),
        bureau.text(f"查 {number}"), bureau.text("", choice=f"k:view:{number}", arrival=Arrival.CHOICE),
        bureau.text("new", arrival=Arrival.EDIT, message="m1"), bureau.text("new", arrival=Arrival.EDIT, message="m2"),
        bureau.text("new", arrival=Arrival.EDIT, message="m1", chat="502"),
    )  # fmt: skip
    assert [turn.case is not None for turn in turns] == [True, True, True, False, False]
    assert turns[0].cases == (turns[0].case,)


async def test_in_the_staff_chat_only_stored_ids_name_a_case(bureau: Bureau) -> None:
    here = bureau.opens(bureau.parent("1"), "一")
    other = bureau.opens(bureau.parent("2"), "二")
    bureau.do(lambda job: topicbook.put(job.tx, topicbook.Topic(here.id, GROUP, thread="77")))
    bureau.do(lambda job: topicbook.link(job.tx, GROUP, "900", here.id))
    turns: list[Turn] = []
    staff = {"chat": GROUP, "place": Place.STAFF, "person": "10001"}
    await receives(
        bureau, heard(turns),
        bureau.text(f"{other.number} 已处理", thread="77", **staff),
        bureau.text(f"{other.number} 已处理", reply_to="900", **staff),
        bureau.text("", arrival=Arrival.CHOICE, choice=f"s:take:{other.number}:1", message="900", **staff),
        bureau.text(f"{other.number} 已处理", **staff),
        bureau.text(f"{other.number} 已处理", thread="78", **staff),
    )  # fmt: skip
    assert [turn.case.number if turn.case else None for turn in turns] == [here.number] * 3 + [
        None
    ] * 2


async def test_files_go_to_the_draft_or_to_an_own_case_only(bureau: Bureau) -> None:
    woken: list[int] = []
    engine = Engine(bureau.office, doing(KeepFile(PHOTO, draft="d1")))
    engine.on_file = lambda: woken.append(1)
    await engine.receive(bureau.text("", arrival=Arrival.MEDIA, media=PHOTO))
    await receives(bureau, doing(COMPLAINT), bureau.text("x"))
    number = bureau.value("SELECT number FROM cases")
    await receives(
        bureau, doing(KeepFile(PHOTO, case=number)), bureau.text("y"), bureau.text("y", chat="502")
    )
    kept = bureau.rows("SELECT case_id IS NOT NULL AS given, token FROM attachments ORDER BY id")
    assert [row["given"] for row in kept] == [1, 1, 0]
    assert len({row["token"] for row in kept}) == 3
    assert woken == [1]


async def test_what_the_desk_refuses_a_parent_is_said_in_words(bureau: Bureau) -> None:
    await receives(bureau, doing(COMPLAINT), bureau.text("x"))
    number = bureau.value("SELECT number FROM cases")
    rating = Act(ParentAct.RATE, number, rating="good")
    await receives(bureau, doing(rating), bureau.text("y"))
    await receives(bureau, doing(Act(ParentAct.WITHDRAW, number)), bureau.text("y", chat="502"))
    assert number in bureau.owed_texts("501")[-1]
    assert number in bureau.owed_texts("502")[-1]
    assert bureau.case(number).status == "received"


async def test_staff_effects_of_nobody_do_nothing(bureau: Bureau) -> None:
    case = bureau.opens(bureau.parent())
    before = bureau.value("SELECT count(*) FROM events")
    effects = (StaffDraft(case.number, "x"), StaffPress("take", case.number))
    await receives(bureau, doing(*effects), bureau.text("x", chat="502"))
    assert bureau.value("SELECT count(*) FROM events") == before
    assert bureau.value("SELECT count(*) FROM reply_drafts") == 0


async def test_what_was_asked_and_tried_is_counted(bureau: Bureau) -> None:
    question = "外地户口能上吗"
    effects = (
        Asked(question, "miss"), Feedback("primary-age", question, helpful=True),
        Feedback("primary-age", question, helpful=False), WrongCode("n1"), WrongCode("n1"),
    )  # fmt: skip
    await receives(bureau, doing(*effects), bureau.text(question))
    assert bureau.rows("SELECT outcome FROM asked") == [{"outcome": "miss"}]
    assert bureau.rows("SELECT helpful FROM feedback") == [{"helpful": 0}]
    later = Feedback("primary-age", "几岁上小学", helpful=True, in_words=False)
    await receives(bureau, doing(later), bureau.text("另一个问题"))
    kept = {"question": question, "helpful": 1}  # one judgement of one answer, in the words it had
    assert bureau.rows("SELECT question, helpful FROM feedback") == [kept]
    now = bureau.clock.now
    assert bureau.do(lambda job: store.recent_tries(job.tx, "code:n1", now)) == 2
    assert (
        bureau.do(lambda job: store.recent_tries(job.tx, "code:n1", now + timedelta(hours=1))) == 0
    )


async def test_the_web_keeps_its_transcript_with_the_update(bureau: Bureau) -> None:
    await receives(
        bureau, doing(said("答")), bureau.text("问", chat="p", channel="web"),
        bureau.text("", chat="p", channel="web", arrival=Arrival.CHOICE, choice="topic:x", label="入学"),
        bureau.text("问", chat="501"),
    )  # fmt: skip
    bodies = [row["body"] for row in bureau.rows("SELECT body FROM transcript ORDER BY id")]
    assert ["问" in bodies[0], "入学" in bodies[1], len(bodies)] == [True, True, 2]


async def test_half_a_character_is_kept_as_a_mark_instead_of_stopping_everything(
    bureau: Bureau,
) -> None:
    broken = bureau.text("转学\ud83d", choice="\udfff", media=replace(PHOTO, name="a\ud800.jpg"))
    turns: list[Turn] = []
    assert await receives(bureau, heard(turns), broken) == [True]
    assert turns[0].incoming.text == "转学?"
    assert turns[0].incoming.media is not None
    assert turns[0].incoming.media.name == "a?.jpg"
    assert bureau.value("SELECT count(*) FROM failures") == 0


async def test_the_dialogue_knows_which_answered_case_nobody_else_can_take(bureau: Bureau) -> None:
    zhao, li = bureau.hires("赵老师", departments=(HERE,)), bureau.parent("501")
    first, second = bureau.opens(li), bureau.opens(li, draft="d2")
    bureau.do(lambda job: desk.reply(job, zhao, first.number, "已退费"))
    turns: list[Turn] = []
    await receives(bureau, heard(turns), bureau.text("不满意"))
    bureau.hires("王老师", departments=(HERE,))
    await receives(bureau, heard(turns), bureau.text("不满意"))
    assert second.number not in turns[0].same_hands
    assert [turn.same_hands for turn in turns] == [{first.number}, frozenset()]
