"""What parents send over Telegram, from the strict server through the whole desk and back."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.turn import Outcome, Turn
from bot.service import sender as sender_module
from handlers import respond
from tests.botapi import BotApi
from tests.botapi.faults import Fault
from tests.botapi.updates import Shape
from tests.botapi.wire import Json
from tests.edges.product import Product, history, running

PDF = b"%PDF-1.4 evidence"
OGG = b"OggS" + b"\0" * 60
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 60


def picture(side: int = 40, *, place: bool = False) -> bytes:
    image, out = Image.new("RGB", (side, side), "red"), io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010F] = "PHONE-OF-LI"
        exif[0x8825] = {1: "N", 2: (31.0, 13.0, 49.0)}
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def stored(desk: Product) -> dict[str, list[tuple[str, str]]]:
    """Files by state: (mime, reason)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in desk.bureau.rows("SELECT state, mime, reason FROM attachments ORDER BY id"):
        found.setdefault(row["state"], []).append((row["mime"], row["reason"]))
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)


async def test_a_question_gets_its_answer_and_a_press_is_answered_at_once(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        li.says("孩子几岁可以上小学一年级?")
        answer = await desk.hears(li, "年满六周岁")
        pressed = li.presses(answer.labels[0], answer)
        await api.until(lambda: li.told(pressed) is not None)


async def test_a_complaint_is_filed_and_its_number_reaches_the_parent(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        case = await desk.files_complaint(li)
        await desk.settles()
        assert any(case.number in seen.text for seen in li.sees())
        assert api.doubled() == {}


async def test_every_kind_of_message_is_stored_or_answered(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        kinds: dict[str, Callable[[], object]] = {
            "photo": lambda: li.sends_photo(picture()),
            "document": lambda: li.sends_document(PDF),
            "voice": lambda: li.sends_voice(OGG),
            "video": lambda: li.sends_video(MP4),
            "location": li.sends_location,
            "contact": li.sends_contact,
            "sticker": li.sends_sticker,
            "dice": lambda: li.sends({"dice": {"emoji": "🎲", "value": 3}}),
            "poll": lambda: li.sends({"poll": POLL}),
        }
        for kind, send in kinds.items():
            before = len(li.sees())
            send()
            await desk.settles()
            assert len(li.sees()) > before, kind
        assert set(stored(desk)) == {"stored"}
        assert len(stored(desk)["stored"]) == 4
        assert desk.bureau.value("SELECT count(*) FROM failures") == 0


POLL = {
    "id": "1", "question": "?", "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}], "total_voter_count": 0,
    "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
    "allows_revoting": False, "members_only": False,
}  # fmt: skip


async def test_evidence_survives_in_our_own_store_without_what_the_phone_hides(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        li.says("我要投诉")
        await desk.settles()
        li.sends_photo(picture(place=True), caption="食堂乱收费")
        await desk.settles()
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(files) == 1
    content = files[0].read_bytes()
    assert b"PHONE-OF-LI" not in content
    assert b"Exif" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 40)


async def test_a_file_that_cannot_be_taken_is_refused_in_words_and_stops_nobody(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        li.sends_document(b"MZ\x90\0 a program", "a.pdf")
        li.sends_photo(b"\xff\xd8\xff\xe0 broken picture")
        li.sends_document(PDF)
        await desk.settles()
        assert sorted(reason for _, reason in stored(desk)["refused"]) == [
            "file_broken",
            "file_kind",
        ]
        assert len(stored(desk)["stored"]) == 1
        assert sum("其余内容都已保留" in seen.text for seen in li.sees()) == 2


async def test_a_file_over_the_limit_is_refused_before_anything_is_fetched(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        li.sends_document(PDF, size=30 * 1024 * 1024)
        await desk.settles()
        assert api.called("getFile") == []
        assert any("20" in seen.text for seen in li.sees())


async def test_a_file_that_cannot_be_fetched_now_is_fetched_later(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    api.faults.add(Fault.refusal("getFile", "Internal Server Error", times=1))
    async with running(api, tmp_path) as desk:
        li.sends_document(PDF)
        await desk.settles(15)
        assert len(stored(desk)["stored"]) == 1


@pytest.mark.parametrize("restart", [False, True])
async def test_an_album_in_any_order_is_one_draft_acknowledged_once_also_over_a_restart(
    api: BotApi, tmp_path: Path, restart: bool
) -> None:
    li = api.user("李女士")
    photos = [picture(20 + number) for number in range(10)]
    random.Random(3).shuffle(photos)
    async with running(api, tmp_path) as desk:
        li.says("我要投诉")
        await desk.settles()
        step = li.sees()[-1]
        li.presses(step.labels[0], step)
        await desk.settles()
        said = len(li.sees())
        album = li.sends_album(photos[: 4 if restart else 10], caption="食堂的账单")
        if not restart:
            await desk.settles(20)
    if restart:
        for photo in photos[4:]:
            li.sends_photo(photo, album=album[0]["media_group_id"])
    async with running(api, tmp_path) as desk:
        await desk.settles(20)
        assert len(stored(desk)["stored"]) == 10
        assert desk.bureau.value("SELECT count(DISTINCT draft) FROM attachments") == 1
        assert len(li.sees()) - said <= (2 if restart else 1)


async def test_an_edit_of_a_filed_complaint_is_a_new_version_and_both_are_kept(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        case = await desk.files_complaint(li, "食堂每月多收两百元")
        written = next(
            one.raw for one in li.sees(bot_only=False) if one.text == "食堂每月多收两百元"
        )
        li.edits(written, "食堂每月多收三百元")
        await desk.settles()
        texts = [event.text for event in history(desk, case)]
        assert any("两百元" in text for text in texts)
        assert any("三百元" in text for text in texts)


async def test_a_picture_that_is_exchanged_is_kept_beside_the_first_and_a_moving_place_says_nothing(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")

    def changes(message: Json, **new: object) -> None:
        now = api.world.chats[li.id].messages[message["message_id"]]
        now |= {**new, "edit_date": 1}
        api.world.emit("edited_message", dict(now))

    def another(side: int) -> list[Json]:
        file = api.world.put_file(picture(side), "photos", "photo.jpg", None)
        return [file | {"width": side, "height": side}]

    async with running(api, tmp_path) as desk:
        li.says("我要投诉")
        await desk.settles()
        sent = li.sends_photo(picture())
        place = li.sends_location()
        await desk.settles()
        changes(sent, photo=another(50))
        await desk.settles()
        assert len(stored(desk)["stored"]) == 2
        said = len(li.sees())
        changes(place, location={"latitude": 31.9, "longitude": 121.9})
        await desk.settles()
        assert len(li.sees()) == said
        case = await desk.files_complaint(li)
        changes(sent, caption="这是昨天的饭")  # the picture is the same: only its words are new
        changes(sent, photo=another(60))
        await desk.settles()
        assert len(stored(desk)["stored"]) == 3
        assert any("昨天的饭" in event.text for event in history(desk, case))


async def test_who_blocked_the_bot_gets_the_reply_when_coming_back(
    api: BotApi, tmp_path: Path
) -> None:
    li, zhao = api.user("李女士"), api.user("赵老师")
    group = api.supergroup("工作群", forum=True)
    group.joins(zhao)
    from bot.core.people import Role
    from bot.service import desk as case_desk
    from tests.edges.product import staff_named

    async with running(api, tmp_path, staff=[(zhao, Role.SUPERVISOR)], staff_chat=group.id) as desk:
        case = await desk.files_complaint(li)
        await desk.settles()
        li.blocks()
        await desk.settles()
        me = staff_named(desk, "赵老师")
        await desk.run(lambda job: case_desk.reply(job, me, case.number, "已退费"))
        await desk.shows(group, "家长已停用机器人")
        assert not any("已退费" in seen.text for seen in li.sees())
        li.unblocks()
        await desk.hears(li, "已退费")
        await desk.settles()
        assert sum("已退费" in seen.text for seen in li.sees()) == 1
        assert desk.bureau.value("SELECT answered_at FROM cases") is not None


@pytest.mark.parametrize("shape", [Shape.DOUBLED, Shape.REVERSED])
async def test_repeated_and_reordered_updates_have_the_effect_of_a_clean_run(
    api: BotApi, tmp_path: Path, shape: Shape
) -> None:
    li, wang = api.user("李女士"), api.user("王先生")
    async with running(api, tmp_path) as desk:
        api.updates.next_shape = shape
        li.says("孩子几岁可以上小学一年级?")
        wang.says("转学需要什么手续?")
        await desk.settles()
        first = sorted(api.updates.confirmed)[0]
        assert sum("年满六周岁" in seen.text for seen in li.sees()) == 1
        assert sum("转入学校" in seen.text for seen in wang.sees()) == 1
        assert desk.bureau.value("SELECT count(*) FROM updates") == 2
        repeated = {"update_id": first, "message": {}}
        assert repeated["update_id"] in api.updates.confirmed


async def test_an_unreadable_update_becomes_a_dead_letter_and_the_queue_goes_on(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    strange = {"update_id": 200_000_001, "message": {"chat": li.chat.face(), "text": "x\ud800"}}
    async with running(api, tmp_path) as desk:
        api.updates.put_raw(strange, at=api.world.clock())
        api.updates.put_raw({"update_id": 200_000_002, "message": {}}, at=api.world.clock())
        li.says("转学需要什么手续?")
        await desk.hears(li, "转入学校")
        await desk.hears(li, "错误编号")
        await desk.settles()
        errors = desk.bureau.rows("SELECT error FROM failures")
        assert [row["error"] for row in errors] == ["unreadable update"] * 2


@pytest.mark.parametrize(
    "content",
    [
        {"message": {"message_id": 1, "date": 1}},
        {"message": {"message_id": 1, "date": 1, "text": 5}},
        {"message": {"message_id": 1, "text": "没有日期"}},
        {"message": {"message_id": 1, "date": 1, "location": {"latitude": "x", "longitude": 1}}},
    ],
)
async def test_an_update_that_parses_and_cannot_be_read_holds_nobody_up(
    api: BotApi, tmp_path: Path, content: dict[str, Any]
) -> None:
    li = api.user("李女士")
    if content["message"].keys() - {"message_id", "date"}:
        content["message"] |= {"chat": li.chat.face(), "from": li.account}
    async with running(api, tmp_path) as desk:
        api.updates.put_raw({"update_id": 200_000_001, **content}, at=api.world.clock())
        li.says("转学需要什么手续?")
        await desk.hears(li, "转入学校")
        await desk.settles()
        assert desk.bureau.value("SELECT count(*) FROM failures") == 1
        assert desk.bureau.value("SELECT count(*) FROM updates") == 2


async def test_half_a_character_neither_stops_the_queue_nor_loses_the_message(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        message = li.says("x")
        broken = dict(message) | {"text": "转学需要什么手续\ud83d", "message_id": 77}
        api.updates.put_raw({"update_id": 200_000_003, "message": broken}, at=api.world.clock())
        await desk.hears(li, "转入学校")
        await desk.settles()
        assert desk.bureau.value("SELECT count(*) FROM failures") == 0


async def test_a_handler_that_raises_becomes_a_dead_letter_one_sentence_and_a_replay(
    api: BotApi, tmp_path: Path
) -> None:
    li, group = api.user("李女士"), api.supergroup("工作群", forum=True)
    broken = [True]

    def sometimes(turn: Turn) -> Outcome:
        if broken[0] and "转学" in turn.incoming.text:
            raise LookupError(turn.incoming.text)
        return respond(turn)

    async with running(api, tmp_path, answer=sometimes, staff_chat=group.id) as desk:
        li.says("转学需要什么手续?")
        li.says("孩子几岁可以上小学一年级?")
        await desk.hears(li, "年满六周岁")
        sorry = await desk.hears(li, "错误编号")
        failure = desk.bureau.rows("SELECT reference, error FROM failures")[0]
        assert failure["reference"] in sorry.text
        assert "转学" not in failure["error"]
        await desk.shows(group, failure["reference"])
        broken[0] = False
        assert await desk.parts.engine.replay(failure["reference"])
        assert not await desk.parts.engine.replay(failure["reference"])
        await desk.hears(li, "转入学校")


async def test_the_command_menu_is_set_in_both_languages(api: BotApi, tmp_path: Path) -> None:
    async with running(api, tmp_path):
        menus = {key: [one["command"] for one in menu] for key, menu in api.world.commands.items()}
        assert len(menus) == 2
        assert all("complain" in menu for menu in menus.values())


async def test_in_a_group_only_who_is_addressed_gets_an_answer_and_private_matters_move(
    api: BotApi, tmp_path: Path
) -> None:
    li, group = api.user("李女士"), api.supergroup("家长群")
    group.joins(li)
    async with running(api, tmp_path) as desk:
        li.says_in(group, None, "孩子几岁可以上小学一年级?")
        li.says_in(group, None, "/status@another_bot")
        await desk.settles()
        assert group.sees() == []
        li.says_in(group, None, "@sunshine_desk_bot孩子几岁可以上小学一年级?")
        await desk.shows(group, "年满六周岁")
        li.says_in(group, None, "@sunshine_desk_bot 我要投诉食堂乱收费")
        await desk.settles()
        moved = group.sees()[-1]
        assert any("t.me/sunshine_desk_bot" in data for row in moved.buttons for _, data in row)
        assert desk.bureau.value("SELECT count(*) FROM cases") == 0
