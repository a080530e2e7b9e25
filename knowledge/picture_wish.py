"""A picture is wanted, and nothing says of what: 对比图, 给我画个图看看.

Floor 0; pure. What asks for a picture of something is a wish like any other (`wish.read_wish`).
"""

from knowledge.figure_words import figure_words, fold, holds
from knowledge.shelf import BY_SCHOOL, Shelf

_TOO_MANY_THINGS = frozenset({"fee"})  # what kind of fee has to be said first


def asks_for_a_picture_only(question: str) -> bool:
    """Tell whether a text asks for a picture and for nothing that it could be of."""
    words = figure_words()
    text = fold(question)
    if not holds(text, words.picture):
        return False
    for word in sorted((*words.wide, *words.greeting, *words.noise), key=len, reverse=True):
        text = text.replace(word, "")
    return not text


def kinds_to_draw(shelf: Shelf) -> tuple[str, ...]:
    """Give the kinds of figures by which several schools can be compared."""
    return tuple(
        kind
        for kind in shelf.sheets
        if kind in BY_SCHOOL and kind not in _TOO_MANY_THINGS and len(shelf.schools_in(kind)) > 1
    )
