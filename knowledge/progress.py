"""Where a round of hiring stands today: what is done, what is going on, what comes next.

Floor 0; pure. The table has one row a step, with dates where they are fixed; a step without dates is still to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.figure_words import figure_words, fold
from knowledge.shelf import Sheet

_HALF = 6  # months


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `start` is None while its date is not fixed."""

    name: str
    start: date | None
    end: date | None
    note: str = ""

    def is_done(self, today: date) -> bool:
        """Tell whether it is over."""
        return self.end is not None and self.end < today

    def is_on(self, today: date) -> bool:
        """Tell whether it is going on."""
        return self.start is not None and self.start <= today and not self.is_done(today)


@dataclass(frozen=True, slots=True)
class Progress:
    """One round with its steps in order, and where it stands on `today`; `asked` is the step asked for."""

    name: str
    steps: tuple[Step, ...]
    today: date
    asked: tuple[Step, ...] = ()

    @property
    def done(self) -> tuple[Step, ...]:
        """Give the steps that are over."""
        return tuple(one for one in self.steps if one.is_done(self.today))

    @property
    def on(self) -> tuple[Step, ...]:
        """Give the steps that are going on."""
        return tuple(one for one in self.steps if one.is_on(self.today))

    @property
    def next(self) -> Step | None:
        """Give the first step that has not begun."""
        return next(
            (
                one
                for one in self.steps
                if not one.is_done(self.today) and not one.is_on(self.today)
            ),
            None,
        )

    @property
    def is_over(self) -> bool:
        """Tell whether every step is done."""
        return len(self.done) == len(self.steps)


def find_progress(
    sheet: Sheet,
    today: date,
    *,
    sort: str = "",
    years: Sequence[int] = (),
    named: str = "",
    step: Sequence[str] = (),
    half: str = "",
) -> Progress | tuple[str, ...]:
    """Give the round that is meant: the one that is open, else the newest; several open ones are names to choose from.

    Hiring and transfer (`sort`) are never taken for each other, nor the rounds of the two halves of a year (`half`).
    An empty tuple: there is no such round.
    """
    if named:
        rounds = [one for one in _rounds(sheet, today, "", ()) if one.name == named]
    else:
        rounds = _of_half(_rounds(sheet, today, sort, years), half)
    begun = [one for one in rounds if _first(one) <= today]
    is_open = [one for one in begun if not one.is_over]
    if len(is_open) > 1:
        return tuple(one.name for one in is_open)
    best = is_open or sorted(begun or rounds, key=_first)[-1:]
    if not best:
        return ()
    words = [word for name in step for word in figure_words().steps.get(name, ())]
    asked = tuple(one for one in best[0].steps if any(word in fold(one.name) for word in words))
    return Progress(best[0].name, best[0].steps, today, asked)


def round_names(sheet: Sheet) -> tuple[str, ...]:
    """Give the name of every round, the latest first."""
    rounds = sorted(_rounds(sheet, date.max, "", ()), key=_first, reverse=True)
    return tuple(one.name for one in rounds)


def _of_half(rounds: list[Progress], half: str) -> list[Progress]:
    """Keep the rounds of half a year: those named after it, else those that began in it."""
    if not half:
        return rounds
    named = [one for one in rounds if half in fold(one.name)]
    is_first = half in figure_words().halves["first"]
    return named or [one for one in rounds if (_first(one).month <= _HALF) == is_first]


def _rounds(sheet: Sheet, today: date, sort: str, years: Sequence[int]) -> list[Progress]:
    found: dict[str, list[Step]] = {}
    for row in range(len(sheet.table.rows)):
        said = sheet.cell(row, "sort")
        if sort and said and said != sort:
            continue
        start, end = _day(sheet.cell(row, "start")), _day(sheet.cell(row, "end"))
        step = Step(sheet.cell(row, "step"), start, end or start, sheet.cell(row, "note"))
        found.setdefault(sheet.cell(row, "round"), []).append(step)
    rounds = [Progress(name, tuple(steps), today) for name, steps in found.items()]
    return [one for one in rounds if not years or _first(one).year in years]


def _first(progress: Progress) -> date:
    return min((one.start for one in progress.steps if one.start is not None), default=date.max)


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
