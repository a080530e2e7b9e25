"""Take a backup of a running desk, and put one back.

Floor 3. A backup is one zip file: `manifest.json`, `database.sqlite3` and everything under `files/`, with the size and
sha256 of each. It is not encrypted and holds all personal data: only its owner may read it. A restore trusts nothing
that does not match the manifest, and moves what was there aside instead of deleting it.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.errors import BadBackup
from bot.service.lock import only_instance
from bot.storage.copies import copy_database, damage, schema_number
from bot.storage.migrate import shipped

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.sqlite3"
FILES = "files/"


class Member(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    made_at: datetime
    db_schema: int
    members: dict[str, Member]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `aside` is the folder with what was there before, None when nothing was."""

    manifest: Manifest
    aside: Path | None


def backup(database: Path, files_dir: Path, target: Path, *, now: datetime) -> Manifest:
    """Write a backup to `target`, which appears whole or not at all; safe while the desk is running."""
    if not database.is_file():
        raise BadBackup(f"{database}: no such database")
    if target.is_dir() or _is_of(database, target):
        raise BadBackup(f"{target}: not a place for a backup; name a file of its own")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        copy = Path(folder) / DATABASE
        copy_database(database, copy)
        part = Path(folder) / "whole.zip"
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            members = {DATABASE: _add(archive, DATABASE, copy)}
            # After the database: a file is stored before the row that names it says so.
            for name, path in _attachments(files_dir):
                with suppress(FileNotFoundError):  # erased meanwhile, on purpose
                    members[name] = _add(archive, name, path)
            manifest = Manifest(
                format=FORMAT, made_at=now, db_schema=schema_number(copy), members=members
            )
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
        _flush(part)
        part.replace(target)
        _flush(target.parent)
    return manifest


def _is_of(database: Path, target: Path) -> bool:
    """Tell whether a path is the database itself, or one of the files beside it that belong to it."""
    real, wanted = database.resolve(), target.resolve()
    return wanted.parent == real.parent and wanted.name in {
        real.name + ending for ending in ("", "-wal", "-shm", ".lock")
    }


def examine(source: Path) -> Manifest:
    """Return the manifest of a backup whose every byte is right; raises BadBackup otherwise."""
    try:
        with zipfile.ZipFile(source) as archive:
            return _examined(archive, source)
    except FileNotFoundError:
        raise BadBackup(f"{source}: no such file") from None
    except IsADirectoryError:
        raise BadBackup(f"{source}: a folder; name the file that `backup` wrote") from None
    except zipfile.BadZipFile as error:
        raise BadBackup(
            f"{source}: not a backup of this program, or damaged or cut: {error}"
        ) from None
    except (zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise BadBackup(f"{source}: damaged or cut: {error}") from None


def restore(source: Path, database: Path, files_dir: Path, *, now: datetime) -> Restored:
    """Put a backup back; what was there is moved aside.

    Raises BadBackup before anything is touched when the file is damaged, cut or newer, and AlreadyRunning when
    a desk is running on this database.
    """
    with only_instance(database, now=now):
        manifest = examine(source)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=database.parent) as folder:
            staged = Path(folder)
            with zipfile.ZipFile(source) as archive:
                for name, member in manifest.members.items():
                    _take_out(archive, name, member, staged / name)
            problem = damage(staged / DATABASE)
            if problem is not None:
                raise BadBackup(f"{source}: the database inside is damaged: {problem}")
            (staged / FILES).mkdir(exist_ok=True)
            aside = _aside("before-restore", database, now)
            _move(files_dir, aside / files_dir.name)
            _move(staged / FILES, files_dir)
            # The database last, its three files next to each other: a kill in between leaves the old or the new one,
            # or for a moment none, and then the old one is whole in `aside`.
            _move_database(database, aside)
            (staged / DATABASE).replace(database)
        _flush(database.parent)
        if not any(aside.iterdir()):
            aside.rmdir()
            return Restored(manifest, None)
        return Restored(manifest, aside)


def clear(database: Path, files_dir: Path, *, now: datetime) -> Path | None:
    """Move database and files aside and leave nothing in their place; return where to, None if nothing was there.

    Raises AlreadyRunning when a desk is running on this database.
    """
    with only_instance(database, now=now):
        aside = _aside("before-reset", database, now)
        _move(files_dir, aside / files_dir.name)
        _move_database(database, aside)
        _flush(database.parent)
    if any(aside.iterdir()):
        return aside
    aside.rmdir()
    return None


def _aside(prefix: str, database: Path, now: datetime) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{prefix}-{now:%Y%m%dT%H%M%S}-", dir=database.parent))


def _move_database(database: Path, aside: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        _move(database.with_name(database.name + ending), aside / (database.name + ending))


def _examined(archive: zipfile.ZipFile, source: Path) -> Manifest:
    names = archive.namelist()
    if MANIFEST not in names:
        raise BadBackup(f"{source}: not a backup of this program: it has no {MANIFEST}")
    said = json.loads(archive.read(MANIFEST))
    if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > FORMAT:
        raise BadBackup(f"{source}: made by a newer version; upgrade the program first")
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError:
        raise BadBackup(f"{source}: damaged: its {MANIFEST} makes no sense") from None
    newest = max((step.number for step in shipped()), default=0)
    if manifest.db_schema > newest:
        raise BadBackup(
            f"{source}: database schema {manifest.db_schema} is newer than this version's {newest}; "
            "upgrade the program first"
        )
    if sorted(names) != sorted([MANIFEST, *manifest.members]) or DATABASE not in manifest.members:
        raise BadBackup(f"{source}: damaged: it does not hold the files it lists")
    for name, member in manifest.members.items():
        if not _is_safe(name):
            raise BadBackup(f"{source}: damaged: it holds a file outside its folders")
        with archive.open(name) as stream:
            if _measure(iter(lambda: stream.read(1 << 20), b"")) != member:
                raise BadBackup(f"{source}: damaged: {name} is not what it was")
    return manifest


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    inside = name == DATABASE or (name.startswith(FILES) and len(path.parts) > 1)
    return inside and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _attachments(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield FILES + path.relative_to(folder).as_posix(), path


def _measure(chunks: Iterator[bytes]) -> Member:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return Member(size=size, sha256=digest.hexdigest())


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Write a file into the archive and measure exactly the bytes that were written."""
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:

        def chunks() -> Iterator[bytes]:
            while chunk := source.read(1 << 20):
                target.write(chunk)
                yield chunk

        return _measure(chunks())


def _take_out(archive: zipfile.ZipFile, name: str, member: Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    target.chmod(0o600)
    if target.stat().st_size != member.size:
        raise BadBackup(f"{name} changed while it was being restored")


def _move(path: Path, target: Path) -> None:
    """Move what is there, also to another disk."""
    if path.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)


def _flush(path: Path) -> None:
    """Ask the disk to keep a file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
