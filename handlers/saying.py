"""What every handler of questions needs to speak: one message in paragraphs, and the buttons that recur.

Floor 2: pure. While something is being filled in, whatever else is said reminds of it in one line.
"""

from collections.abc import Iterable
from dataclasses import replace

from markupsafe import Markup

from bot.core.chart import Picture
from bot.core.dialogue import Dialogue
from bot.core.texts import plain, say
from bot.core.turn import Button, Outcome, Outgoing, Place, Rows, Say, Turn

NEW_LINE = Markup("\n")
YES_OR_NO = ("withdraw",)  # steps of a flow at which nothing is filled in
EMPTY_LINE = Markup("\n\n")


def quiet(line: Markup) -> Markup:
    """Set back what stands below an answer: where it comes from. Nothing stays nothing."""
    return Markup("<i>{}</i>").format(line) if line else line


def answer(
    turn: Turn,
    *paragraphs: Markup,
    buttons: Rows = (),
    dialogue: Dialogue | None = None,
    picture: Picture | None = None,
) -> Outcome:
    """Say one message of several paragraphs; the dialogue stays as it is unless another is given.

    A picture is sent in the place of the first paragraph; what is said beside it stands under both.
    """
    after = turn.dialogue if dialogue is None else dialogue
    fills_in = bool(after.flow) and after.step not in YES_OR_NO
    reminder = (say("menu.open_flow", turn.language),) if fills_in else ()
    beside = (*paragraphs[1:], *reminder)
    html = _joined(*paragraphs[:1], *beside)
    if picture is not None:
        picture = replace(picture, caption=_joined(picture.caption, *beside))
    return Outcome(after, (Say(Outgoing(html, buttons, picture)),))


def _joined(*paragraphs: Markup) -> Markup:
    return EMPTY_LINE.join(part for part in paragraphs if part)


def button(key: str, turn: Turn, data: str) -> Button:
    """Make a button from the catalogue, in the language of the turn."""
    return Button(plain(key, turn.language), data)


def person_button(turn: Turn) -> Button:
    """Make the button that leads to a person."""
    return button("button.person", turn, "person")


def to_person(turn: Turn) -> str:
    """Return what the button is called that leads to a person: in a group the one to the private chat."""
    in_group = turn.incoming.place is Place.GROUP
    return plain("button.private" if in_group else "button.person", turn.language)


def menu_button(turn: Turn) -> Button:
    """Make the button that shows all topics."""
    return button("button.menu", turn, "menu")


def way_on(turn: Turn) -> Rows:
    """Give the buttons under whatever is not an answer: the topics and a person."""
    return ((menu_button(turn), person_button(turn)),)


def in_pairs(buttons: Iterable[Button]) -> Rows:
    """Set buttons two in a row."""
    row = tuple(buttons)
    return tuple(row[start : start + 2] for start in range(0, len(row), 2))


def phone_line(turn: Turn) -> Markup:
    """Say where to call; nothing when the bureau has entered no number."""
    desk = turn.desk
    if not desk.phone:
        return Markup("")
    key = "menu.call" if desk.hours else "menu.call_always"
    return say(key, turn.language, phone=desk.phone, hours=desk.hours)
