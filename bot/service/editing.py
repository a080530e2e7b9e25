"""Write a phrasing or a draft into the content for a named editor: proposed with its diff, then written as proposed.

Floor 3. A proposal says what the file held; when that is not what stands there any more, nothing is written. The
record and the new file become true together: the rename is the last thing before the commit.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.core.people import Staff
from bot.core.texts import plain
from bot.service import archive
from bot.service.filediff import diff_files
from bot.service.gaps import masked, may_edit
from bot.service.job import Job, Office
from bot.storage import editbook, store
from bot.storage.editbook import Edit
from knowledge.amend import CannotAmend, Draft, add_draft, add_phrasing
from knowledge.assemble import Snapshot
from knowledge.problem import Problem
from knowledge.trial import content_of, try_out

DOOR = "edit"  # where the keys of the forms are recorded


class Refused(Exception):
    """Nothing was written; `key` names the sentence that says why, `words` go into it or stand for it."""

    def __init__(self, key: str, words: str = "", problems: tuple[Problem, ...] = ()) -> None:
        self.key = key
        self.words = words
        self.problems = problems
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change of one file, looked at as a whole; `hits` says what the question would lead to then."""

    file: str
    entry_id: str
    before: bytes
    after: bytes
    problems: tuple[Problem, ...]
    hits: str = ""

    @property
    def diff(self) -> str:
        """Return the change as a unified diff."""
        return diff_files({self.file: self.before}, {self.file: self.after})

    @property
    def basis(self) -> str:
        """Return the hash of what the file held when this was proposed."""
        return sha256(self.before)


def propose_phrasing(
    folder: Path, knowledge: Snapshot, entry_id: str, question: str, *, today: date
) -> Proposal:
    """Propose a question as one more phrasing of an entry. Takes a second. Raises Refused."""
    entry = knowledge.entries.get(entry_id)
    if entry is None:
        raise Refused("gaps.no_file")
    phrasing = _line(question)
    file = f"faq/{entry.topic}.yaml"
    before = _held(folder, file)
    with _told():
        after = add_phrasing(before, entry_id, phrasing)
    return _tried(folder, Proposal(file, entry_id, before, after, ()), phrasing, today)


def propose_draft(
    folder: Path, topic: str, question: str, answer: str, *, wordings: tuple[str, ...], today: date
) -> Proposal:
    """Propose a draft entry at the end of a topic's file. Takes a second. Raises Refused."""
    file = f"faq/{topic}.yaml"
    before = _held(folder, file)
    asked = _line(question)
    others = (" ".join(masked(one).split()) for one in wordings)
    draft = Draft(
        id=_free_id(topic, before, today),
        question=asked,
        answer=masked(answer),
        phrasings=tuple(dict.fromkeys(one for one in others if one and one != asked)),
        checked_on=today,
    )
    with _told():
        after = add_draft(before, draft)
    return _tried(folder, Proposal(file, draft.id, before, after, ()), "", today)


def carry_out(office: Office, staff: Staff, proposal: Proposal, *, basis: str, key: str) -> None:
    """Write what was proposed and confirmed, once for a key; for a thread. Raises Refused.

    `basis` is the hash that the confirmed proposal had: a file that changed since is left alone.
    """
    if proposal.basis != basis:
        raise Refused("gaps.changed")
    if proposal.problems:
        raise Refused("gaps.refused", problems=proposal.problems)
    folder = office.library.folder
    with _prepared(folder / proposal.file, proposal.after) as (ready, target):
        work = office.bind(lambda job: _write(job, staff, proposal, key=key, paths=(ready, target)))
        office.db.write_now(work)


def is_done(office: Office, staff: Staff, *, basis: str, key: str) -> bool:
    """Tell whether this very form was carried out already; for a thread."""
    use = _use(staff, key, basis)
    return bool(office.db.read_now(lambda tx: store.updates_like(tx, DOOR, use)))


def _use(staff: Staff, key: str, basis: str) -> str:
    return f"{staff.id}:{key}:{basis}:"


def _write(
    job: Job, staff: Staff, proposal: Proposal, *, key: str, paths: tuple[Path, Path]
) -> None:
    if not may_edit(staff):
        raise Refused("console.upkeep_only")
    if not store.first_use(job.tx, DOOR, _use(staff, key, proposal.basis), job.now):
        return
    ready, target = paths
    try:
        if sha256(target.read_bytes()) != proposal.basis:
            raise Refused("gaps.changed")
        editbook.add(
            job.tx,
            Edit(
                job.now, staff.id, staff.name, proposal.file, proposal.entry_id, proposal.diff,
                proposal.basis, sha256(proposal.after),
            ),
        )  # fmt: skip
        archive.sign(job.tx, {proposal.file: proposal.after}, staff.name, job.now)
        # Should the commit fail behind this, the file stands without its record; the archive names its owner then.
        ready.replace(target)
    except OSError as error:
        raise Refused("gaps.cannot_write", error.strerror or "") from error


@contextlib.contextmanager
def _prepared(path: Path, data: bytes) -> Iterator[tuple[Path, Path]]:
    """Put the new bytes on the disk beside the file, under a name that no reader of content looks at."""
    try:
        target = path.resolve(strict=True)
        handle, name = tempfile.mkstemp(prefix=".edit-", dir=target.parent)
        ready = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, ready)
            yield ready, target
        finally:
            ready.unlink(missing_ok=True)
    except OSError as error:
        raise Refused("gaps.cannot_write", error.strerror or "") from error


def sha256(data: bytes) -> str:
    """Return the hash that stands for a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def _held(folder: Path, file: str) -> bytes:
    data = content_of(folder, file)
    if data is None:
        raise Refused("gaps.no_file")
    return data


def _line(question: str) -> str:
    """Make a question fit for a line of YAML: no personal numbers, no line ends."""
    line = " ".join(masked(question).split())
    if not line:
        raise Refused("gaps.no_text")
    return line


def _free_id(topic: str, data: bytes, today: date) -> str:
    """Return an id that is not in the file yet; the topic before it keeps it apart from other files'."""
    stem, number = f"{topic}-{today:%Y%m%d}", 1
    while f"{stem}-{number}".encode() in data:
        number += 1
    return f"{stem}-{number}"


def _tried(folder: Path, proposal: Proposal, question: str, today: date) -> Proposal:
    """Read the whole folder with the change in it."""
    trial = try_out(folder, proposal.file, proposal.after)
    hits = ""
    if trial.snapshot is not None and question:
        decision = trial.snapshot.index.ask(question, today=today)
        ids = ", ".join(one.id for one in decision.answers)
        hits = plain(f"gaps.leads_to_{decision.outcome}", ids=ids)
    return Proposal(
        proposal.file, proposal.entry_id, proposal.before, proposal.after, trial.errors, hits
    )


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CannotAmend as reason:
        raise Refused("gaps.cannot_amend", str(reason)) from reason
