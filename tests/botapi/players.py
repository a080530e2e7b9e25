"""People for tests: a parent who writes and presses buttons, staff who answer in a group.

Everything they do becomes an update exactly as Telegram would form it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.botapi.markup import utf16_length
from tests.botapi.sending import media
from tests.botapi.topics import delete_topic
from tests.botapi.wire import ANONYMOUS_ADMIN, Json
from tests.botapi.world import ADMIN_RIGHTS, Chat, Query, Topic, World


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person sees it now: edits applied, buttons with their data or address."""

    message_id: int
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    from_bot: bool
    kind: str
    raw: Json

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.buttons for label, _ in row)

    @property
    def thread(self) -> int | None:
        return self.raw.get("message_thread_id")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a group to write at: General (thread None) or a topic."""

    group: Group
    thread: int | None = None


@dataclass(slots=True)
class User:
    world: World
    id: int
    name: str
    chat: Chat
    language: str = "zh-hans"

    @property
    def account(self) -> Json:
        return self.world.people[self.id] | {"language_code": self.language}

    # writing

    def says(self, text: str, *, reply_to: int | None = None, at: Spot | None = None) -> Json:
        assert utf16_length(text) <= 4096, "apps split longer texts into several messages"
        command = text.split()[0] if text.startswith("/") else ""
        marks = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
        return self._send({"text": text} | ({"entities": marks} if marks else {}), at, reply_to)

    def says_in(
        self, group: Group, thread: int | None, text: str, *, reply_to: int | None = None
    ) -> Json:
        return self.says(text, reply_to=reply_to, at=Spot(group, thread))

    def sends_photo(
        self,
        content: bytes,
        *,
        caption: str = "",
        size: int | None = None,
        at: Spot | None = None,
        album: str = "",
    ) -> Json:
        file = self.world.put_file(content, "photos", "photo.jpg", size)
        small = self.world.put_file(content[:100] or b"-", "photos", "thumb.jpg")
        sizes = [{**small, "width": 90, "height": 67}, {**file, "width": 800, "height": 600}]
        return self._send({"photo": sizes} | _caption(caption, album), at)

    def sends_album(
        self, photos: Sequence[bytes], *, caption: str = "", at: Spot | None = None
    ) -> list[Json]:
        """Send several pictures as separate updates that share a group id, caption on the first."""
        album = f"2{next(self.world.numbers):016}"
        return [
            self.sends_photo(each, caption=caption if number == 0 else "", at=at, album=album)
            for number, each in enumerate(photos)
        ]

    def sends_document(
        self,
        content: bytes,
        name: str = "证明.pdf",
        *,
        caption: str = "",
        size: int | None = None,
        at: Spot | None = None,
    ) -> Json:
        file = self.world.put_file(content, "documents", name, size)
        return self._send({"document": media("document", file, name)} | _caption(caption), at)

    def sends_voice(self, content: bytes = b"OggS voice", *, at: Spot | None = None) -> Json:
        file = self.world.put_file(content, "voice", "voice.oga")
        return self._send({"voice": media("voice", file, "")}, at)

    def sends_video(
        self, content: bytes = b"video", *, caption: str = "", at: Spot | None = None
    ) -> Json:
        file = self.world.put_file(content, "videos", "video.mp4")
        return self._send({"video": media("video", file, "")} | _caption(caption), at)

    def sends_location(self, latitude: float = 31.2304, longitude: float = 121.4737) -> Json:
        return self._send({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_contact(self, phone: str = "13800000000") -> Json:
        return self._send(
            {"contact": {"phone_number": phone, "first_name": self.name, "user_id": self.id}}
        )

    def sends_sticker(self) -> Json:
        file = self.world.put_file(b"sticker", "stickers", "sticker.webp")
        shape = {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return self._send({"sticker": file | shape | {"emoji": "👍"}})

    def sends(self, content: Json, *, at: Spot | None = None) -> Json:
        """Send any other kind, e.g. {"poll": …} or {"dice": …}."""
        return self._send(content, at)

    def edits(self, message: Json, text: str) -> Json:
        chat = self.world.chats[message["chat"]["id"]]
        stored = chat.messages[message["message_id"]]
        stored |= {
            "caption" if "caption" in stored else "text": text,
            "edit_date": int(self.world.clock()),
        }
        self.world.emit("edited_message", dict(stored))
        return stored

    # buttons

    def presses(
        self, button: str, message: Seen | Json | int | None = None, *, at: Group | None = None
    ) -> str:
        """Press a button by its text or data, the newest one unless a message is given."""
        chat = at.chat if at else self.chat
        wanted = message.message_id if isinstance(message, Seen) else message
        wanted = wanted["message_id"] if isinstance(wanted, dict) else wanted
        for stored in sorted(chat.messages.values(), key=lambda each: -int(each["message_id"])):
            for label, data in _flat(stored):
                if button in (label, data) and wanted in (None, stored["message_id"]):
                    return self._query(stored, data)
        raise LookupError(f"no button {button!r} to press in {chat.title}")

    def forges(self, data: str, message: Json | Seen, *, at: Group | None = None) -> str:
        """Press a button that does not exist, as a modified client can."""
        number = message.message_id if isinstance(message, Seen) else message["message_id"]
        return self._query((at.chat if at else self.chat).messages[number], data)

    def told(self, query_id: str) -> Json | None:
        """What answerCallbackQuery said to a press, None while it has not."""
        return self.world.queries[query_id].answer

    def _query(self, message: Json, data: str) -> str:
        query_id = f"{self.id}{next(self.world.numbers):010}"
        self.world.queries[query_id] = Query(self.world.clock())
        query = {
            "id": query_id,
            "from": self.account,
            "message": dict(message),
            "chat_instance": "1",
            "data": data,
        }
        self.world.emit("callback_query", query)
        return query_id

    # the bot itself

    def blocks(self) -> None:
        self.chat.blocked = True
        self._membership("member", "kicked")

    def unblocks(self) -> None:
        self.chat.blocked = False
        self._membership("kicked", "member")

    def deletes_account(self) -> None:
        self.chat.deactivated = True

    def _membership(self, old: str, new: str) -> None:
        bot = self.world.bot
        change = {
            "old_chat_member": self.world.member(bot, old),
            "new_chat_member": self.world.member(bot, new),
        }
        place = {"chat": self.chat.face(), "from": self.account, "date": int(self.world.clock())}
        self.world.emit("my_chat_member", place | change)

    # seeing

    def sees(self, *, bot_only: bool = True) -> list[Seen]:
        """The private chat, oldest first; with bot_only=False also what this person wrote."""
        return _seen(self.chat, self.world, bot_only=bot_only)

    def _send(self, content: Json, at: Spot | None = None, reply_to: int | None = None) -> Json:
        chat, thread = (at.group.chat, at.thread) if at else (self.chat, None)
        if chat is self.chat and chat.blocked:
            raise AssertionError(f"{self.name} has blocked the bot and must unblock first")
        chat.reachable = True
        message = self.world.add_message(
            chat, self.account, content, thread=thread, reply_to=reply_to
        )
        if self.world.hears(chat, message):
            self.world.emit("message", dict(message))
        return message


@dataclass(slots=True)
class Group:
    world: World
    chat: Chat

    @property
    def id(self) -> int:
        return self.chat.id

    def topic(self, thread: int) -> Topic | None:
        return self.world.topic(self.chat, thread)

    def topics(self) -> list[Topic]:
        return [topic for topic in self.chat.topics.values() if not topic.deleted]

    def opens_topic(self, by: User, name: str) -> int:
        return self.world.open_topic(self.chat, by.account, name).thread

    def delete_topic(self, thread: int) -> None:
        """Delete a topic as staff do; the bot is told nothing."""
        delete_topic(self.chat, self.chat.topics[thread])

    def close_topic(self, thread: int, by: User) -> None:
        self.chat.topics[thread].closed = True
        self._service(by, {"forum_topic_closed": {}}, thread)

    def pins(self, message_id: int, by: User) -> None:
        pinned = dict(self.chat.messages[message_id])
        self._service(by, {"pinned_message": pinned}, pinned.get("message_thread_id"))

    def joins(self, user: User, status: str = "member") -> None:
        self.chat.members[user.id] = self.world.member(user.account, status, ADMIN_RIGHTS)
        self._service(user, {"new_chat_members": [user.account]}, None)

    def leaves(self, user: User) -> None:
        self.chat.members[user.id] = self.world.member(user.account, "left")
        self._service(user, {"left_chat_member": user.account}, None)

    def grants(self, *rights: str, status: str = "administrator") -> None:
        """Set the bot's standing; no rights: administrator who may nothing. Told as my_chat_member."""
        old = self.chat.members[self.world.bot["id"]]
        new = self.world.member(self.world.bot, status, rights)
        self.chat.members[self.world.bot["id"]] = new
        who = {"chat": self.chat.face(), "from": ANONYMOUS, "date": int(self.world.clock())}
        self.world.emit("my_chat_member", who | {"old_chat_member": old, "new_chat_member": new})

    def anonymous_says(
        self, text: str, thread: int | None = None, *, reply_to: int | None = None
    ) -> Json:
        """An anonymous administrator writes: everybody of them arrives as one and the same account."""
        content = {"text": text, "sender_chat": self.chat.face()}
        message = self.world.add_message(
            self.chat, ANONYMOUS, content, thread=thread, reply_to=reply_to
        )
        self.world.emit("message", dict(message))
        return message

    def upgrade(self) -> Group:
        """Become a supergroup with a new id; the old id only refers to it from now on."""
        new = make_group(self.world, self.chat.title, kind="supergroup", forum=False, bot="left")
        new.chat.members = dict(self.chat.members)
        self.world.emit("message", self._moved(self.chat, {"migrate_to_chat_id": new.id}))
        self.world.emit("message", self._moved(new.chat, {"migrate_from_chat_id": self.id}))
        self.chat.moved_to = new.id
        return new

    def sees(self, thread: int | None = None, *, bot_only: bool = True) -> list[Seen]:
        """Messages of one topic, or of the whole group."""
        found = _seen(self.chat, self.world, bot_only=bot_only)
        return [each for each in found if thread is None or each.thread == thread]

    def _moved(self, chat: Chat, content: Json) -> Json:
        return self.world.add_message(chat, ANONYMOUS, content)

    def _service(self, by: User, content: Json, thread: int | None) -> None:
        self.world.emit(
            "message", self.world.add_message(self.chat, by.account, content, thread=thread)
        )


