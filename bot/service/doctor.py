"""What is wrong with this installation, in words: one line a thing, with what to do about it.

Floor 3. Everything that can be seen from here is looked at here; what Telegram and the content say is found out by
those who can ask them, and comes in as `TelegramState`, `ContentState` (`content_state.look_at`) and `Trouble` with
charts (`pictures`). Nothing is changed.
"""

import os
import shutil
import socket
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.core.config import Config, Receive
from bot.core.duties import unknown_departments
from bot.core.people import Role
from bot.core.texts import catalogue, plain
from bot.core.workdays import local_day
from bot.service import understanding
from bot.service.content_state import ContentState
from bot.service.lock import is_held
from bot.service.pictures import Trouble
from bot.storage.copies import damage, schema_number, strangeness
from bot.storage.migrate import shipped

SAFE_SQLITE = (
    3,
    51,
    3,
)  # before it, two connections that write at the same instant can corrupt a WAL file
LEAST_FREE_BYTES = 200 * 2**20  # below: error, a commit may fail today
SOON_FULL_BYTES = 2 * 2**30
SOON_FULL_SHARE = 0.05
NEXT_YEAR_DUE_MONTH = 11  # the State Council publishes next year's holidays in November, as a rule


class Level(StrEnum):
    """How bad it is; an error makes the command's answer "no"."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    level: Level
    subject: str
    message: str
    what_to_do: str = ""

    def __str__(self) -> str:
        level = plain(f"doctor_level_{self.level}")
        advice = plain("doctor_advice", advice=self.what_to_do) if self.what_to_do else ""
        return plain(
            "doctor_line", level=level, subject=self.subject, message=self.message, advice=advice
        )


@dataclass(frozen=True, slots=True)
class TelegramState:
    """What Telegram said. `problem`: the token or the connection does not work, and nothing else is known."""

    problem: str = ""
    username: str = ""
    reads_all_messages: bool = False  # privacy mode is off
    webhook_url: str = ""
    webhook_error: str = ""
    group_problem: str = ""
    group_moved_to: int | None = None  # it became a supergroup; the settings name what it was
    is_forum: bool = False
    is_admin: bool = False
    can_manage_topics: bool = False
    can_pin: bool = False


def examine(
    config: Config,
    *,
    now: datetime,
    config_file: Path | None,
    content: ContentState,
    telegram: TelegramState | None,
    semantic: understanding.Look,
    charts: Trouble | None = None,
) -> list[Line]:
    """Return every line; `telegram` is None when there is no token to ask with, `charts` when they can be drawn."""
    return [
        *_configuration(config, config_file),
        *_duties(config, content.departments),
        *_telegram(config, telegram),
        *_web(config),
        *_database(config.database_path),
        sqlite_line(sqlite3.sqlite_version_info),
        *_disk(config),
        *_calendar(content.years, now),
        *_content(content),
        charts_line(charts),
        semantic_line(semantic),
    ]


def _line(level: Level, subject: str, key: str, **values: object) -> Line:
    """Make a line of the sentences `doctor_KEY` and, for what is not fine, `doctor_KEY_do`."""
    advice = "" if level is Level.OK else plain(f"doctor_{key}_do", **values)
    return Line(level, plain(f"doctor_subject_{subject}"), plain(f"doctor_{key}", **values), advice)


def _configuration(config: Config, file: Path | None) -> Iterator[Line]:
    if file is None:
        yield _line(Level.OK, "config", "config_built_in")
    else:
        yield _line(Level.OK, "config", "config_file", file=file)
        open_to_others = file.is_file() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
        if config.secrets and open_to_others:
            yield _line(Level.WARNING, "config", "config_readable", file=file)
    if config.demo_on:
        yield _line(Level.OK, "config", "demo_on")
        return
    if not any(person.role is Role.ADMIN for person in config.staff):
        yield _line(Level.WARNING, "config", "no_admin")
    if config.web.enabled and not config.web.public_url:
        yield _line(Level.WARNING, "config", "no_public_url", url=config.web_url)


def _duties(config: Config, known: Mapping[str, str] | None) -> Iterator[Line]:
    """Find staff in departments that do not exist; unreadable content has its own line."""
    for one in () if known is None else unknown_departments(config, known):
        values = {"name": one.name, "department": one.department, "near": one.near}
        values["known"] = ", ".join(known or ())
        line = _line(Level.ERROR, "config", "no_such_department", **values)
        guess = plain("doctor_no_such_department_near", **values) if one.near else ""
        yield replace(line, what_to_do=guess + line.what_to_do)


def _telegram(config: Config, state: TelegramState | None) -> Iterator[Line]:
    if state is None:
        yield _line(Level.OK, "token", "no_token")
        return
    if state.problem:
        yield _line(Level.ERROR, "token", "token_bad", problem=_words(state.problem))
        return
    yield _line(Level.OK, "token", "token_good", username=state.username)
    yield from _receiving(config, state)
    yield from _staff_group(config, state)


def _words(reason: str) -> str:
    """Say why Telegram failed in words, where there are some."""
    key = f"reason_{reason}"
    return plain(key) if key in catalogue("zh") else reason


def _receiving(config: Config, state: TelegramState) -> Iterator[Line]:
    if config.telegram.receive is Receive.POLLING and state.webhook_url:
        yield _line(Level.ERROR, "receive", "webhook_in_the_way")
    elif state.webhook_error:
        yield _line(Level.WARNING, "receive", "webhook_fails", problem=state.webhook_error)
    else:
        yield _line(Level.OK, "receive", f"receive_{config.telegram.receive}")


def _staff_group(config: Config, state: TelegramState) -> Iterator[Line]:
    if config.telegram.staff_chat is None:
        yield _line(Level.WARNING, "group", "no_group")
        return
    if state.group_moved_to is not None:
        yield _line(Level.WARNING, "group", "group_moved", chat=state.group_moved_to)
    if state.group_problem:
        yield _line(Level.ERROR, "group", "group_bad", problem=_words(state.group_problem))
        return
    if not state.is_admin:
        yield _line(Level.ERROR, "group", "not_admin")
    elif state.is_forum and not state.can_manage_topics:
        yield _line(Level.ERROR, "group", "no_topic_right")
    elif not state.is_forum:
        yield _line(Level.WARNING, "group", "no_forum")
    elif not state.can_pin:
        yield _line(Level.WARNING, "group", "no_pin_right")
    else:
        yield _line(Level.OK, "group", "group_good")
    # An administrator sees every message; for everybody else privacy mode hides them.
    if state.is_admin or state.reads_all_messages:
        yield _line(Level.OK, "privacy", "sees_messages")
    else:
        yield _line(Level.ERROR, "privacy", "privacy_mode")


def _web(config: Config) -> Iterator[Line]:
    """Try the port, unless it is any free one, or the desk itself is running and has it."""
    if not config.web.enabled or config.web.port == 0:
        return
    where = f"{config.web.host}:{config.web.port}"
    if is_held(config.database_path):
        yield _line(Level.OK, "web", "web_running", where=where)
        return
    family = socket.AF_INET6 if ":" in config.web.host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((config.web.host, config.web.port))
        except OSError as error:
            problem = error.strerror or str(error)
            yield _line(Level.ERROR, "web", "web_taken", where=where, problem=problem)
        else:
            yield _line(Level.OK, "web", "web_free", where=where)


def _database(path: Path) -> Iterator[Line]:
    folder = _nearest_folder(path.parent)
    in_the_way = _file_in_the_way(path.parent)
    if in_the_way is not None:
        yield _line(Level.ERROR, "database", "not_a_folder", path=in_the_way)
        return
    if not os.access(folder, os.W_OK):
        yield _line(Level.ERROR, "database", "not_writable", folder=folder)
        return
    if not path.exists():
        yield _line(Level.OK, "database", "no_database", path=path)
        return
    problem = damage(path)
    if problem is not None:
        yield _line(Level.ERROR, "database", "database_damaged", problem=problem)
        return
    newest = max(step.number for step in shipped())
    number = schema_number(path)
    if number > newest:
        yield _line(Level.ERROR, "database", "database_newer", number=number, newest=newest)
    elif (strange := strangeness(path)) is not None:
        yield _line(Level.ERROR, "database", "database_strange", problem=strange)
    else:
        yield _line(Level.OK, "database", "database_good", path=path, number=number)


def sqlite_line(version: tuple[int, ...]) -> Line:
    """Say whether this SQLite has the flaw that our one writing connection keeps clear of."""
    shown = ".".join(str(part) for part in version)
    if version < SAFE_SQLITE:
        return _line(Level.WARNING, "sqlite", "sqlite_old", version=shown)
    return _line(Level.OK, "sqlite", "sqlite_good", version=shown)


def _disk(config: Config) -> Iterator[Line]:
    folders = {_nearest_folder(config.database_path.parent), _nearest_folder(config.files_dir)}
    for folder in sorted(folders):
        usage = shutil.disk_usage(folder)
        yield disk_line(folder, usage.free, usage.total)
    in_the_way = _file_in_the_way(config.files_dir)
    if in_the_way is not None:
        yield _line(Level.ERROR, "disk", "not_a_folder", path=in_the_way)


def disk_line(folder: Path, free: int, total: int) -> Line:
    """Say whether `free` of `total` bytes will do."""
    values = {
        "folder": folder,
        "gigabytes": f"{free / 2**30:.1f}",
        "percent": f"{free / total:.0%}" if total else "0%",  # no disk at all: /proc and the like
    }
    if free < LEAST_FREE_BYTES:
        return _line(Level.ERROR, "disk", "disk_full", **values)
    if free < SOON_FULL_BYTES or free / total < SOON_FULL_SHARE:
        return _line(Level.WARNING, "disk", "disk_low", **values)
    return _line(Level.OK, "disk", "disk_good", **values)


def _calendar(years: frozenset[int] | None, now: datetime) -> Iterator[Line]:
    if years is None:
        return  # the content's own line says that it cannot be read
    today = local_day(now)
    if today.year not in years:
        yield _line(Level.ERROR, "calendar", "year_missing", year=today.year)
    elif today.year + 1 not in years and today.month >= NEXT_YEAR_DUE_MONTH:
        yield _line(Level.WARNING, "calendar", "next_year_missing", year=today.year + 1)
    else:
        yield _line(Level.OK, "calendar", "years_good", first=min(years), last=max(years))


def _content(content: ContentState) -> Iterator[Line]:
    if content.errors:
        yield _line(Level.ERROR, "content", "content_bad", errors=content.errors)
    elif content.warnings:
        yield _line(Level.WARNING, "content", "content_warned", warnings=content.warnings)
    else:
        yield _line(Level.OK, "content", "content_good", entries=content.entries)
    if content.to_review:
        yield _line(Level.WARNING, "content", "content_to_review", entries=content.to_review)


def charts_line(trouble: Trouble | None) -> Line:
    """Say whether figures come as pictures; without, they come as text, which is no error."""
    if trouble is None:
        return _line(Level.OK, "charts", "charts_good")
    return _line(Level.WARNING, "charts", f"charts_{trouble}")


def semantic_line(look: understanding.Look) -> Line:
    """Say whether matching looks at meaning; without it words alone decide, which is no fault."""
    level = Level.WARNING if look.state is understanding.State.BROKEN else Level.OK
    key = f"semantic_{look.state}"
    return _line(level, "semantic", key, problem=look.problem, version=look.version)


def _file_in_the_way(folder: Path) -> Path | None:
    """Return what stands where a folder is wanted and is none."""
    return next(
        (one for one in (folder, *folder.parents) if one.exists() and not one.is_dir()), None
    )


def _nearest_folder(folder: Path) -> Path:
    """Return the folder, or the closest one above it that exists."""
    folder = folder.absolute()
    while not folder.is_dir():
        folder = folder.parent
    return folder
