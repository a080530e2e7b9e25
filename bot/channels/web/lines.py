"""The lines of a conversation as the page shows them.

Floor 4. The desk's words are markup made by the text catalogue; a parent's are text, escaped by the template.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.channels.web.channel import CHANNEL
from bot.core.drawing import size
from bot.core.turn import Button, Rows
from bot.storage import store, transcript
from bot.storage.db import Tx
from bot.storage.transcript import Line

LOOK_BACK = 400  # lines in which a pressed button is looked for


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture in a line: its size, so that nothing jumps when it comes, and all it says in words."""

    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the page."""

    id: int
    ours: bool
    at: datetime
    text: str = ""
    kind: str = ""
    name: str = ""
    sent: bool = False  # a photo of the parent's, which /chat/file shows
    html: Markup = Markup("")
    buttons: Rows = ()
    picture: Seen | None = None


def shown(line: Line) -> Shown:
    """Turn a line of the transcript into what the template shows."""
    if line.message is None:
        return Shown(
            line.id,
            False,
            line.at,
            text=line.text,
            kind=line.kind,
            name=line.name,
            sent=bool(line.picture),
        )
    rows = tuple(
        kept for row in line.message.buttons if (kept := tuple(b for b in row if _is_safe(b)))
    )
    picture = line.message.picture
    if picture is None:
        return Shown(line.id, True, line.at, html=line.message.html, buttons=rows)
    seen = Seen(*size(picture.chart), str(line.message.html.striptags()))
    return Shown(line.id, True, line.at, html=picture.caption, buttons=rows, picture=seen)


def label_of(tx: Tx, chat: str, choice: str) -> tuple[str, str]:
    """Return the conversation's language, and what the button with this data said; empty if there was none."""
    person = store.find_person(tx, CHANNEL, chat)
    if person is None:
        return "zh", ""
    for line in reversed(transcript.lines(tx, person.id, limit=LOOK_BACK)):
        for row in line.message.buttons if line.message else ():
            for button in row:
                if button.data == choice:
                    return person.language, button.label
    return person.language, ""


def _is_safe(button: Button) -> bool:
    return not button.url or urlsplit(button.url).scheme in ("http", "https", "tel")
