"""A parent's talk with the desk over the pure dialogues: the whole engine, minus disk and network.

Keeps the dialogue, the cases, the clock and what is still to be sent, the way the engine, the desk and the
sender do; so a test reads like the chat it describes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from markupsafe import Markup

from bot.core import numbers
from bot.core.cases import RULES, Action, CaseView, Rating, Status, parent_allowed
from bot.core.dialogue import EMPTY, Dialogue, from_json, to_json
from bot.core.follows import Follow
from bot.core.people import Person, Staff
from bot.core.turn import (
    Act,
    Arrival,
    Button,
    Desk,
    Effect,
    Fresh,
    Incoming,
    Media,
    MediaKind,
    OpenCase,
    Outgoing,
    ParentAct,
    Place,
    Say,
    SetPerson,
    Turn,
    WrongCode,
)
from bot.core.workdays import due, local_day
from handlers import respond
from knowledge.library import SHIPPED, Library, Snapshot

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 9:00 in Shanghai
DESK = Desk(
    "示例区教育局",
    phone="010-12345678",
    hours="周一至周五 8:30-17:30",
    bot_name="desk_bot",
    pictures=True,
)


@cache
def shipped() -> Snapshot:
    """Read the content that ships with the product, once."""
    return Library(SHIPPED).current


@dataclass(frozen=True, slots=True)
class _Owed:
    message: Outgoing
    due: datetime
    slot: str


@dataclass
class Talk:
    """One conversation. Every method that sends something returns the texts that arrived, oldest first."""

    knowledge: Snapshot = field(default_factory=shipped)
    desk: Desk = DESK
    now: datetime = START
    person: Person = field(default_factory=lambda: Person(1, "telegram", "9001"))
    app_language: str = "zh-hans"
    place: Place = Place.PRIVATE
    staff: Staff | None = None
    dialogue: Dialogue = EMPTY
    cases: list[CaseView] = field(default_factory=list)  # everybody's, newest first
    follows: tuple[Follow, ...] = ()
    same_hands: frozenset[str] = frozenset()
    effects: list[Effect] = field(default_factory=list)  # everything that was ever decided
    heard: list[Outgoing] = field(default_factory=list)  # everything that ever arrived
    written_in: dict[str, str] = field(default_factory=dict)  # message id -> case number
    drafts: dict[str, str] = field(default_factory=dict)  # draft id -> case number
    _owed: list[_Owed] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _wrong: list[tuple[str, datetime]] = field(default_factory=list)

    # What the parent does

    def says(self, text: str, *, addressed: bool = True) -> list[str]:
        """Send a text."""
        return self._send(Arrival.TEXT, text=text, addressed=addressed)

    def presses(self, wanted: str) -> list[str]:
        """Press a button under any message that arrived, the newest first, by its label or its data."""
        for message in reversed(self.heard):
            for button in _buttons(message):
                if wanted in (button.label, button.data):
                    assert button.data, f"{wanted} opens a page"
                    return self.presses_data(button.data)
        raise AssertionError(f"no button {wanted!r}; the last were {self.buttons}")

    def presses_data(self, data: str) -> list[str]:
        """Send a choice, whether or not any button carries it: an old one, or a forged one."""
        return self._send(Arrival.CHOICE, choice=data)

    def sends_photo(self, caption: str = "", *, album: str = "", size: int = 1000) -> list[str]:
        """Send a photo, alone or as one item of an album."""
        photo = Media(MediaKind.PHOTO, f"file{next(self._ids)}", size, "image/jpeg")
        return self.sends(photo, caption, album=album)

    def sends(self, media: Media, caption: str = "", *, album: str = "") -> list[str]:
        """Send a file of any kind."""
        return self._send(Arrival.MEDIA, text=caption, media=media, album=album)

    def sends_album(self, items: int = 3, caption: str = "") -> list[str]:
        """Send several photos as one album, the caption on the first; nothing waits for the window."""
        album = f"album{next(self._ids)}"
        texts = [
            self.sends_photo(caption if item == 0 else "", album=album) for item in range(items)
        ]
        return [text for part in texts for text in part]

    def sends_sticker(self, kind: str = "sticker") -> list[str]:
        """Send something that cannot be taken."""
        return self._send(Arrival.UNSUPPORTED, text=kind)

    def sends_location(self, where: str = "39.9,116.4") -> list[str]:
        """Send a place on the map."""
        return self._send(Arrival.LOCATION, text=where)

    def sends_contact(self, phone: str = "13800001111") -> list[str]:
        """Send a contact."""
        return self._send(Arrival.CONTACT, text=phone)

    def edits(self, message: str, text: str, media: Media | None = None) -> list[str]:
        """Edit an earlier message, named by the id that `last_message` gave; of a file its words, or the file."""
        return self._send(Arrival.EDIT, text=text, message=message, media=media)

    def arrives(self, arrival: Arrival) -> list[str]:
        """Let the channel tell something: blocked, unblocked, migrated."""
        return self._send(arrival)

    def waits(self, seconds: float) -> list[str]:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self._deliver()

    def restarts(self) -> None:
        """Write the dialogue to the store and read it back, as a restart does."""
        self.dialogue = from_json(to_json(self.dialogue))

    # What the desk does

    def answers(self, number: str) -> None:
        """Let staff answer a case."""
        self._change(number, status=Status.ANSWERED)

    # What there is to see

    @property
    def last(self) -> str:
        """Give the text of the newest message that arrived."""
        return _text(self.heard[-1])

    @property
    def buttons(self) -> list[str]:
        """Give the labels under the newest message that arrived."""
        return [button.label for button in _buttons(self.heard[-1])] if self.heard else []

    @property
    def links(self) -> list[str]:
        """Give the pages that buttons under the newest message open."""
        return [button.url for button in _buttons(self.heard[-1]) if button.url]

    @property
    def last_message(self) -> str:
        """Give the id of the newest message the parent sent."""
        return self._last_message

    def done(self, kind: type[Effect]) -> list[Effect]:
        """Give every effect of a kind so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    # The engine

    _last_message: str = ""

    def incoming(self, arrival: Arrival, *, message: str = "", **parts: object) -> Incoming:
        """Make what would arrive next."""
        number = next(self._ids)
        return Incoming(
            channel=self.person.channel,
            bot="desk",
            update_id=str(number),
            chat=self.person.chat,
            person="77",
            arrival=arrival,
            sent_at=self.now,
            place=self.place,
            message=message or f"m{number}",
            language=self.app_language,
            **parts,  # type: ignore[arg-type]  # the few fields a caller names
        )

    def turn(self, incoming: Incoming) -> Turn:
        """Gather all that a handler may know, as the engine does."""
        turn = Turn(
            incoming=incoming,
            now=self.now,
            person=self.person,
            dialogue=self.dialogue,
            knowledge=self.knowledge,
            fresh=_fresh(self.now, int(incoming.update_id)),
            desk=self.desk,
            cases=tuple(one for one in self.cases if one.person_id == self.person.id),
            staff=self.staff,
            follows=self.follows,
            same_hands=self.same_hands,
        )
        return replace(turn, case=self._named(incoming))

    def _send(self, arrival: Arrival, **parts: object) -> list[str]:
        incoming = self.incoming(arrival, **parts)  # type: ignore[arg-type]  # see the callers
        self._last_message = incoming.message
        turn = self.turn(incoming)
        outcome = respond(turn)
        self.dialogue = from_json(
            to_json(outcome.dialogue)
        )  # what cannot be stored is noticed here
        self.person = replace(self.person, is_new=False)
        for effect in outcome.effects:
            self._do(effect, turn)
        self.now += timedelta(milliseconds=100)
        return self._deliver()

    def _named(self, incoming: Incoming) -> CaseView | None:
        named = numbers.find(incoming.choice or incoming.text)
        if named is None and incoming.arrival is Arrival.EDIT:
            named = self.written_in.get(incoming.message)
        elif named is None:
            named = self.dialogue.number
        return next((one for one in self.cases if one.number == named), None)

    def _do(self, effect: Effect, turn: Turn) -> None:
        self.effects.append(effect)
        match effect:
            case Say():
                if effect.slot:
                    self._owed = [row for row in self._owed if row.slot != effect.slot]
                until = self.now + timedelta(seconds=effect.hold_s)
                self._owed.append(_Owed(effect.message, until, effect.slot))
            case OpenCase() if effect.draft not in self.drafts:
                self._open(effect, turn.fresh)
            case Act():
                self._act(effect, turn.incoming)
            case SetPerson():
                language = effect.language or self.person.language
                reachable = self.person.reachable if effect.reachable is None else effect.reachable
                self.person = replace(self.person, language=language, reachable=reachable)
                self._follow(effect)
            case WrongCode():
                self._wrong.append((effect.number, self.now))
                lately = [at for at in self._wrong if at[0] == effect.number]
                self._change(effect.number, wrong_codes=len(lately))
            case _:
                pass

    def _follow(self, effect: SetPerson) -> None:
        stopped = () if effect.unfollow is None else effect.unfollow
        new = effect.follow
        left = [one for one in self.follows if one.subject not in stopped]
        if new is not None:
            left = [one for one in left if one.subject != new.subject] + [new]
        self.follows = tuple(left)

    def _open(self, opened: OpenCase, fresh: Fresh) -> None:
        routing = self.knowledge.routing
        limit = routing.limit_days(opened.kind.value, opened.category)
        until = due(self.now, limit, self.knowledge.calendar)
        case = CaseView(
            id=len(self.cases) + 1,
            number=fresh.number,
            code_hash=numbers.hash_code(fresh.number, fresh.code),
            person_id=self.person.id,
            kind=opened.kind,
            category=opened.category,
            status=Status.RECEIVED,
            received_at=self.now,
            due_at=until.at,
            department=routing.department_of(opened.category).id,
            subject_name=opened.subject_name,
            urgent=opened.urgent,
            anonymous=opened.anonymous,
            provisional=until.provisional,
        )
        self.cases.insert(0, case)
        self.drafts[opened.draft] = fresh.number
        self.written_in |= {message: fresh.number for message in opened.messages if message}

    def _act(self, act: Act, incoming: Incoming) -> None:
        """Do what the desk would: check the right, change the status as the table says."""
        case = next((one for one in self.cases if one.number == act.number), None)
        action = Action(act.act.value)
        if case is None or not parent_allowed(self.person.id, case, action, proven=act.proven):
            return
        if act.act is ParentAct.ADD:
            self.written_in[incoming.message] = case.number
        if act.act is ParentAct.RATE:
            rating = Rating(act.rating)
            again = rating is Rating.BAD and not case.redone
            status = Status.RECEIVED if again else Status.CLOSED
            kept = None if again else rating
            self._change(case.number, rating=kept, status=status, redone=case.redone + again)
        else:
            self._change(case.number, status=RULES[action].leads_to or case.status)

    def _change(self, number: str, **changes: object) -> None:
        self.cases = [
            replace(one, version=one.version + 1, **changes)  # type: ignore[arg-type]  # see the callers
            if one.number == number
            else one
            for one in self.cases
        ]

    def _deliver(self) -> list[str]:
        """Send what is due, in order; what is held lets the rows behind it pass."""
        due_now = [row for row in self._owed if row.due <= self.now]
        self._owed = [row for row in self._owed if row.due > self.now]
        self.heard += [row.message for row in due_now]
        return [_text(row.message) for row in due_now]


def _fresh(now: datetime, number: int) -> Fresh:
    bits = number * 0x9E3779B97 % (1 << numbers.RANDOM_BITS)
    return Fresh(numbers.make(local_day(now), bits), f"{482913 + number}", f"d{number:07x}")


def _buttons(message: Outgoing) -> Iterator[Button]:
    for row in message.buttons:
        yield from row


def _text(message: Outgoing) -> str:
    """Return a message as it is read: without markup, its lines kept; of a picture what stands below it."""
    said = message.html if message.picture is None else message.picture.caption
    lines = str(said).split("\n")
    return "\n".join(str(Markup(line).striptags()) for line in lines)
