"""The marks that a picture is made of, and how much room words take.

Floor 1: pure. `escaped` is the one way in for words: nothing a table says becomes markup. Widths are upper bounds for
the font that draws them, in em, so that what was measured to fit does fit (a test holds them against the font).
"""

import re
from collections.abc import Iterator
from html import escape

from bot.core.clean import clean_text

INK, DIM, HAIR, GROUND = "#1c2422", "#66716e", "#dfe5e3", "#ffffff"
ACCENT, PALE = "#0f6b5c", "#8fc0b6"
BADGE, BADGE_INK = "#fdf0d5", "#8a5a00"
COLOURS = (ACCENT, "#c2701c", "#4568a8", "#9a4668", "#6c7a1f", "#6b6b6b")

LEADING = 1.32  # from one line to the next, in letter heights
_PIECE = re.compile(r"[A-Za-z0-9.%-]+|.", re.DOTALL)
_CLOSING = frozenset(")）》〉」』】〕、,，。.:：;；!?！？·…")
_SLIM = frozenset(" .,:;'·ijl")
_THIN = frozenset("!()[]{}-IJft")
_BROAD = frozenset("mwMW@%")


def escaped(text: str) -> str:
    """Return text as it may stand in SVG."""
    return escape(clean_text(text).replace("\n", " "), quote=True)


def em(text: str) -> float:
    """Return how wide a text is at most, in letter heights."""
    return sum(_em(character) for character in text)


def _em(character: str) -> float:
    if character in _SLIM:
        return 0.28
    if character in _THIN:
        return 0.36
    if character.isascii():
        return 0.56 if character.isdigit() else 0.92 if character in _BROAD else 0.76
    return 1.0


def wrapped(text: str, room: float) -> tuple[str, ...]:
    """Break a text into lines of at most `room` em: between Chinese characters, inside a word only if it must."""
    lines: list[list[str]] = [[]]
    for piece in _pieces(clean_text(text).replace("\n", " ").strip(), room):
        if em("".join((*lines[-1], piece))) > room and lines[-1]:
            lines.append([])
            if piece in _CLOSING and len(lines[-2]) > 1:  # no line begins with a full stop
                lines[-1].append(lines[-2].pop())
        lines[-1].append(piece)
    return tuple("".join(line).strip() for line in lines)


def _pieces(text: str, room: float) -> Iterator[str]:
    for found in _PIECE.finditer(text):
        if em(found.group()) <= room:
            yield found.group()
        else:
            yield from found.group()


def number(value: float) -> str:
    """Write a coordinate, always the same way."""
    return f"{value:.1f}".removesuffix(".0")


def words(
    x: float,
    y: float,
    text: str,
    height: float,
    *,
    fill: str = INK,
    anchor: str = "start",
    bold: bool = False,
    halo: bool = False,
) -> str:
    """Set a line of text, `y` on its base line; there is one weight of the font, so bold is drawn with a rim."""
    rim = ""
    if halo:
        rim = f' stroke="{GROUND}" stroke-width="{number(height / 4)}" paint-order="stroke"'
    elif bold:
        rim = f' stroke="{fill}" stroke-width="{number(height / 26)}"'
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(height)}" fill="{fill}"'
        f' text-anchor="{anchor}"{rim}>{escaped(text)}</text>'
    )


def box(x: float, y: float, width: float, height: float, *, fill: str, radius: float = 0.0) -> str:
    """Fill a rectangle."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(0.0, width))}"'
        f' height="{number(height)}" rx="{number(radius)}" fill="{fill}"/>'
    )


def rule(x1: float, y1: float, x2: float, y2: float, *, stroke: str = HAIR, wide: float = 2) -> str:
    """Draw a straight line."""
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        f' stroke="{stroke}" stroke-width="{number(wide)}"/>'
    )


def dot(x: float, y: float, place: int, *, reach: float = 10) -> str:
    """Draw the point of a line: each line has its own shape beside its own colour."""
    colour = COLOURS[place % len(COLOURS)]
    shape = place % 3
    if shape == 0:
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(reach)}" fill="{colour}"/>'
    if shape == 1:
        side = reach * 1.8
        return box(x - side / 2, y - side / 2, side, side, fill=colour)
    corners = ((x, y - reach * 1.25), (x + reach * 1.2, y + reach), (x - reach * 1.2, y + reach))
    points = " ".join(f"{number(left)},{number(top)}" for left, top in corners)
    return f'<polygon points="{points}" fill="{colour}"/>'


def path(points: list[tuple[float, float]], place: int) -> str:
    """Draw a line through points."""
    joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return (
        f'<polyline points="{joined}" fill="none" stroke="{COLOURS[place % len(COLOURS)]}"'
        ' stroke-width="6" stroke-linejoin="round" stroke-linecap="round"/>'
    )
