"""The current snapshot of what the bureau publishes: swapped whole, or the old one kept and the reason told.

Floor 0. `read` and `check` look at a folder once; a `Library` keeps a snapshot and looks for edits when asked.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from knowledge import checks, files
from knowledge.assemble import (
    SHIPPED,
    Snapshot,
    Topic,
    broken_golden,
    digest_of,
    in_order,
    load_parts,
)
from knowledge.entry import Entry
from knowledge.forked import beside
from knowledge.golden import Golden
from knowledge.messages import say
from knowledge.problem import ContentError, Problem
from knowledge.table_names import check_names, check_years

__all__ = ["SHIPPED", "ContentError", "Library", "Problem", "Snapshot", "Topic", "check", "read"]


def read(folder: Path) -> tuple[Snapshot | None, tuple[Problem, ...]]:
    """Read a folder; the snapshot is None when anything is an error, a broken golden question included."""
    loaded = load_parts(folder, files.load(folder))
    problems = loaded.all_problems()
    return (None if any(one.error for one in problems) else loaded.snapshot), problems


def check(folder: Path, *, today: date) -> tuple[Problem, ...]:
    """Tell everything that is wrong or due in a folder on `today`, sorted by file and line."""
    loaded = load_parts(folder, files.load(folder))
    problems = [*loaded.problems, *checks.check_dates(loaded.faq, today)]
    snapshot = loaded.snapshot
    if snapshot is not None:
        live = [one for one in snapshot.entries.values() if not one.draft]
        other = beside(lambda: _tried(snapshot, snapshot.golden[1::2], live[1::2], today))
        problems += [*_tried(snapshot, snapshot.golden[::2], live[::2], today), *other()]
        tables = tuple(snapshot.tables.values())
        problems += [*check_names(tables, snapshot.schools), *check_years(tables)]
    return in_order(problems)


def _tried(
    snapshot: Snapshot, golden: Sequence[Golden], entries: Sequence[Entry], today: date
) -> list[Problem]:
    """Put golden questions to a snapshot, and tell which of some entries are hard to tell from others."""
    from knowledge.lint import lint

    problems = [*broken_golden(replace(snapshot, golden=tuple(golden))).values()]
    for finding in lint(entries, snapshot.index, snapshot.golden, today=today):
        entry = snapshot.entries[finding.entry_id]
        file, _, line = entry.where.rpartition(":")
        message = say(f"lint_{finding.code}", **finding.data)
        problems.append(Problem(file, int(line), 1, message, error=False, entry=entry.id))
    return problems


class Library:
    """Keeps the current snapshot of a folder.

    An edit is live when `refresh` next sees it, whole or not at all. A golden question that an edit breaks
    refuses the edit; one that was broken already does not stand in the way of other edits, nor of a start.
    `before_swap` is called with the files of an edit that is about to go live; when it raises, nothing has
    changed, and the next `refresh` tries again. `prepare` may add to a snapshot before it answers, and must not
    raise. The first one is prepared by `settle`, in a thread of its own: that may take minutes, and edits made
    meanwhile go live without what `prepare` adds.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder; raise ContentError when there is nothing to answer from."""
        self.folder = folder
        self._stamp = files.stamp(folder)
        found = files.load(folder)
        self._digest = digest_of(found)
        loaded = load_parts(folder, found)
        if loaded.snapshot is None:
            raise ContentError(loaded.problems)
        self._current, self._found = loaded.snapshot, found
        self.problems = loaded.problems
        self.refused: tuple[Problem, ...] = ()  # what the files say now, while that is not live
        self.before_swap: Callable[[files.Found], object] = lambda found: None
        self.prepare: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot
        self._broken: Mapping[str, Problem] | None = None  # not asked yet: a start must not wait
        self._swapping = threading.Lock()
        self._is_settled = False

    @property
    def current(self) -> Snapshot:
        """Give the snapshot that answers now."""
        return self._current

    @property
    def found(self) -> files.Found:
        """Give the files, byte for byte, that the snapshot was made of."""
        return self._found

    def settle(self) -> None:
        """Prepare what answers now; an edit that came meanwhile is prepared as well."""
        while not self._is_settled:
            current = self._current
            prepared = self.prepare(current)
            with self._swapping:
                if self._current is current:
                    self._current, self._is_settled = prepared, True

    def refresh(self) -> tuple[Problem, ...] | None:
        """Take over an edit; None when nothing changed, else what was found.

        Any error among what is returned means that the edit was refused and the old snapshot is kept. Files
        that change while they are read are left for the next time. Never raises for what is in the folder,
        and whatever `before_swap` raises.
        """
        if self._broken is None:
            self._tolerate(broken_golden(self._current), self.problems)
        seen = files.stamp(self.folder)
        if seen == self._stamp:
            return None
        found = files.load(self.folder)
        digest = digest_of(found)
        if digest == self._digest and files.stamp(self.folder) == seen:
            self._stamp = seen
            return None
        taken_back = digest == self._current.hash
        loaded = None if taken_back else load_parts(self.folder, found)
        if files.stamp(self.folder) != seen:
            return None
        self._stamp, self._digest = seen, digest
        if loaded is None:  # a refused edit was taken back: what answers now is what stands there
            self.refused = ()
            return self.problems
        if loaded.snapshot is None:
            self.refused = loaded.problems
            return self.refused
        breaks = broken_golden(loaded.snapshot)
        if breaks.keys() - (self._broken or {}).keys():
            self.refused = in_order((*loaded.problems, *breaks.values()))
            return self.refused
        prepared = self.prepare(loaded.snapshot) if self._is_settled else loaded.snapshot
        self._stamp, self._digest = (), ""  # looked at again, should the next line raise
        self.before_swap(found)
        self._stamp, self._digest = seen, digest
        with self._swapping:
            if (
                self._is_settled and prepared is loaded.snapshot
            ):  # settled since, and all it needs is known
                prepared = self.prepare(prepared)
            self._current, self._found, self.refused = prepared, found, ()
        return self._tolerate(breaks, loaded.problems)

    def _tolerate(
        self, breaks: Mapping[str, Problem], problems: tuple[Problem, ...]
    ) -> tuple[Problem, ...]:
        """Note which golden questions are broken by now; that is no reason to refuse a later edit."""
        self._broken = breaks
        self.problems = in_order((*problems, *(replace(p, error=False) for p in breaks.values())))
        return self.problems
