"""The test server itself, met by a real python-telegram-bot: it must refuse what Telegram refuses."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.botapi import BotApi, Fault, FaultKind, Limits
from tests.botapi.remote import running
from tests.botapi.server import TOKEN
from tests.botapi.updates import Shape
from tests.edges.conftest import ptb


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("查看", callback_data=data)]])


async def test_an_update_is_delivered_again_until_a_higher_offset_confirms_it(
    api: BotApi, bot: Bot
) -> None:
    parent = api.user("李女士")
    parent.says("几岁上小学")
    parent.says("/start")
    first = await bot.get_updates()
    assert [update.update_id for update in first] == [u.update_id for u in await bot.get_updates()]
    assert [u.message.text for u in first if u.message] == ["几岁上小学", "/start"]
    left = await bot.get_updates(offset=first[0].update_id + 1)
    assert [update.update_id for update in left] == [first[1].update_id]
    assert api.updates.confirmed == [first[0].update_id]


async def test_a_long_poll_wakes_at_once_and_a_second_one_ends_the_first(
    api: BotApi, bot: Bot
) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await api.until(lambda: api.called("getUpdates"))
    begun = time.monotonic()
    api.user("王先生").says("在吗")
    assert len(await polling) == 1
    assert time.monotonic() - begun < 1
    async with ptb(api) as other:
        api.updates.forget_before(api.updates.next_id)
        polling = asyncio.create_task(bot.get_updates(timeout=20))
        await api.until(lambda: len(api.called("getUpdates")) == 2)
        taken = asyncio.create_task(other.get_updates(timeout=1))
        with pytest.raises(Conflict):
            await polling
        assert await taken == ()


async def test_an_update_older_than_a_day_is_gone_and_an_unwanted_kind_never_comes() -> None:
    now = [1_800_000_000.0]
    async with BotApi(clock=lambda: now[0]) as api, ptb(api) as bot:
        parent = api.user("李女士")
        parent.says("旧")
        now[0] += 25 * 3600
        message = parent.says("新")
        found = await bot.get_updates(allowed_updates=["message"])
        assert [update.message.text for update in found if update.message] == ["新"]
        parent.edits(message, "改")
        assert len(await bot.get_updates()) == 1


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [
        ("", None, "Message text is empty"),
        ("  \n", None, "Text must be non-empty"),
        ("字" * 4097, None, "Message is too long"),
        ("😀" * 2049, None, "Message is too long"),
        (
            "<b>粗",
            "HTML",
            "Can't parse entities: can't find end tag corresponding to start tag \"b\"",
        ),
        ("a < b", "HTML", 'Can\'t parse entities: unsupported start tag "" at byte offset 2'),
        ("<b>a</i>", "HTML", "Can't parse entities: unmatched end tag at byte offset 4"),
        ("字</b>", "HTML", "Can't parse entities: unexpected end tag at byte offset 3"),
        ("<script>x</script>", "HTML", 'Can\'t parse entities: unsupported start tag "script"'),
    ],
)
async def test_text_that_telegram_refuses_is_refused(
    api: BotApi, bot: Bot, text: str, mode: str | None, problem: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(api.user("李女士").id, text, parse_mode=mode)
    assert problem.lower() in refused.value.message.lower()


async def test_length_is_counted_after_the_markup_is_parsed(api: BotApi, bot: Bot) -> None:
    parent = api.user("李女士")
    sent = await bot.send_message(parent.id, f"<b>{'字' * 4095}</b>&lt;", parse_mode="HTML")
    assert sent.text is not None
    assert len(sent.text) == 4096
    assert [(entity.type, entity.length) for entity in sent.entities] == [("bold", 4095)]


async def test_callback_data_is_limited_in_bytes_and_captions_in_units(
    api: BotApi, bot: Bot
) -> None:
    parent = api.user("李女士")
    await bot.send_message(parent.id, "可以", reply_markup=keyboard("字" * 21))
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(parent.id, "太长", reply_markup=keyboard("字" * 22))
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(parent.id, b"jpeg", caption="字" * 1025)
    assert [seen.text for seen in parent.sees()] == ["可以"]


async def test_a_person_who_blocked_never_wrote_or_left_cannot_be_written_to(
    api: BotApi, bot: Bot
) -> None:
    parent, gone = api.user("李女士"), api.user("王先生")
    parent.blocks()
    gone.deletes_account()
    stranger = api.user("陌生人", started=False)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(parent.id, "您好")
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(gone.id, "您好")
    for unknown in (stranger.id, 424242):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(unknown, "您好")
    parent.unblocks()
    await bot.send_message(parent.id, "您好")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


async def test_edits_replies_and_deletions_need_their_message(api: BotApi, bot: Bot) -> None:
    parent = api.user("李女士")
    sent = await bot.send_message(parent.id, "草稿")
    with pytest.raises(BadRequest, match="is not modified"):
        await sent.edit_text("草稿")
    await sent.edit_text("终稿", reply_markup=keyboard("v:1"))
    assert (parent.sees()[0].text, parent.sees()[0].labels) == ("终稿", ("查看",))
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(parent.id, "?", reply_parameters=ReplyParameters(999))
    await sent.delete()
    with pytest.raises(BadRequest, match="to edit not found"):
        await sent.edit_text("晚了")
    with pytest.raises(BadRequest, match="to delete not found"):
        await sent.delete()


async def test_a_press_is_answered_once_and_not_after_its_time() -> None:
    now = [1_800_000_000.0]
    async with BotApi(clock=lambda: now[0]) as api, ptb(api) as bot:
        parent = api.user("李女士")
        await bot.send_message(parent.id, "请选择", reply_markup=keyboard("v:1"))
        pressed, late = parent.presses("查看"), parent.presses("v:1")
        assert await bot.answer_callback_query(pressed, "好")
        assert parent.told(pressed) == {"text": "好", "show_alert": False}
        now[0] += 151
        for query in (pressed, late, "made-up"):
            with pytest.raises(BadRequest, match="Query is too old"):
                await bot.answer_callback_query(query)


async def test_topics_are_created_closed_and_deleted_with_telegrams_refusals(
    api: BotApi, bot: Bot
) -> None:
    staff, group = api.user("赵老师"), api.supergroup("工作群", forum=True)
    topic = (await bot.create_forum_topic(group.id, "A-0123 乱收费")).message_thread_id
    await bot.send_message(group.id, "卡片", message_thread_id=topic)
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.edit_forum_topic(group.id, topic, name="A-0123 乱收费")
    await bot.close_forum_topic(group.id, topic)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(group.id, "晚了", message_thread_id=topic)
    await bot.reopen_forum_topic(group.id, topic)
    staff.says_in(group, topic, "已联系学校")
    heard = (await bot.get_updates())[-1].message
    assert heard is not None
    assert heard.is_topic_message
    assert heard.reply_to_message is not None
    assert heard.reply_to_message.forum_topic_created is not None
    group.delete_topic(topic)
    for thread in (topic, 1):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(group.id, "补充", message_thread_id=thread)
    group.grants("can_delete_messages")
    with pytest.raises(BadRequest, match="Not enough rights"):
        await bot.create_forum_topic(group.id, "新")


async def test_an_upgraded_group_names_its_new_id_and_anonymous_admins_look_alike(
    api: BotApi, bot: Bot
) -> None:
    group = api.group("工作群")
    new = group.upgrade()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "卡片")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "卡片")
    new.anonymous_says("同意")
    last = (await bot.get_updates())[-1].message
    assert last is not None
    assert last.from_user is not None
    assert last.from_user.id == 1087968824


async def test_files_go_up_and_down_and_big_ones_are_refused(api: BotApi, bot: Bot) -> None:
    parent = api.user("李女士")
    parent.sends_album([b"one", b"two"], caption="食堂")
    parent.sends_document(b"x", "大文件.pdf", size=21 * 1024 * 1024)
    first, second, big = [update.message for update in await bot.get_updates() if update.message]
    assert first.media_group_id == second.media_group_id
    assert (first.caption, second.caption) == ("食堂", None)
    assert bytes(await (await first.photo[-1].get_file()).download_as_bytearray()) == b"one"
    assert big.document is not None
    assert big.document.file_name == "大文件.pdf"
    with pytest.raises(BadRequest, match="File is too big"):
        await big.document.get_file()
    album = [InputMediaPhoto(first.photo[-1].file_id, caption="转"), InputMediaPhoto(b"three")]
    await bot.send_media_group(parent.id, album)
    await bot.send_document(parent.id, b"report", filename="答复 函.pdf")
    assert [seen.kind for seen in parent.sees()] == ["photo", "photo", "document"]
    assert parent.sees()[2].raw["document"]["file_name"] == "答复 函.pdf"


async def test_every_scripted_fault_reaches_the_caller_as_its_own_error(
    api: BotApi, bot: Bot
) -> None:
    parent = api.user("李女士")
    kinds: list[tuple[Fault, type[TelegramError], int]] = [
        (Fault.flood("sendMessage", 7), RetryAfter, 0),
        (Fault(FaultKind.REFUSE, "sendMessage"), NetworkError, 0),
        (Fault(FaultKind.BAD_GATEWAY, "send*"), NetworkError, 0),
        (
            Fault.refusal("sendMessage", "Forbidden: bot was kicked from the group chat"),
            Forbidden,
            0,
        ),
        (Fault.refusal("*", "Bad Request: CHAT_WRITE_FORBIDDEN"), BadRequest, 0),
        (Fault(FaultKind.HANG_BEFORE, "sendMessage"), TimedOut, 0),
        (Fault(FaultKind.HANG_AFTER, "sendMessage"), TimedOut, 1),
        (Fault(FaultKind.RESET_BEFORE, "sendMessage"), NetworkError, 0),
        (Fault(FaultKind.RESET_AFTER, "sendMessage"), NetworkError, 1),
    ]
    for number, (fault, error, arrived) in enumerate(kinds):
        api.faults.add(fault)
        with pytest.raises(error):
            await bot.send_message(parent.id, f"第{number}条", read_timeout=0.2)
        assert sum(seen.text == f"第{number}条" for seen in parent.sees()) == arrived, fault
    api.faults.add(Fault(FaultKind.REFUSE, "sendMessage", nth=2, times=1))
    await bot.send_message(parent.id, "好")
    with pytest.raises(NetworkError):
        await bot.send_message(parent.id, "坏")
    await bot.send_message(parent.id, "好")
    assert api.doubled() == {(parent.id, "好"): 2}


async def test_flood_control_silences_the_whole_bot_until_its_time(api: BotApi, bot: Bot) -> None:
    parent, other, group = api.user("李女士"), api.user("王先生"), api.supergroup("工作群")
    api.limit(Limits(chat_burst=2))
    for _ in range(2):
        await bot.send_message(parent.id, "快")
    with pytest.raises(RetryAfter):
        await bot.send_message(parent.id, "快")
    with pytest.raises(RetryAfter):
        await bot.send_message(other.id, "别人也等")
    ticks = itertools.count(time.monotonic() + 60, 2.0)
    api.flood.clock = lambda: next(ticks)
    for number in range(20):
        await bot.send_message(group.id, f"卡片{number}")
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(group.id, "第21条")
    assert refused.value.retry_after == timedelta(seconds=20)


async def test_privacy_mode_and_a_kick_decide_what_a_group_bot_hears(api: BotApi, bot: Bot) -> None:
    api.privacy_mode(on=True)
    staff, group = api.user("赵老师"), api.supergroup("家长群", bot="member")
    card = await bot.send_message(group.id, "卡片")
    staff.says_in(group, None, "闲聊")
    staff.says_in(group, None, "/status")
    staff.says_in(group, None, "回复", reply_to=card.message_id)
    heard = [update.message for update in await bot.get_updates() if update.message]
    assert [message.text for message in heard] == ["/status", "回复"]
    # A reply in General names a thread that is no topic; sending there is refused.
    assert (heard[1].message_thread_id, heard[1].is_topic_message) == (card.message_id, None)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(group.id, "?", message_thread_id=card.message_id)
    group.grants(status="kicked")
    with pytest.raises(Forbidden, match="bot was kicked"):
        await bot.send_message(group.id, "?")


async def test_wrong_tokens_methods_and_parameters_are_refused(api: BotApi, bot: Bot) -> None:
    stranger = Bot("987654321:" + "A" * 35, base_url=api.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    with pytest.raises(TelegramError, match="not found"):
        await bot.do_api_request("sendTelepathy")
    with pytest.raises(BadRequest, match="Unknown parameter 'txt'"):
        await bot.send_message(api.user("李女士").id, "好", api_kwargs={"txt": "错"})


async def test_updates_can_come_doubled_reversed_and_with_a_gap(api: BotApi, bot: Bot) -> None:
    parent = api.user("李女士")
    parent.says("一")
    api.updates.skip_ids(5)
    parent.says("二")
    api.updates.next_shape = Shape.REVERSED
    backwards = [update.update_id for update in await bot.get_updates()]
    assert backwards[0] - backwards[1] == 6
    api.updates.next_shape = Shape.DOUBLED
    assert len(await bot.get_updates()) == 4


async def test_a_webhook_gets_a_chats_next_update_only_after_2xx(api: BotApi, bot: Bot) -> None:
    got: list[tuple[str | None, str]] = []

    async def take(request: web.Request) -> web.Response:
        text = (await request.json())["message"]["text"]
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), text))
        return web.Response(status=500 if got.count(got[-1]) < 3 else 200)

    app = web.Application()
    app.router.add_post("/telegram", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.deliverer.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with pytest.raises(BadRequest, match="an https url must be provided"):
        await bot.set_webhook("http://edu.example.cn/telegram")
    await bot.set_webhook("https://edu.example.cn/telegram", secret_token="s3cret")
    parent = api.user("李女士")
    parent.says("一")
    parent.says("二")
    await api.until(lambda: not api.updates.pending)
    assert got == [("s3cret", "一")] * 3 + [("s3cret", "二")] * 3
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await runner.cleanup()


async def test_the_server_runs_alone_and_is_driven_over_http() -> None:
    with running(TOKEN) as remote:
        parent = await asyncio.to_thread(remote.user, "李女士", 10001)
        await asyncio.to_thread(remote.act, "李女士", "sends_photo", b"jpeg", caption="食堂")
        await asyncio.to_thread(
            remote.post, "fault", {"kind": "bad_gateway", "method": "sendMessage"}
        )
        async with Bot(TOKEN, base_url=f"{remote.url}/bot") as bot:
            assert [
                update.message.caption for update in await bot.get_updates() if update.message
            ] == ["食堂"]
            with pytest.raises(NetworkError):
                await bot.send_message(parent, "收到")
            await bot.send_message(parent, "收到")
        count = await asyncio.to_thread(remote.count)
        assert (count["pending"], count["sent"]) == (1, 1)
        state = await asyncio.to_thread(remote.state)
        assert [message.get("text") for message in state["chats"]["10001"]] == [None, "收到"]
