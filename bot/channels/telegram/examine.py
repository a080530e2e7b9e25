"""What Telegram says of our account and of the staff chat, for `doctor`.

Floor 4. Only asks; changes nothing.
"""

from dataclasses import replace

from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import TelegramError

from bot.channels.telegram.failures import classify
from bot.channels.telegram.transport import AiohttpRequest
from bot.core.config import Telegram
from bot.service.doctor import TelegramState


async def examine_account(config: Telegram) -> TelegramState:
    """Return what Telegram says; a `problem` where it says nothing."""
    bot = Bot(
        config.token.get_secret_value(),
        base_url=config.base_url,
        base_file_url=config.base_file_url,
        request=AiohttpRequest(2),
        get_updates_request=AiohttpRequest(1),
    )
    try:
        return await _ask(bot, config)
    except TelegramError as error:
        return TelegramState(problem=classify(error).reason)
    finally:
        await bot.shutdown()


async def _ask(bot: Bot, config: Telegram) -> TelegramState:
    await bot.initialize()
    me = await bot.get_me()
    hook = await bot.get_webhook_info()
    state = TelegramState(
        username=me.username or "",
        reads_all_messages=bool(me.can_read_all_group_messages),
        webhook_url=hook.url,
        webhook_error=hook.last_error_message or "",
    )
    if config.staff_chat is None:
        return state
    return await _with_group(bot, config.staff_chat, me.id, state)


async def _with_group(bot: Bot, chat_id: int, bot_id: int, state: TelegramState) -> TelegramState:
    try:
        chat = await bot.get_chat(chat_id)
        member = await bot.get_chat_member(chat_id, bot_id)
    except TelegramError as error:
        failure = classify(error)
        if failure.new_chat_id is None:
            return replace(state, group_problem=failure.reason)
        moved = replace(state, group_moved_to=failure.new_chat_id)
        return await _with_group(bot, failure.new_chat_id, bot_id, moved)
    owner = isinstance(member, ChatMemberOwner)
    admin = member if isinstance(member, ChatMemberAdministrator) else None
    return replace(
        state,
        is_forum=bool(chat.is_forum),
        is_admin=owner or admin is not None,
        can_manage_topics=owner or bool(admin and admin.can_manage_topics),
        can_pin=owner or bool(admin and admin.can_pin_messages),
    )