ANONYMOUS: Json = {
    "id": ANONYMOUS_ADMIN,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


def make_user(world: World, name: str, user_id: int | None, *, started: bool) -> User:
    number = user_id or 10_000 + next(world.numbers)
    world.people[number] = {"id": number, "is_bot": False, "first_name": name}
    chat = world.chats.setdefault(number, Chat(number, "private", name, reachable=started))
    return User(world, number, name, chat)


def make_group(world: World, title: str, *, kind: str, forum: bool, bot: str) -> Group:
    number = next(world.numbers)
    chat_id = -1_001_000_000_000 - number if kind == "supergroup" else -4_000_000 - number
    chat = world.chats[chat_id] = Chat(chat_id, kind, title, forum=forum)
    chat.members[world.bot["id"]] = world.member(world.bot, bot, ADMIN_RIGHTS)
    return Group(world, chat)


def _caption(caption: str, album: str = "") -> Json:
    found = {"caption": caption} if caption else {}
    return found | ({"media_group_id": album} if album else {})


def _flat(message: Json) -> list[tuple[str, str]]:
    return [button for row in _buttons(message) for button in row]


def _buttons(message: Json) -> tuple[tuple[tuple[str, str], ...], ...]:
    rows: Any = message.get("reply_markup", {}).get("inline_keyboard", ())
    return tuple(
        tuple((each["text"], each.get("callback_data") or each.get("url", "")) for each in row)
        for row in rows
    )


def bot_texts(messages: list[Json], bot_id: int) -> list[str]:
    """Texts and captions of the bot among the messages of one chat, in order."""
    mine = [each for each in messages if each["from"]["id"] == bot_id]
    return [each.get("text") or each.get("caption", "") for each in mine]


KINDS = ("text", "photo", "document", "voice", "video", "location", "contact", "sticker")


def _seen(chat: Chat, world: World, *, bot_only: bool) -> list[Seen]:
    return [
        Seen(
            message_id=number,
            text=message.get("text") or message.get("caption", ""),
            buttons=_buttons(message),
            from_bot=message["from"]["id"] == world.bot["id"],
            kind=next((kind for kind in KINDS if kind in message), "service"),
            raw=message,
        )
        for number, message in sorted(chat.messages.items())
        if message["from"]["id"] == world.bot["id"] or not bot_only
    ]
