"""One turn of a conversation: what is known when a message arrives, and what is decided.

Floor 1: frozen values. `handlers.respond(turn) -> Outcome` is a pure function over them; the engine loads a
turn, calls it, and applies the effects in one transaction. An effect never needs an answer back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from markupsafe import Markup

from bot.core.cases import CaseView, Kind
from bot.core.chart import Picture
from bot.core.dialogue import Dialogue
from bot.core.follows import Follow
from bot.core.people import Person, Staff
from knowledge.library import Snapshot
from knowledge.subjects import Subject


class Arrival(StrEnum):
    """What kind of thing arrived."""

    TEXT = "text"
    CHOICE = "choice"  # a button was pressed
    MEDIA = "media"  # photo, document, voice, video; a caption is the text
    LOCATION = "location"  # the text is "latitude,longitude", and what the place is called
    CONTACT = "contact"  # the text is a phone number
    EDIT = "edit"  # an earlier message was edited; `message` says which
    UNSUPPORTED = "unsupported"  # sticker, dice, poll ...; the text names the kind
    BLOCKED = "blocked"  # the person blocked the bot
    UNBLOCKED = "unblocked"
    MIGRATED = "migrated"  # a group became the supergroup `new_chat`


class Place(StrEnum):
    """Where it arrived: only a private place ever sees anything personal."""

    PRIVATE = "private"
    GROUP = "group"
    STAFF = "staff"


class MediaKind(StrEnum):
    """The kinds of files a parent may send."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Media:
    """A file as the channel names it; `size` in bytes is None where the channel did not say."""

    kind: MediaKind
    file_id: str
    size: int | None = None
    mime: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What arrived, in no channel's dialect. (`bot`, `update_id`) is unique for ever."""

    channel: str
    bot: str
    update_id: str
    chat: str
    person: str
    arrival: Arrival
    sent_at: datetime
    place: Place = Place.PRIVATE
    text: str = ""
    choice: str = ""
    media: Media | None = None
    album: str = ""  # items of one album share it
    message: str = (
        ""  # the channel's id of this message (for a choice: of the message with the buttons)
    )
    reply_to: str = ""
    thread: str = ""
    language: str = ""
    addressed: bool = True  # False in a group when nobody spoke to the bot
    new_chat: str = ""
    label: str = ""  # what the pressed button said, for the web page's transcript; never acted upon


class Priority(StrEnum):
    """Who goes first when Telegram's limits bind; the sender sorts by `rank`."""

    REPLY = "reply"  # to a parent who waits
    RECEIPT = "receipt"
    DEADLINE = "deadline"
    STAFF = "staff"
    BROADCAST = "broadcast"

    @property
    def rank(self) -> int:
        """Return 0 for the most urgent."""
        return list(Priority).index(self)


MAX_DATA_BYTES = (
    64  # telegram.constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA; bytes, not characters
)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: `data` comes back as a choice, or `url` opens a page."""

    label: str
    data: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if bool(self.data) == bool(self.url):
            raise ValueError("a button has either data or a url")
        if len(self.data.encode()) > MAX_DATA_BYTES:
            raise ValueError(f"callback data over {MAX_DATA_BYTES} bytes: {self.data!r}")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be: `html` uses <b>, <i> and <a> only, made by `texts.say`, which escapes every value.

    With a `picture` the channel sends that and its caption; `html` says all of it in words, for whoever cannot.
    `answers` is the message it is about, by chat and id: shown as a reply to it where the channel has such.
    """

    html: Markup
    buttons: Rows = ()
    picture: Picture | None = None
    answers: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Send to the person of this turn.

    A `slot` replaces what is unsent in the same slot of the chat; `hold_s` keeps it back, so that a burst
    or an album is answered once, restart or not.
    """

    message: Outgoing
    priority: Priority = Priority.REPLY
    slot: str = ""
    hold_s: float = 0.0


@dataclass(frozen=True, slots=True)
class KeepFile:
    """Keep a file for the draft `draft`, or, with `case` (a number), for a case."""

    media: Media
    draft: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Register a case under the fresh number of the turn, with the files kept for `draft`."""

    kind: Kind
    category: str  # id in routing.yaml
    text: str
    messages: tuple[str, ...] = ()  # the channel's ids of the messages it was written in
    draft: str = ""  # also the idempotency key: one draft makes one case
    subject: str = ""  # id of the school or office, or what the parent typed
    subject_name: str = ""
    anonymous: bool = False
    contact: str = ""
    urgent: bool = False
    emergency: str = ""  # id of the emergency group that fired
    entry_id: str = ""  # the entry a question was near to


