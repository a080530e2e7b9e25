"""Methods about the bot itself and about chats, and the table of all methods."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.botapi import sending, topics
from tests.botapi.params import Params
from tests.botapi.wire import Json, bad_request, forbidden
from tests.botapi.world import MAX_DOWNLOAD, World


def get_me(world: World, params: Params) -> Json:
    return world.bot


def get_file(world: World, params: Params) -> Json:
    file_id = params.text("file_id")
    stored = world.file(file_id)
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    unique = f"AQAD{file_id[4:16]}"
    return {
        "file_id": file_id,
        "file_unique_id": unique,
        "file_size": stored.size,
        "file_path": stored.path,
    }


def _scope(params: Params) -> str:
    scope = params.data("scope") or {"type": "default"}
    place = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return f"{place}/{params.text('language_code')}"


def set_my_commands(world: World, params: Params) -> bool:
    commands = params.data("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad_request("can't parse commands")
    for each in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(each.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_scope(params)] = commands
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_scope(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_scope(params), None)
    return True


def set_my_description(world: World, params: Params) -> bool:
    return _describe(world, params, "description", 512)


def set_my_short_description(world: World, params: Params) -> bool:
    return _describe(world, params, "short_description", 120)


def _describe(world: World, params: Params, name: str, most: int) -> bool:
    if len(params.text(name)) > most:
        raise bad_request(f"{name} is too long")
    world.descriptions[f"{name}/{params.text('language_code')}"] = params.text(name)
    return True


def get_chat(world: World, params: Params) -> Json:
    chat = world.chat(params.text("chat_id"))
    if chat.kind != "private" and world.bot_status(chat) in {"left", "kicked"}:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    gifts = {
        "unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True,
        "premium_subscription": True, "gifts_from_channels": True,
    }  # fmt: skip
    return {
        **chat.face(),
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts,
    }


def get_chat_member(world: World, params: Params) -> Json:
    chat = world.chat(params.text("chat_id"))
    person = params.number("user_id")
    if person not in chat.members:
        if person not in world.people:
            raise bad_request("invalid user_id specified")
        return world.member(world.people[person], "left")
    return chat.members[person]


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    chat = world.writable(params.text("chat_id"))
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        each for each in chat.members.values() if each["status"] in {"administrator", "creator"}
    ]


def leave_chat(world: World, params: Params) -> bool:
    chat = world.writable(params.text("chat_id"))
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[world.bot["id"]] = world.member(world.bot, "left")
    return True


Method = Callable[[World, Params], Any]

_FUNCTIONS: tuple[Method, ...] = (
    get_me, get_file, set_my_commands, get_my_commands, delete_my_commands, set_my_description,
    set_my_short_description, get_chat, get_chat_member, get_chat_administrators, leave_chat,
    sending.send_message, sending.send_photo, sending.send_document, sending.send_voice,
    sending.send_video, sending.send_media_group, sending.copy_message, sending.edit_message_text,
    sending.edit_message_caption, sending.edit_message_reply_markup, sending.delete_message,
    sending.set_message_reaction, sending.pin_chat_message, sending.answer_callback_query,
    sending.send_chat_action, topics.create_forum_topic, topics.edit_forum_topic,
    topics.close_forum_topic, topics.reopen_forum_topic, topics.delete_forum_topic,
)  # fmt: skip


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


METHODS: dict[str, Method] = {_camel(function.__name__): function for function in _FUNCTIONS}
