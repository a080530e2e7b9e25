"""What a Telegram error means for the one who sent: decided here once, for sender, poller and topics.

Floor 4. Telegram tells its refusals apart by English text only, so `_REFUSALS` is a table of pieces of
those texts, read from the top, the first that fits wins. Nothing else in the project reads error texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

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

NOT_CONNECTED = (
    "aiohttp ClientConnector"  # how `transport` begins, with the class of aiohttp's error
)


class Kind(StrEnum):
    """What to do about a failure."""

    PERMANENT = "permanent"  # the same call fails for ever: give up, or follow the reason
    WAIT = "wait"  # nothing from this bot for retry_after_s
    TRANSIENT = "transient"  # try again with growing waits
    BUG = "bug"  # a refusal nobody foresaw: dead letter and alarm


class Reason(StrEnum):
    """Why it failed, as finely as somebody acts on it."""

    FLOOD = "flood"
    TIMED_OUT = "timed_out"  # it may have arrived
    NETWORK = "network"  # it may have arrived, too: a connection can break after the effect
    NO_CONNECTION = "no_connection"  # none was made, so it cannot have arrived
    CONFLICT = "conflict"
    UNAUTHORIZED = "unauthorized"
    MIGRATED = "migrated"  # the chat lives on as new_chat_id
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    KICKED = "kicked"
    CHAT_NOT_FOUND = "chat_not_found"
    THREAD_GONE = "thread_gone"
    TOPIC_CLOSED = "topic_closed"
    NOT_A_FORUM = "not_a_forum"
    NO_RIGHTS = "no_rights"
    NOT_MODIFIED = "not_modified"  # already as wanted: as good as done
    GONE_MESSAGE = "gone_message"
    STALE_QUERY = "stale_query"
    MARKUP = "markup"
    TOO_LONG = "too_long"
    TOO_BIG = "too_big"
    BAD_FILE = "bad_file"
    FORBIDDEN = "forbidden"  # refused for good, for a reason not listed here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Failure:
    """A classified error. `retry_after_s` comes with WAIT, `new_chat_id` with MIGRATED."""

    kind: Kind
    reason: Reason
    retry_after_s: float | None = None
    new_chat_id: int | None = None

    @property
    def may_have_arrived(self) -> bool:
        """Whether Telegram may have done what was asked although the caller got an error."""
        return self.reason in (Reason.TIMED_OUT, Reason.NETWORK)


_REFUSALS: tuple[tuple[str, Reason], ...] = (
    ("blocked by the user", Reason.BLOCKED),
    ("user is deactivated", Reason.DEACTIVATED),
    ("group chat was deactivated", Reason.CHAT_NOT_FOUND),
    ("upgraded to a supergroup", Reason.CHAT_NOT_FOUND),  # only when no new id came with it
    ("bot was kicked", Reason.KICKED),
    ("bot is not a member", Reason.KICKED),
    ("can't initiate conversation", Reason.CHAT_NOT_FOUND),
    ("chat not found", Reason.CHAT_NOT_FOUND),
    ("user not found", Reason.CHAT_NOT_FOUND),
    ("peer_id_invalid", Reason.CHAT_NOT_FOUND),
    ("message thread not found", Reason.THREAD_GONE),
    ("topic_id_invalid", Reason.THREAD_GONE),
    ("topic_deleted", Reason.THREAD_GONE),
    ("topic_closed", Reason.TOPIC_CLOSED),
    ("topic_not_modified", Reason.NOT_MODIFIED),
    ("message is not modified", Reason.NOT_MODIFIED),
    ("not a forum", Reason.NOT_A_FORUM),
    ("not a supergroup", Reason.NOT_A_FORUM),
    ("chat_admin_required", Reason.NO_RIGHTS),
    ("chat_write_forbidden", Reason.NO_RIGHTS),
    ("chat_send_photos_forbidden", Reason.NO_RIGHTS),
    ("not enough rights", Reason.NO_RIGHTS),
    ("have no rights", Reason.NO_RIGHTS),
    ("need administrator rights", Reason.NO_RIGHTS),
    ("query is too old", Reason.STALE_QUERY),
    ("query_id_invalid", Reason.STALE_QUERY),
    ("message can't be edited", Reason.GONE_MESSAGE),
    ("message can't be deleted", Reason.GONE_MESSAGE),
    ("message_id_invalid", Reason.GONE_MESSAGE),
    ("replied not found", Reason.GONE_MESSAGE),
    ("message not found", Reason.GONE_MESSAGE),
    ("reply not found", Reason.GONE_MESSAGE),
    ("to edit not found", Reason.GONE_MESSAGE),
    ("to delete not found", Reason.GONE_MESSAGE),
    ("to copy not found", Reason.GONE_MESSAGE),
    ("to react not found", Reason.GONE_MESSAGE),
    ("to pin not found", Reason.GONE_MESSAGE),
    ("can't parse", Reason.MARKUP),
    ("button_data_invalid", Reason.MARKUP),
    ("button_url_invalid", Reason.MARKUP),
    ("reply markup", Reason.MARKUP),
    ("caption is too long", Reason.TOO_LONG),
    ("caption_too_long", Reason.TOO_LONG),
    ("message is too long", Reason.TOO_LONG),
    ("message_too_long", Reason.TOO_LONG),
    ("file is too big", Reason.TOO_BIG),
    ("request entity too large", Reason.TOO_BIG),
    ("wrong file", Reason.BAD_FILE),
    ("file must be non-empty", Reason.BAD_FILE),
    ("photo_invalid", Reason.BAD_FILE),
    ("image_process_failed", Reason.BAD_FILE),
)


def classify(error: TelegramError) -> Failure:
    """Say what to do about an error of any Bot method."""
    match error:
        case RetryAfter():
            return Failure(Kind.WAIT, Reason.FLOOD, retry_after_s=_seconds(error.retry_after))
        case ChatMigrated():
            return Failure(Kind.PERMANENT, Reason.MIGRATED, new_chat_id=error.new_chat_id)
        case TimedOut():
            return Failure(Kind.TRANSIENT, Reason.TIMED_OUT)
        case NetworkError(message=str(text)) if text.startswith(NOT_CONNECTED):
            return Failure(Kind.TRANSIENT, Reason.NO_CONNECTION)
        case Conflict():
            return Failure(Kind.TRANSIENT, Reason.CONFLICT)
        case EndPointNotFound(__cause__=InvalidToken(message="Unauthorized")):
            # What Bot.do_api_request makes of a token that was revoked while the bot runs.
            return Failure(Kind.TRANSIENT, Reason.UNAUTHORIZED)
        case EndPointNotFound():
            return Failure(Kind.BUG, Reason.UNKNOWN)
        case InvalidToken():
            # The operator must act, but what is owed stays owed until the token is right again.
            return Failure(Kind.TRANSIENT, Reason.UNAUTHORIZED)
    if reason := _refusal(error.message):
        return Failure(Kind.PERMANENT, reason)
    match error:
        case Forbidden():
            return Failure(Kind.PERMANENT, Reason.FORBIDDEN)
        case BadRequest():
            return Failure(Kind.BUG, Reason.UNKNOWN)
        case _ if type(error) in (NetworkError, TelegramError):  # broken line, 5xx, cut answer
            return Failure(Kind.TRANSIENT, Reason.NETWORK)
    return Failure(Kind.BUG, Reason.UNKNOWN)


def _refusal(text: str) -> Reason | None:
    lowered = text.lower()
    return next((reason for piece, reason in _REFUSALS if piece in lowered), None)


def _seconds(given: int | timedelta) -> float:
    return given.total_seconds() if isinstance(given, timedelta) else float(given)
