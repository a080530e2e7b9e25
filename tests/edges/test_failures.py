from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.failures import Failure, Kind, Reason, classify
from tests.botapi import BotApi, Fault, FaultKind

PERMANENT = {
    "Forbidden: bot was blocked by the user": Reason.BLOCKED,
    "Forbidden: user is deactivated": Reason.DEACTIVATED,
    "Forbidden: bot was kicked from the supergroup chat": Reason.KICKED,
    "Forbidden: bot is not a member of the supergroup chat": Reason.KICKED,
    "Forbidden: bot can't initiate conversation with a user": Reason.CHAT_NOT_FOUND,
    "Forbidden: bots can't send messages to bots": Reason.FORBIDDEN,
    "Bad Request: chat not found": Reason.CHAT_NOT_FOUND,
    "Bad Request: message thread not found": Reason.THREAD_GONE,
    "Bad Request: TOPIC_ID_INVALID": Reason.THREAD_GONE,
    "Bad Request: TOPIC_CLOSED": Reason.TOPIC_CLOSED,
    "Bad Request: TOPIC_NOT_MODIFIED": Reason.NOT_MODIFIED,
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message": Reason.NOT_MODIFIED,
    "Bad Request: the chat is not a forum": Reason.NOT_A_FORUM,
    "Bad Request: not enough rights to create a topic": Reason.NO_RIGHTS,
    "Bad Request: need administrator rights in the channel chat": Reason.NO_RIGHTS,
    "Bad Request: CHAT_WRITE_FORBIDDEN": Reason.NO_RIGHTS,
    "Bad Request: message to be replied not found": Reason.GONE_MESSAGE,
    "Bad Request: message to edit not found": Reason.GONE_MESSAGE,
    "Bad Request: query is too old and response timeout expired or query ID is invalid": Reason.STALE_QUERY,
    "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0": Reason.MARKUP,
    "Bad Request: BUTTON_DATA_INVALID": Reason.MARKUP,
    "Bad Request: message is too long": Reason.TOO_LONG,
    "Bad Request: message caption is too long": Reason.TOO_LONG,
    "Bad Request: file is too big": Reason.TOO_BIG,
    "Bad Request: wrong file_id or the file is temporarily unavailable": Reason.BAD_FILE,
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), PERMANENT.items())
async def test_each_refusal_of_the_server_has_its_reason(
    api: BotApi, fast: Bot, text: str, reason: Reason
) -> None:
    api.faults.add(Fault.refusal("sendMessage", text))
    with pytest.raises(TelegramError) as refused:
        await fast.send_message(api.user("李女士").id, "您好")
    assert classify(refused.value) == Failure(Kind.PERMANENT, reason)


async def test_a_wait_a_move_and_a_wrong_token_carry_what_the_sender_needs(
    api: BotApi, fast: Bot
) -> None:
    group = api.group("工作群")
    new = group.upgrade()
    with pytest.raises(ChatMigrated) as moved:
        await fast.send_message(group.id, "卡片")
    assert classify(moved.value) == Failure(Kind.PERMANENT, Reason.MIGRATED, new_chat_id=new.id)
    api.faults.add(
        Fault.flood("sendMessage", 17), Fault.refusal("sendMessage", "Unauthorized", nth=1)
    )
    with pytest.raises(RetryAfter) as flooded:
        await fast.send_message(new.id, "卡片")
    assert classify(flooded.value) == Failure(Kind.WAIT, Reason.FLOOD, retry_after_s=17.0)
    api.faults.add(Fault.refusal("sendMessage", "Unauthorized"))
    with pytest.raises(InvalidToken) as wrong:
        await fast.send_message(new.id, "卡片")
    assert classify(wrong.value) == Failure(Kind.TRANSIENT, Reason.UNAUTHORIZED)


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.HANG_AFTER, FaultKind.BAD_JSON])
async def test_after_a_lost_answer_the_message_may_have_arrived(
    api: BotApi, fast: Bot, kind: FaultKind
) -> None:
    api.faults.add(Fault(kind, "sendMessage"))
    with pytest.raises(TelegramError) as lost:
        await fast.send_message(api.user("李女士").id, "您好", read_timeout=0.2)
    failure = classify(lost.value)
    assert failure.kind is Kind.TRANSIENT
    assert failure.may_have_arrived


async def test_a_body_over_fifty_megabytes_is_too_big(api: BotApi, fast: Bot) -> None:
    with pytest.raises(NetworkError) as refused:
        await fast.send_document(api.user("李女士").id, bytes(51 * 1024 * 1024))
    assert classify(refused.value).reason is Reason.TOO_BIG


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (TimedOut(), Kind.TRANSIENT, Reason.TIMED_OUT),
        (NetworkError("Bad Gateway"), Kind.TRANSIENT, Reason.NETWORK),
        (Conflict("terminated by other getUpdates request"), Kind.TRANSIENT, Reason.CONFLICT),
        (BadRequest("a refusal of next year"), Kind.BUG, Reason.UNKNOWN),
        (Forbidden("a ban of next year"), Kind.PERMANENT, Reason.FORBIDDEN),
        (EndPointNotFound("sendTelepathy"), Kind.BUG, Reason.UNKNOWN),
    ],
)
def test_the_rest_is_told_apart_by_its_class(
    error: TelegramError, kind: Kind, reason: Reason
) -> None:
    assert classify(error) == Failure(kind, reason)


def test_retry_after_is_read_as_seconds_in_either_form() -> None:
    assert classify(RetryAfter(timedelta(minutes=1))).retry_after_s == 60.0
    assert classify(RetryAfter(5)).retry_after_s == 5.0
