"""The files of a content folder, read without trusting them: links, sizes, kinds and vanishing files.

Floor 0. Only regular files inside the folder are ever opened; what cannot be read becomes a problem.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import nearest

YAML_LIMIT = 4_000_000  # bytes; 1,000 entries with 6 phrasings are 0.9 MB
CSV_LIMIT = 20_000_000
FILES_LIMIT = 500
TOP = (
    "routing.yaml",
    "calendar.yaml",
    "synonyms.yaml",
    "schools.yaml",
    "topics.yaml",
    "golden.yaml",
)
_FOLDERS = {"": (".yaml",), "faq": (".yaml",), "tables": (".yaml", ".csv")}

Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds: names relative to it with their bytes, and what could not be read."""

    data: tuple[tuple[str, bytes], ...]
    problems: tuple[Problem, ...]

    def get(self, name: str) -> bytes | None:
        """Give a file's bytes, or None where it is absent."""
        return next((data for known, data in self.data if known == name), None)

    def under(self, folder: str, suffix: str) -> Iterator[tuple[str, bytes]]:
        """Give the files of a folder, in the order of their names."""
        for name, data in self.data:
            if name.startswith(f"{folder}/") and name.endswith(suffix):
                yield name, data


def stamp(folder: Path) -> Stamp:
    """Take the time, size and inode of every file that would be read; never raises."""
    stamps = []
    for name, path in _listed(folder):
        try:
            seen = path.stat()
        except OSError:
            stamps.append((name, 0, -1, 0))
        else:
            stamps.append((name, seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return tuple(stamps)


def load(folder: Path) -> Found:
    """Read every content file of the folder; never raises for what is in it."""
    data: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    if not folder.is_dir():
        return Found((), (Problem(str(folder), 1, 1, say("no_folder")),))
    listed = list(_listed(folder))
    if len(listed) > FILES_LIMIT:
        told = say("too_many_files", limit=FILES_LIMIT)
        return Found((), (Problem(str(folder), 1, 1, told),))
    root = folder.resolve()
    for name, path in listed:
        label = str(folder / name)
        odd = _odd_name(name)
        if odd:
            problems.append(Problem(label, 1, 1, odd, error=False))
            continue
        read = _read(path, root)
        if isinstance(read, bytes):
            data.append((name, read))
        else:
            problems.append(Problem(label, 1, 1, read))
    return Found(tuple(data), tuple(problems))


def _listed(folder: Path) -> Iterator[tuple[str, Path]]:
    """List what looks like content, in the order of the names; editors' own files are passed over."""
    for part, suffixes in _FOLDERS.items():
        try:
            names = sorted(entry.name for entry in os.scandir(folder / part))
        except OSError:
            continue
        for name in names:
            if not name.startswith(".") and name.endswith((*suffixes, ".yml")):
                yield (f"{part}/{name}" if part else name), folder / part / name


def _odd_name(name: str) -> str:
    if name.endswith(".yml"):
        return say("yml_name")
    if "/" not in name and name not in TOP:
        return say("unknown_file", nearest=nearest(name, TOP))
    return ""


def _read(path: Path, root: Path) -> bytes | str:
    """Give the file's bytes, or the sentence that says why not."""
    limit = CSV_LIMIT if path.suffix == ".csv" else YAML_LIMIT
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            return say("outside")
        opened = os.open(real, os.O_RDONLY | os.O_NONBLOCK)  # a named pipe would wait for ever
    except PermissionError:
        return say("unreadable")
    except (OSError, RuntimeError):  # gone in between, or a link to itself
        return say("vanished")
    try:
        seen = os.fstat(opened)
        if not stat.S_ISREG(seen.st_mode):
            return say("not_a_file")
        if seen.st_size > limit:
            return say("too_big", size=seen.st_size, limit=limit)
        with os.fdopen(os.dup(opened), "rb") as file:
            return file.read(limit + 1)
    except OSError:
        return say("vanished")
    finally:
        os.close(opened)
