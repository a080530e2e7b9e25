"""Which office is meant: by its name, by a short name that stands in the table, or by the end of its name.

Floor 0; pure.
"""

from knowledge.figure_words import fold
from knowledge.shelf import Sheet, Shelf


def find_offices(shelf: Shelf, text: str) -> tuple[tuple[Sheet, int], ...]:
    """Give the rows of the offices that a folded text names, in the table's order."""
    found: dict[int, tuple[Sheet, int]] = {}
    spans: list[tuple[int, int]] = []
    for name, sheet, row in _names(shelf):
        start = text.find(name)
        if start < 0 or text[:start].endswith("的"):  # 管幼儿园的办公室 is not the General Office
            continue
        end = start + len(name)
        if any(
            left <= start and end <= right and (left, right) != (start, end)
            for left, right in spans
        ):
            continue  # 教育股 inside 基础教育股
        spans.append((start, end))
        found.setdefault(row, (sheet, row))
    return tuple(found[row] for row in sorted(found))


def is_office(shelf: Shelf, text: str) -> bool:
    """Tell whether a folded text is the name or a short name of an office, and nothing else."""
    return any(text in sheet.offices for sheet in shelf.sheets.get("duty", ()))


def like_offices(shelf: Shelf, name: str) -> tuple[tuple[Sheet, int], ...]:
    """Give the rows of the offices whose names hold a shorter one (教育股), each once."""
    wanted = fold(name)
    rows = {
        row: (sheet, row)
        for known, sheet, row in _names(shelf)
        if len(wanted) > 1 and wanted in known
    }
    return tuple(rows.values())


def all_offices(shelf: Shelf) -> tuple[tuple[Sheet, int], ...]:
    """Give every office."""
    sheets = shelf.sheets.get("duty", ())
    return tuple((sheet, row) for sheet in sheets for row in range(len(sheet.table.rows)))


def _names(shelf: Shelf) -> list[tuple[str, Sheet, int]]:
    """Give every name and short name with its row, the longest first."""
    names = [
        (name, sheet, row)
        for sheet in shelf.sheets.get("duty", ())
        for name, rows in sheet.offices.items()
        for row in rows
    ]
    return sorted(names, key=lambda one: -len(one[0]))