class ParentAct(StrEnum):
    """What a parent may do to an own case."""

    ADD = "add"
    WITHDRAW = "withdraw"
    RATE = "rate"
    AMEND = "amend"  # an earlier message was edited: a new version, both kept


@dataclass(frozen=True, slots=True)
class Act:
    """A parent acts on a case; the desk checks the right again, whatever the dialogue believed."""

    act: ParentAct
    number: str
    text: str = ""
    rating: str = ""  # good | fair | bad
    messages: tuple[str, ...] = ()  # the messages it was written in; empty: the one of this turn
    proven: bool = False  # number and code were given in this conversation
    draft: str = ""  # ADD: the files kept for this draft go with it


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """Staff wrote in a topic or replied to a card: keep it as a draft and offer 发送给家长 / 仅内部."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class StaffPress:
    """Staff pressed a button: `verb` on `target` (a draft id or a case number)."""

    verb: str
    target: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was asked: log what it led to, for the gap list."""

    question: str
    outcome: str
    entry_id: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Feedback:
    """A parent said whether an answer helped; without `in_words` the question is the entry's own."""

    entry_id: str
    question: str
    helpful: bool
    in_words: bool = True


@dataclass(frozen=True, slots=True)
class SetPerson:
    """Change what is known of the person; None leaves it as it is.

    `follow`: what is to be told when it changes; `unfollow`: no more, and with an empty tuple nothing at all.
    """

    language: str | None = None
    reachable: bool | None = None
    follow: Follow | None = None
    unfollow: tuple[Subject, ...] | None = None


@dataclass(frozen=True, slots=True)
class WrongCode:
    """Somebody gave a wrong look-up code for `number`: count it."""

    number: str


Effect = (
    Say
    | KeepFile
    | OpenCase
    | Act
    | StaffDraft
    | StaffPress
    | Asked
    | Feedback
    | SetPerson
    | WrongCode
)


@dataclass(frozen=True, slots=True)
class Fresh:
    """Chance, drawn by the engine before the turn: a number and a code for a case that may be opened."""

    number: str
    code: str
    draft: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What the bureau is called and how the desk is set up."""

    bureau: str = ""
    phone: str = ""
    address: str = ""
    hours: str = ""
    demo: bool = True
    bot_name: str = ""  # Telegram user name, for deep links; empty without Telegram
    web_url: str = ""
    pictures: bool = False  # charts can be drawn here


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a handler may know.

    `case` is the one that the text, button, thread, replied-to message, edited message or open flow names,
    whoever it belongs to: whether this person may see it is for the handler to ask (`cases`).
    """

    incoming: Incoming
    now: datetime
    person: Person
    dialogue: Dialogue
    knowledge: Snapshot
    fresh: Fresh
    desk: Desk = field(default_factory=Desk)
    cases: tuple[CaseView, ...] = ()  # the person's own, newest first
    case: CaseView | None = None
    staff: Staff | None = None
    follows: tuple[Follow, ...] = ()  # what the person asked to be told of, oldest first
    same_hands: frozenset[str] = frozenset()  # cases that only who answered them may answer again

    @property
    def language(self) -> str:
        """Return the language to answer in: zh or en."""
        return self.person.language


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is decided: the dialogue as it is from now on, and what is to be done, in order."""

    dialogue: Dialogue
    effects: tuple[Effect, ...] = ()

    def and_do(self, *effects: Effect) -> "Outcome":
        """Return the same outcome with more effects behind it."""
        return replace(self, effects=(*self.effects, *effects))

    @property
    def said(self) -> Sequence[Outgoing]:
        """Return the messages to the person, in order (for tests and previews)."""
        return tuple(e.message for e in self.effects if isinstance(e, Say))
