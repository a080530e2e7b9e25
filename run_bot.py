"""Sunshine Desk 阳光问答: the command line.

`python run_bot.py [COMMAND] [--config FILE]`; exit codes: 0 fine, 1 the answer is "no", 2 wrong use or
configuration (one clear line per problem on stderr).
"""

import argparse
import errno
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.core.config import Config
from bot.core.people import Role

_DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = _parser().parse_args(arguments)
    from bot.core.errors import BotError
    from knowledge.library import ContentError

    try:
        return _run(parsed)
    except ContentError as error:
        lines = tuple(str(problem) for problem in error.problems)
    except BotError as error:
        lines = tuple(str(error).splitlines())
    except sqlite3.DatabaseError as error:
        from bot.storage.db import is_disk_trouble

        if not is_disk_trouble(error):
            raise
        lines = (f"database: {error}; `run_bot.py doctor` says more",)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None and error.errno not in _DISK_TROUBLE:
            raise  # not about a place that was named to us: a bug
        lines = (f"{error.filename or 'disk'}: {error.strerror}; `run_bot.py doctor` says more",)
    for line in lines:
        print(line, file=sys.stderr)
    return 2


def _run(parsed: argparse.Namespace) -> int:
    """Call the command; each imports only what it needs, so that the small ones start at once."""
    match parsed.command:
        case "ask":
            return _ask(parsed)
        case "check":
            return _check(parsed)
        case "schema":
            from bot.commands.schema import schema

            return schema(parsed.out)
        case "import":
            from bot.commands.import_table import import_table

            return import_table(
                _content(parsed), parsed.file, name=parsed.table, write=parsed.write
            )
    config = _config(parsed)
    match parsed.command:
        case "serve":
            return _serve(config)
        case "doctor":
            from bot.commands.doctor import doctor

            return doctor(config, parsed.config)
        case "backup" | "restore" | "reset-demo":
            return _copies(config, parsed)
        case "gaps" | "review":
            return _upkeep(config, parsed)
        case "history" | "rollback":
            return _archive(config, parsed)
        case "failures":
            from bot.commands.failures import failures

            return failures(config)
        case _:
            return _staff(config, parsed)


def _ask(parsed: argparse.Namespace) -> int:
    from bot.commands.ask import ask

    config, folder = _config(parsed), _content(parsed)
    return ask(folder, parsed.question, config=config, as_json=parsed.json)


def _check(parsed: argparse.Namespace) -> int:
    if parsed.quarter is not None or parsed.out is not None:
        from bot.commands.quarter import quarter

        return quarter(_config(parsed), parsed.quarter, parsed.out, folder=_content(parsed))
    from bot.commands.check import check

    return check(_content(parsed), as_json=parsed.json)


def _serve(config: Config) -> int:
    from bot.commands.serve import serve
    from bot.core import logs
    from handlers import respond

    logs.set_up(secrets=config.secrets)
    return serve(config, respond)


def _copies(config: Config, parsed: argparse.Namespace) -> int:
    from bot.commands import copies

    if parsed.command == "reset-demo":
        return copies.reset_demo(config)
    act = copies.backup if parsed.command == "backup" else copies.restore
    return act(config, parsed.file)


def _upkeep(config: Config, parsed: argparse.Namespace) -> int:
    from bot.commands import upkeep

    folder = _content(parsed)
    if parsed.command == "gaps":
        return upkeep.gaps(config, folder, days=parsed.days, as_json=parsed.json)
    return upkeep.review(config, folder, as_json=parsed.json)


def _archive(config: Config, parsed: argparse.Namespace) -> int:
    from bot.commands import archive

    if parsed.command == "history":
        return archive.history(config, parsed.id, on=parsed.on, as_json=parsed.json)
    return archive.rollback(config, None if parsed.list else parsed.hash, write=parsed.write)


def _staff(config: Config, parsed: argparse.Namespace) -> int:
    from bot.commands import staff

    match parsed.act:
        case "add":
            return staff.add(
                config, parsed.name, Role(parsed.role), parsed.departments, parsed.telegram
            )
        case "remove":
            return staff.remove(config, parsed.name)
        case "link":
            return staff.link(config, parsed.name)
        case _:
            return staff.listing(config)


def _config(parsed: argparse.Namespace) -> Config:
    from bot.core.config_file import load

    return load(parsed.config, os.environ)


