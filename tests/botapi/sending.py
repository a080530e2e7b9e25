"""Methods that put, change or remove messages."""

from __future__ import annotations

import struct
from typing import Any

from tests.botapi import markup
from tests.botapi.params import Params, Upload
from tests.botapi.wire import Json, bad_request, forbidden
from tests.botapi.world import Chat, World

MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
NAMES = {"photo": "photo.jpg", "voice": "voice.ogg", "video": "video.mp4", "document": "file"}


def send_message(world: World, params: Params) -> Json:
    chat = world.writable(params.text("chat_id"))
    text, entities = markup.checked_text(
        params.text("text"), params.fields.get("parse_mode"), params.data("entities")
    )
    content: Json = {"text": text.strip()}
    return _post(world, chat, params, content | ({"entities": entities} if entities else {}))


def send_photo(world: World, params: Params) -> Json:
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Json:
    return _send_file(world, params, "document")


def send_voice(world: World, params: Params) -> Json:
    return _send_file(world, params, "voice")


def send_video(world: World, params: Params) -> Json:
    return _send_file(world, params, "video")


def _send_file(world: World, params: Params, kind: str) -> Json:
    chat = world.writable(params.text("chat_id"))
    content = _file_content(world, kind, params.uploads.get(kind) or params.text(kind), params)
    return _post(world, chat, params, content | _caption(params))


def _caption(params: Params) -> Json:
    caption, entities = markup.checked_caption(
        params.text("caption"), params.fields.get("parse_mode"), params.data("caption_entities")
    )
    return ({"caption": caption} if caption else {}) | (
        {"caption_entities": entities} if entities else {}
    )


def _file_content(world: World, kind: str, given: Upload | str, params: Params) -> Json:
    if isinstance(given, str) and given.startswith("attach://"):
        part = given.removeprefix("attach://")
        if part not in params.uploads:
            raise bad_request(f"{kind} is not attached")
        given = params.uploads[part]
    if isinstance(given, str):
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # nothing here reaches the network
        stored = world.file(given)
        file: Json = {"file_id": given, "file_unique_id": given[-14:], "file_size": stored.size}
        name = NAMES[kind]
    else:
        if not given.content:
            raise bad_request("file must be non-empty")
        if len(given.content) > (MAX_PHOTO if kind == "photo" else MAX_UPLOAD):
            raise bad_request(f"file is too big for a {kind}")
        if kind == "photo":
            _check_photo(given.content)
        name = given.name or NAMES[kind]
        file = world.put_file(given.content, f"{kind}s", name)
    return {kind: media(kind, file, name)}


