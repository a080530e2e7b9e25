"""Forum topics: created, renamed, closed and deleted by the bot, with the refusals of each."""

from __future__ import annotations

from tests.botapi.params import Params
from tests.botapi.wire import Json, bad_request
from tests.botapi.world import Chat, Topic, World


def _forum(world: World, params: Params, doing: str) -> Chat:
    chat = world.writable(params.text("chat_id"))
    if chat.kind != "supergroup":
        raise bad_request("the chat is not a supergroup")
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if not world.bot_may(chat, "can_manage_topics"):
        raise bad_request(f"not enough rights to {doing} topic")
    return chat


def _topic(world: World, params: Params, doing: str) -> tuple[Chat, Topic]:
    chat = _forum(world, params, doing)
    topic = world.topic(chat, params.number("message_thread_id"))
    if topic is None:  # sending into it answers "message thread not found" instead
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


def create_forum_topic(world: World, params: Params) -> Json:
    chat = _forum(world, params, "create a")
    name = _checked_name(params)
    topic = world.open_topic(chat, world.bot, name)
    return {"message_thread_id": topic.thread, "name": name, "icon_color": 7322096}


def _checked_name(params: Params) -> str:
    name = params.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if len(name) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name


def edit_forum_topic(world: World, params: Params) -> bool:
    chat, topic = _topic(world, params, "edit the")
    name = _checked_name(params) if "name" in params.fields else topic.name
    icon = params.text("icon_custom_emoji_id") or topic.icon
    if (name, icon) == (topic.name, topic.icon):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon = name, icon
    _tell(world, chat, topic, {"forum_topic_edited": {"name": name}})
    return True


def close_forum_topic(world: World, params: Params) -> bool:
    return _set_closed(world, params, closed=True)


def reopen_forum_topic(world: World, params: Params) -> bool:
    return _set_closed(world, params, closed=False)


def _set_closed(world: World, params: Params, *, closed: bool) -> bool:
    chat, topic = _topic(world, params, "close the" if closed else "reopen the")
    if topic.closed is closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    _tell(world, chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


def delete_forum_topic(world: World, params: Params) -> bool:
    chat, topic = _topic(world, params, "delete the")
    delete_topic(chat, topic)
    return True


def delete_topic(chat: Chat, topic: Topic) -> None:
    """Remove a topic with its messages. No update tells anybody."""
    topic.deleted = True
    for number in [
        number
        for number, message in chat.messages.items()
        if message.get("message_thread_id") == topic.thread
    ]:
        del chat.messages[number]


def _tell(world: World, chat: Chat, topic: Topic, content: Json) -> None:
    world.emit("message", world.add_message(chat, world.bot, content, thread=topic.thread))
