"""Who made the content what it is: a git commit where there is one, else the owner of what was saved last.

Floor 3. Never raises: an archive without a name is better than content that does not go live.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.core.clean import clean_text

GIT_S = 5.0
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Author:
    """A person, as far as known, and the commit, where the folder is a clean checkout."""

    editor: str = ""
    commit: str = ""


def author_of(folder: Path, changed: Iterable[str]) -> Author:
    """Return who made the files of a content folder what they are; `changed` are their names."""
    return _committed(folder) or Author(_owner(folder, changed))


def _committed(folder: Path) -> Author | None:
    """Return the last commit of the folder, unless something there is not committed."""
    if _git(folder, "status", "--porcelain", "--untracked-files=all", "--", ".") != "":
        return None
    commit, _, name = (_git(folder, "log", "-1", "--format=%h%n%an", "--", ".") or "").partition(
        "\n"
    )
    return Author(clean_text(name.strip(), limit=LONGEST), commit) if commit else None


def _git(folder: Path, *arguments: str) -> str | None:
    """Ask git about a folder, without letting its configuration start anything; None when it cannot say."""
    program = shutil.which("git")
    if program is None:
        return None
    inert = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, arguments of ours, no shell
            [program, *inert, *arguments],
            cwd=folder, env={**kept, "GIT_OPTIONAL_LOCKS": "0"}, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=GIT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def _owner(folder: Path, changed: Iterable[str]) -> str:
    """Return the account that owns the file saved last among the changed ones; '' where nobody is known."""
    newest: tuple[float, str] = (0.0, "")
    for name in changed:
        path = folder / name
        try:
            newest = max(newest, (path.stat().st_mtime, path.owner()))
        except (OSError, KeyError):  # gone again, or an account without a name
            continue
    return clean_text(newest[1], limit=LONGEST)