def _check_photo(content: bytes) -> None:
    """Refuse the shapes Telegram refuses; only of a PNG are they looked at."""
    if not content.startswith(b"\x89PNG"):
        return
    width, height = struct.unpack(">II", content[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def media(kind: str, file: Json, name: str, mime: str = "application/octet-stream") -> Any:
    """Describe a file as the kind of message it is in."""
    if kind == "photo":
        return [{**file, "width": 800, "height": 600}]
    if kind == "voice":
        return {**file, "duration": 3, "mime_type": "audio/ogg"}
    if kind == "video":
        return {**file, "duration": 3, "width": 640, "height": 480, "mime_type": "video/mp4"}
    return {**file, "file_name": name, "mime_type": mime}


def send_media_group(world: World, params: Params) -> list[Json]:
    chat = world.writable(params.text("chat_id"))
    items = params.data("media")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise bad_request("group send failed: an album has 2 to 10 items")
    if "reply_markup" in params.fields:
        raise bad_request("reply markup is not allowed in albums")
    if len({"document" if item["type"] == "document" else "picture" for item in items}) > 1:
        raise bad_request("documents can't be mixed with other media types")
    group = {"media_group_id": f"1{next(world.numbers):016}"}
    contents = []
    for item in items:
        described = _caption(
            Params({name: value for name, value in item.items() if name != "type"})
        )
        contents.append(
            group | _file_content(world, item["type"], item["media"], params) | described
        )
    return [_post(world, chat, params, content) for content in contents]


def copy_message(world: World, params: Params) -> Json:
    source = world.chat(params.text("from_chat_id")).messages.get(params.number("message_id"))
    chat = world.writable(params.text("chat_id"))
    if source is None:
        raise bad_request("message to copy not found")
    kinds = (
        "text",
        "entities",
        "photo",
        "document",
        "voice",
        "video",
        "caption",
        "caption_entities",
    )
    content: Json = {kind: source[kind] for kind in kinds if kind in source}
    if not content:
        raise bad_request("the message can't be copied")
    if "caption" in params.fields:
        content |= _caption(params)
    return {"message_id": _post(world, chat, params, content)["message_id"]}


def _post(world: World, chat: Chat, params: Params, content: Json) -> Json:
    """Check place, quoted message and keyboard, then store the bot's message."""
    keyboard = markup.checked_markup(params.data("reply_markup"))
    thread = params.optional_number("message_thread_id")
    if thread is not None:
        topic = world.topic(chat, thread)
        if topic is None:
            raise bad_request("message thread not found")
        if topic.closed:
            raise bad_request("TOPIC_CLOSED")
    reply = params.data("reply_parameters") or {}
    answered = reply.get("message_id")
    if answered is not None and int(answered) not in chat.messages:
        if not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        answered = None
    content = content | ({"reply_markup": keyboard} if keyboard else {})
    return world.add_message(chat, world.bot, content, thread=thread, reply_to=answered)


def _own(world: World, params: Params, what: str) -> Json:
    chat = world.writable(params.text("chat_id"))
    message = chat.messages.get(params.number("message_id"))
    if message is None:
        raise bad_request(f"message to {what} not found")
    if message["from"]["id"] != world.bot["id"]:
        raise bad_request(f"message can't be {what}ed")
    return message


def _change(world: World, params: Params, message: Json, content: Json) -> Json:
    keyboard = markup.checked_markup(params.data("reply_markup"))
    same_text = all(message.get(key) == value for key, value in content.items())
    if same_text and message.get("reply_markup") == keyboard:
        raise bad_request(NOT_MODIFIED)
    message |= content
    message.pop("reply_markup", None)
    if keyboard:
        message["reply_markup"] = keyboard
    message["edit_date"] = int(world.clock())
    return message


def edit_message_text(world: World, params: Params) -> Json:
    message = _own(world, params, "edit")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    text, entities = markup.checked_text(
        params.text("text"), params.fields.get("parse_mode"), params.data("entities")
    )
    found = {"entities": entities} if entities or "entities" in message else {}
    return _change(world, params, message, {"text": text.strip(), **found})


def edit_message_caption(world: World, params: Params) -> Json:
    message = _own(world, params, "edit")
    if not message.keys() & {"photo", "document", "video", "voice"}:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, params, message, {"caption": "", **_caption(params)})


def edit_message_reply_markup(world: World, params: Params) -> Json:
    return _change(world, params, _own(world, params, "edit"), {})


def delete_message(world: World, params: Params) -> bool:
    chat = world.writable(params.text("chat_id"))
    number = params.number("message_id")
    if number not in chat.messages:
        raise bad_request("message to delete not found")
    mine = chat.messages[number]["from"]["id"] == world.bot["id"]
    if not mine and chat.kind != "private" and not world.bot_may(chat, "can_delete_messages"):
        raise bad_request("message can't be deleted")
    del chat.messages[number]
    world.deleted.append((chat.id, number))
    return True


def set_message_reaction(world: World, params: Params) -> bool:
    chat = world.writable(params.text("chat_id"))
    number = params.number("message_id")
    if number not in chat.messages:
        raise bad_request("message to react not found")
    reaction = params.data("reaction") or []
    if len(reaction) > 1 or any(each.get("type") != "emoji" for each in reaction):
        raise bad_request("REACTIONS_TOO_MANY" if len(reaction) > 1 else "REACTION_INVALID")
    world.reactions[chat.id, number] = reaction
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    chat = world.writable(params.text("chat_id"))
    number = params.number("message_id")
    if number not in chat.messages:
        raise bad_request("message to pin not found")
    if chat.kind != "private" and not world.bot_may(chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    pinned = chat.messages[number]
    service = world.add_message(
        chat, world.bot, {"pinned_message": dict(pinned)}, thread=pinned.get("message_thread_id")
    )
    world.emit("message", service)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    query = world.queries.get(params.text("callback_query_id"))
    if query is None or query.answer is not None or world.clock() - query.pressed_at > 150:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if markup.utf16_length(params.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": params.text("text"), "show_alert": params.flag("show_alert")}
    return True


def send_chat_action(world: World, params: Params) -> bool:
    chat = world.writable(params.text("chat_id"))
    if chat.kind != "private" and world.bot_status(chat) == "restricted":
        raise forbidden("not enough rights to send text messages to the chat")
    return True