def _content(parsed: argparse.Namespace) -> Path:
    """Return the content folder: --knowledge, else the configured one."""
    if parsed.knowledge is not None:
        folder: Path = parsed.knowledge
        if not folder.is_dir():
            from bot.core.errors import ConfigError

            raise ConfigError("--knowledge", f"no such folder: {folder}")
        return folder
    return _config(parsed).content_dir


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run_bot.py", description=__doc__)
    _add_config(parser, None)
    parser.set_defaults(command="serve")
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text, description=help_text)
        _add_config(made, argparse.SUPPRESS)
        made.set_defaults(command=name)
        return made

    command("serve", "run everything the configuration asks for (the default)")
    asking = command("ask", "what would the bot answer, and why")
    asking.add_argument("question", nargs="*", metavar="QUESTION", help="else one a line on stdin")
    checking = command("check", "every problem of the content, as file:line:col: message")
    gaps = command("gaps", "what people asked in vain, put together by likeness")
    gaps.add_argument("--days", type=_days, default=30, metavar="N", help="look back (30)")
    review = command("review", "entries that are expired, due, samples, drafts, or never asked for")
    for made in (asking, checking, gaps, review):
        made.add_argument("--knowledge", type=Path, metavar="DIR", help="content folder")
        made.add_argument("--json", action="store_true", help="for programs")
    checking.add_argument("--quarter", metavar="2026Q4", help="the quarterly check, as a document")
    checking.add_argument("--out", type=Path, metavar="FILE.docx", help="where to write it")
    schema = command("schema", "write the JSON Schemas that help editors to complete and check")
    schema.add_argument("--out", type=Path, default=Path("schemas"), metavar="DIR", help="where to")
    _add_import(command("import", "take a published table from Excel; shows what would change"))
    command("doctor", "say in words what is wrong and what to do")
    for name, text in (("backup", "write a consistent copy"), ("restore", "put a copy back")):
        command(name, text).add_argument("file", type=Path, metavar="FILE")
    command("reset-demo", "begin the demo anew; what was tried out is moved aside")
    command("failures", "list the updates that could not be handled")
    _add_archive(
        command("history", "what an entry or a table said, and when it changed"),
        command("rollback", "bring back what was published before"),
    )
    _add_staff(command("staff", "people, roles and console sign-in links"))
    return parser


def _add_config(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Take --config here too; only the first parser has a default, or it would undo what stood before."""
    parser.add_argument(
        "--config", type=Path, default=default, metavar="FILE",
        help="settings (default: config.yaml if there is one, else the built-in demo)",
    )  # fmt: skip


def _days(text: str) -> int:
    """Read a number of days: 1 to 3650."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= 3650):
        raise argparse.ArgumentTypeError(f"should be a number of days from 1 to 3650: {text!r}")
    return int(text)


def _add_archive(history: argparse.ArgumentParser, rollback: argparse.ArgumentParser) -> None:
    history.add_argument("id", metavar="ID")
    history.add_argument("--on", metavar="DATE", help="only what was live on that day")
    history.add_argument("--json", action="store_true", help="for programs")
    rollback.add_argument("hash", nargs="?", metavar="HASH", help="of a snapshot; none lists them")
    rollback.add_argument("--list", action="store_true", help="every snapshot that was ever live")
    rollback.add_argument("--write", action="store_true", help="do it; else only show the diff")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.xlsx")
    parser.add_argument("--table", metavar="NAME", help="which table, when the columns do not tell")
    parser.add_argument("--write", action="store_true", help="write it; without this only show")
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="content folder")


def _add_staff(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(act="list")
    acts = parser.add_subparsers(metavar="ACT")

    def deed(act: str, text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(act, help=text)
        _add_config(made, argparse.SUPPRESS)
        made.set_defaults(act=act)
        return made

    deed("list", "everybody")
    add = deed("add", "add or change somebody")
    add.add_argument("name")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.STAFF.value)
    add.add_argument("--departments", nargs="*", default=[], metavar="ID")
    add.add_argument("--telegram", type=int, metavar="USER_ID")
    for act, text in (("remove", "let somebody go"), ("link", "print a one-time sign-in link")):
        deed(act, text).add_argument("name")


if __name__ == "__main__":
    sys.exit(main())
