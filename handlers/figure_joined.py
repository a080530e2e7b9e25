"""Two kinds of figures asked for in one breath: 一中的学费和分数线, 指标到校和招生人数对比图.

Floor 2: pure. Each half is written out as a question of its own, with the school and the picture that the other
half names; a half that asks for no figure leaves the clause as it is.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.core.texts import plain
from knowledge.figure_words import figure_words, fold, holds
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.wish import Wish

Read = Callable[[str], Wish | None]


def halves(shelf: Shelf, clause: str, read: Read) -> list[str]:
    """Give the questions of a clause that joins two kinds of figures; the clause alone where it does not."""
    joints = list(figure_words().joint_like.finditer(clause))
    whole = read(clause) if joints else None
    if whole is None or whole.kind not in BY_SCHOOL:
        return [clause]
    for joint in joints:
        first, second = clause[: joint.start()].strip(), clause[joint.end() :].strip()
        left = read(first)
        if left is None or left.kind not in BY_SCHOOL or not left.schools:
            continue
        right = _completed(shelf, left, second, read)
        if right is None or _is_one_figure(shelf, left, first, right):
            continue
        drawn = holds(fold(second), figure_words().picture)
        return [f"{first}{drawn}", *halves(shelf, right.text, read)]
    return [clause]


def _completed(shelf: Shelf, left: Wish, second: str, read: Read) -> Wish | None:
    """Read the second half, with the schools of the first where it names none: 招生人数."""
    wish = read(second)
    if wish is not None and (wish.schools or wish.every):
        return replace(wish, text=second)
    names = plain("when.between", "zh").join(shelf.by_id[one].name for one in left.schools)
    wish = read(f"{names}{second}")
    return None if wish is None else replace(wish, text=f"{names}{second}")


def _is_one_figure(shelf: Shelf, left: Wish, first: str, right: Wish) -> bool:
    """Tell whether both halves are of one kind, as are two parts of it: 指标到校和统招的分数线."""
    if left.kind == right.kind:
        return True
    parts = {part for sheet in shelf.sheets[right.kind] for part in sheet.parts}
    return bool(right.parts) and any(part in fold(first) for part in parts)
