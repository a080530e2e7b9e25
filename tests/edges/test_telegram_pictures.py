"""Figures as a picture in Telegram: a photo with caption and buttons, or the same figures as text."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import Markup
from PIL import Image

from bot.commands import serve
from bot.core.chart import Picture
from bot.core.turn import Button, Outgoing
from bot.service import sender as sender_module
from bot.service.job import Job
from bot.service.pictures import Pictures
from bot.storage.outbox import Parcel
from tests.bot.charts import bars
from tests.botapi import BotApi
from tests.botapi.faults import Fault, FaultKind
from tests.botapi.players import Seen, User
from tests.edges.product import running

TABLES = ("quota-2025", "quota-2026")
WORDS = "<b>各校指标到校</b>\n示例区第三中学 45 个"
BUTTONS = ((Button("看文字", "f:x:v:text"),), (Button("转人工", "person"),))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)


def message(caption: str = "<b>对比</b> &lt;图&gt;", name: str = "第一中学") -> Outgoing:
    picture = Picture(bars(("45", "40"), names=(name, "第二中学")), Markup(caption))
    return Outgoing(Markup(WORDS), BUTTONS, picture)


def owe(chat: int, *messages: Outgoing) -> Callable[[Job], None]:
    def work(job: Job) -> None:
        for one in messages:
            job.owe(Parcel("telegram", str(chat), one))

    return work


def is_text(seen: Seen) -> bool:
    return seen.kind == "text" and seen.text == "各校指标到校\n示例区第三中学 45 个"


def photo(api: BotApi, seen: Seen) -> Image.Image:
    """Download what arrived."""
    stored = api.world.file(seen.raw["photo"][-1]["file_id"])
    return Image.open(io.BytesIO(stored.content))


async def sent(api: BotApi, path: Path, user: User, *messages: Outgoing) -> list[Seen]:
    async with running(api, path) as desk:
        await desk.run(owe(user.id, *messages))
        await desk.settles()
        return user.sees()


async def test_who_asks_for_a_picture_gets_a_photo_with_caption_and_buttons(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path, tables=TABLES) as desk:
        li.says("各校指标到校对比图")
        answer = await desk.hears(li, "指标到校名额对比")
        assert answer.kind == "photo"
        assert "共 5 所,15 至 45 个" in answer.text
        assert "×教基〔2026〕5号 · 2026-05-12 公布" in answer.text
        assert "示例数据" not in answer.text  # these tables are the bureau's own
        assert answer.raw["caption_entities"][0]["type"] == "bold"
        assert {"看文字", "转人工"} <= set(answer.labels)
        picture = photo(api, answer)
        assert (picture.format, picture.size[0]) == ("PNG", 1080)
        li.presses("看文字", answer)
        words = await desk.hears(li, "示例区第四中学")
        assert words.kind == "text"
        li.presses("看图", words)
        await api.until(lambda: len(api.called("sendPhoto")) == 2)
        await desk.settles()
        assert [seen.kind for seen in li.sees()] == ["photo", "text", "photo"]


async def test_who_asks_for_two_pictures_and_a_figure_gets_two_photos_and_then_the_words(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path, tables=TABLES) as desk:
        li.says("2026年各校指标到校对比图,2025年各校指标到校对比图,三中今年指标到校多少个")
        words = await desk.hears(li, "示例区第三中学 2026 年指标到校名额:45 个")
        await desk.settles()
        first, second, third = li.sees()
        assert [seen.kind for seen in (first, second, third)] == ["photo", "photo", "text"]
        assert "2026 年指标到校名额对比" in first.text
        assert "2025 年指标到校名额对比" in second.text
        assert third.message_id == words.message_id
        assert "转人工" in third.labels
        assert first.labels == second.labels == ()


async def test_without_the_extra_the_same_question_is_answered_in_words(
    api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "Pictures", lambda: Pictures(lambda package: None))
    li = api.user("李女士")
    async with running(api, tmp_path, tables=TABLES) as desk:
        li.says("各校指标到校对比图")
        answer = await desk.hears(li, "示例区第四中学")
        assert answer.kind == "text"
        assert "看图" not in answer.labels
        assert api.called("sendPhoto") == []


async def test_a_picture_carries_its_caption_as_markup_and_every_button(
    api: BotApi, tmp_path: Path
) -> None:
    [seen] = await sent(api, tmp_path, api.user("李女士"), message())
    assert (seen.kind, seen.text) == ("photo", "对比 <图>")
    assert seen.labels == ("看文字", "转人工")


@pytest.mark.parametrize(
    "refusal",
    [
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: IMAGE_PROCESS_FAILED",
        "Bad Request: not enough rights to send photos to the chat",
        "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
        "Bad Request: message caption is too long",
        "Bad Request: something nobody has seen before",
        "Request Entity Too Large",
    ],
)
async def test_a_picture_that_is_refused_goes_out_as_its_words(
    api: BotApi, tmp_path: Path, refusal: str
) -> None:
    api.faults.add(Fault.refusal("sendPhoto", refusal, times=9))
    li = api.user("李女士")
    [seen] = await sent(api, tmp_path, li, message())
    assert is_text(seen)
    assert seen.labels == ("看文字", "转人工")


async def test_what_cannot_be_drawn_goes_out_as_its_words(api: BotApi, tmp_path: Path) -> None:
    [seen] = await sent(api, tmp_path, api.user("李女士"), message(name="快乐\U0001f642小学"))
    assert is_text(seen)
    assert api.called("sendPhoto") == []


@pytest.mark.parametrize(("length", "kind"), [(1024, "photo"), (1025, "text")])
async def test_a_caption_is_as_long_as_telegram_takes_or_the_words_go_out(
    api: BotApi, tmp_path: Path, length: int, kind: str
) -> None:
    caption = f"<b>{'字' * (length - 2)}</b>&lt;&gt;"  # counted without tags and entities
    [seen] = await sent(api, tmp_path, api.user("李女士"), message(caption))
    assert seen.kind == kind


async def test_refused_markup_leaves_the_picture_its_caption_in_plain_words(
    api: BotApi, tmp_path: Path
) -> None:
    [seen] = await sent(api, tmp_path, api.user("李女士"), message("<b>没关上 <i>&lt;x&gt;</b>"))
    assert (seen.kind, seen.text) == ("photo", "没关上 <x>")


async def test_a_parent_who_blocked_the_bot_is_not_tried_with_words(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    li.blocks()
    async with running(api, tmp_path) as desk:
        await desk.run(owe(li.id, message()))
        await desk.settles()
        assert len(api.called("sendPhoto")) == 1
        assert api.called("sendMessage") == []
        assert desk.bureau.value("SELECT reason FROM outbox WHERE state = 'failed'") == "blocked"


@pytest.mark.parametrize(
    "fault",
    [
        Fault.refusal("sendPhoto", "Internal Server Error"),
        Fault(FaultKind.BAD_GATEWAY, "sendPhoto"),
        Fault(FaultKind.RESET_BEFORE, "sendPhoto"),
        Fault.flood("sendPhoto", 1),
    ],
    ids=["500", "502", "reset", "flood"],
)
async def test_a_picture_that_failed_for_now_arrives_once_and_in_its_place(
    api: BotApi, tmp_path: Path, fault: Fault
) -> None:
    api.faults.add(fault)
    li = api.user("李女士")
    seen = await sent(api, tmp_path, li, message(), Outgoing(Markup("之后的一条")))
    assert [(one.kind, one.text) for one in seen] == [
        ("photo", "对比 <图>"),
        ("text", "之后的一条"),
    ]


async def test_after_three_tries_the_words_go_out(api: BotApi, tmp_path: Path) -> None:
    api.faults.add(Fault(FaultKind.BAD_GATEWAY, "sendPhoto", times=99))
    [seen] = await sent(api, tmp_path, api.user("李女士"), message())
    assert is_text(seen)
    assert len(api.called("sendPhoto")) == 3


async def test_a_picture_owed_before_a_crash_is_sent_after_it(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        desk.bureau.do(owe(li.id, message()))  # committed, and the process ends
    assert li.sees() == []
    async with running(api, tmp_path) as desk:
        await desk.settles()
        assert [seen.kind for seen in li.sees()] == ["photo"]


async def test_the_limits_count_a_picture_as_a_message(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    limits = {"overall_per_s": 100, "chat_per_s": 2, "group_per_min": 18}
    async with running(api, tmp_path, limits=limits) as desk:
        await desk.run(owe(li.id, message(), message(), message()))
        await desk.settles()
        _, second, third = [call.at for call in api.called("sendPhoto")]
        assert third - second > 0.45


async def test_a_picture_that_telegram_has_is_not_uploaded_again(
    api: BotApi, tmp_path: Path
) -> None:
    li, wang = api.user("李女士"), api.user("王先生")
    async with running(api, tmp_path) as desk:
        await desk.run(owe(li.id, message()))
        await desk.settles()
        await desk.run(owe(wang.id, message("另一句说明"), message(name="第三中学")))
        await desk.settles()
        [first], [again, other] = li.sees(), wang.sees()
    ids = [seen.raw["photo"][-1]["file_id"] for seen in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert again.text == "另一句说明"


async def test_a_picture_that_telegram_no_longer_knows_is_uploaded_anew(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        await desk.run(owe(li.id, message()))
        await desk.settles()
        gone = "Bad Request: wrong file_id or the file is temporarily unavailable"
        api.faults.add(Fault.refusal("sendPhoto", gone))
        await desk.run(owe(li.id, message()))
        await desk.settles()
        first, again = li.sees()
    assert again.kind == "photo"
    assert first.raw["photo"][-1]["file_id"] != again.raw["photo"][-1]["file_id"]
