"""The state of the little Telegram: accounts, chats, topics, messages and files."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.botapi.updates import UpdateQueue
from tests.botapi.wire import Json, bad_request, forbidden

MAX_DOWNLOAD = 20 * 1024 * 1024
ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics",
)  # fmt: skip


@dataclass(slots=True)
class Topic:
    thread: int
    name: str
    opening: Json  # the service message; every message of the topic "replies" to it
    closed: bool = False
    deleted: bool = False
    icon: str = ""


@dataclass(slots=True)
class Chat:
    id: int
    kind: str  # private, group, supergroup
    title: str
    forum: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Json] = field(default_factory=dict)
    reachable: bool = True  # private: the person has written to the bot before
    blocked: bool = False
    deactivated: bool = False
    moved_to: int | None = None
    last_id: int = 0  # a counter for each chat: message ids are unique within a chat only

    def face(self) -> Json:
        named = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        face: Json = {"id": self.id, "type": self.kind, **named}
        return {**face, "is_forum": True} if self.forum else face

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


@dataclass(frozen=True, slots=True)
class StoredFile:
    path: str
    content: bytes
    claimed_size: int | None  # what Telegram says it weighs, when a test wants it bigger

    @property
    def size(self) -> int:
        return self.claimed_size if self.claimed_size is not None else len(self.content)


@dataclass(slots=True)
class Query:
    """A pressed button that waits for answerCallbackQuery, once and not for ever."""

    pressed_at: float
    answer: Json | None = None


@dataclass(slots=True)
class World:
    bot: Json
    clock: Callable[[], float] = time.time
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    reactions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # chats

    def chat(self, given: object) -> Chat:
        """Find a chat by the id a caller sent, as reading methods do."""
        try:
            found = self.chats[int(str(given))]
        except (KeyError, ValueError):
            raise bad_request("chat not found") from None
        if found.moved_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=found.moved_to
            )
        return found

    def writable(self, given: object) -> Chat:
        """Find a chat the bot may write to, or say why it may not."""
        chat = self.chat(given)
        if chat.kind == "private":
            if chat.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.reachable:
                raise bad_request("chat not found")
            return chat
        if self.bot_status(chat) in {"left", "kicked"}:
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        return chat

    def bot_status(self, chat: Chat) -> str:
        return str(chat.members.get(self.bot["id"], {"status": "left"})["status"])

    def bot_may(self, chat: Chat, right: str) -> bool:
        return bool(chat.members.get(self.bot["id"], {}).get(right, False))

    def member(self, account: Json, status: str, rights: tuple[str, ...] = ()) -> Json:
        """Build a ChatMember; an administrator has every field, granted or not."""
        member: Json = {"user": account, "status": status}
        if status == "administrator":
            granted = {right: right in rights for right in ADMIN_RIGHTS}
            return {**member, "can_be_edited": False, "is_anonymous": False, **granted}
        return {**member, "until_date": 0} if status == "kicked" else member

    def hears(self, chat: Chat, message: Json) -> bool:
        """Whether the bot is told of a message: in a group, privacy mode and its standing decide."""
        status = self.bot_status(chat)
        if chat.kind == "private" or status == "administrator":
            return True
        quoted = message.get("reply_to_message", {}).get("from", {}).get("id")
        text = message.get("text", "")
        meant = (
            text.startswith("/") or quoted == self.bot["id"] or f"@{self.bot['username']}" in text
        )
        return status == "member" and (meant or self.bot["can_read_all_group_messages"])

    def topic(self, chat: Chat, thread: int) -> Topic | None:
        topic = chat.topics.get(thread)
        return None if topic is None or topic.deleted else topic

    # messages

    def add_message(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        *,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """Store a message with everything Telegram adds around its content."""
        head = {
            "message_id": chat.next_id(),
            "date": int(self.clock()),
            "chat": chat.face(),
            "from": sender,
        }
        message: Json = {**head, **self._place(chat, thread, reply_to), **content}
        chat.messages[message["message_id"]] = message
        return message

    def _place(self, chat: Chat, thread: int | None, reply_to: int | None) -> Json:
        topic = chat.topics.get(thread) if thread else None
        answered = chat.messages.get(reply_to) if reply_to else None
        if topic is not None:
            quoted = answered or topic.opening
            return {
                "message_thread_id": topic.thread,
                "is_topic_message": True,
                "reply_to_message": _without_reply(quoted),
            }
        if answered is None:
            return {}
        # A reply in General carries the thread of its root message although that is no topic.
        root = {"message_thread_id": answered["message_id"]} if chat.kind == "supergroup" else {}
        return {**root, "reply_to_message": _without_reply(answered)}

    def open_topic(self, chat: Chat, sender: Json, name: str) -> Topic:
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        opening = self.add_message(chat, sender, created)
        opening |= {"message_thread_id": opening["message_id"], "is_topic_message": True}
        topic = Topic(opening["message_id"], name, dict(opening))
        chat.topics[topic.thread] = topic
        self.emit("message", opening)
        return topic

    def emit(self, kind: str, payload: Json) -> int | None:
        return self.updates.add(kind, payload, at=self.clock())

    # files

    def put_file(
        self, content: bytes, folder: str, name: str, claimed_size: int | None = None
    ) -> Json:
        """Keep a file; its id belongs to this bot and says nothing about the content."""
        number = next(self.numbers)
        digest = hashlib.sha256(content + str(number).encode()).hexdigest()
        file_id = f"AgAC{digest[:40]}"
        suffix = name[name.rfind(".") :] if "." in name else ""
        stored = StoredFile(f"{folder}/file_{number}{suffix}", content, claimed_size)
        self.files[file_id] = stored
        return {
            "file_id": file_id,
            "file_unique_id": f"AQAD{digest[:12]}",
            "file_size": stored.size,
        }

    def file(self, file_id: str) -> StoredFile:
        if file_id not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self.files[file_id]


def _without_reply(message: Json) -> Json:
    return {key: value for key, value in message.items() if key != "reply_to_message"}
