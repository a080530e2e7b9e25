"""scripts/setup.sh in a folder of its own, with lock files that hold nothing: what it does, and when it does nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BARE_PATH = "/usr/bin:/bin"  # no uv: what a stock machine has

# Stands for Python where it takes seconds: an environment is a folder, and pip looks whether a package is asked for.
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$3/bin" && exec cp "$0" "$3/bin/python";;
    "-m pip") for lock; do :; done; [ -f "$lock" ] || exit 0; ! grep package "$lock" >&2; exit;;
esac
exec {python} "$@"
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of a Python that sets up quickly."""
    program = tmp_path_factory.mktemp("python") / "python3"
    program.write_text(PYTHON.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return str(program)


class Clone:
    """A fresh clone, as far as the set-up can see."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self._python = python
        (folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "setup.sh", folder / "scripts")
        self.lock("requirements.lock", "# nothing\n")
        self.lock("requirements-charts.lock", "# a little more of nothing\n")
        self.lock("requirements-dev.lock", "# nothing either\n")

    def lock(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def set_up(
        self, purpose: str, *, python: str | None = None, path: str = BARE_PATH
    ) -> tuple[int, str]:
        environment = {
            "PATH": path,
            "PYTHON": python or self._python,
            "HOME": os.environ.get("HOME", "/"),
            "PIP_NO_INDEX": "1",
        }
        done = subprocess.run(
            ["sh", str(self.folder / "scripts" / "setup.sh"), purpose],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        return done.returncode, done.stderr

    def program(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def clone(tmp_path: Path, python: str) -> Clone:
    return Clone(tmp_path, python)


def test_it_sets_up_once_and_again_only_when_the_lock_changed(clone: Clone) -> None:
    assert clone.set_up("run")[0] == 0
    python = clone.folder / ".venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "--version"], check=True, capture_output=True)
    assert clone.set_up("run") == (0, "")  # nothing to do, nothing said

    code, said = clone.set_up("dev")
    assert (code, "requirements-dev.lock" in said) == (0, True)
    assert clone.set_up("run") == (0, "")  # the development lock holds the other one

    clone.lock("requirements-dev.lock", "no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    clone.lock("requirements.lock", "# changed\n")
    code, said = clone.set_up("dev")
    assert code == 1
    assert "no-such-package" in said
    assert "could not be installed" in said
    assert (
        clone.set_up("run")[0] == 0
    )  # a failed set-up is not taken for a done one, and can be repeated


def test_charts_stay_once_they_were_asked_for(clone: Clone) -> None:
    assert "requirements-charts.lock" in clone.set_up("charts")[1]
    assert clone.set_up("run") == (0, "")
    clone.lock("requirements-charts.lock", "# a new release\n")
    assert "requirements-charts.lock" in clone.set_up("run")[1]


def test_charts_that_can_no_longer_be_installed_do_not_keep_the_desk_from_starting(
    clone: Clone,
) -> None:
    assert clone.set_up("charts")[0] == 0
    gone = "no-such-package==1 --hash=sha256:" + "0" * 64 + "\n"
    clone.lock("requirements-charts.lock", gone)
    code, said = clone.set_up("run")
    assert (code, "Going on without charts" in said) == (0, True)
    assert clone.set_up("run") == (0, "")  # and does not try at every start
    assert clone.set_up("charts")[0] == 1  # who asks for charts is told


def test_a_python_that_is_gone_is_replaced(clone: Clone) -> None:
    folder = clone.folder / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to("/nowhere/python3")
    (clone.folder / ".venv" / "installed").write_text("whatever", encoding="utf-8")
    assert clone.set_up("run", python=sys.executable)[0] == 0
    assert subprocess.run([str(folder / "python"), "-c", ""], check=True).returncode == 0


def test_a_python_without_venv_is_told_what_to_install(clone: Clone) -> None:
    half = clone.program(
        "half", f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
    )
    code, said = clone.set_up("run", python=half)
    assert code == 1
    assert said.splitlines()[-1].endswith("apt install python3-venv")


def test_no_fitting_python_is_told(clone: Clone) -> None:
    tools = clone.folder / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "cksum", "cat", "rm"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    code, said = clone.set_up("run", python=clone.program("old", "exit 1"), path=str(tools))
    assert (code, said) == (
        1,
        "Python 3.11, 3.12 or 3.13 is needed and was not found. On Debian: apt install python3 python3-venv\n",
    )


def test_a_uv_that_fails_is_not_the_end(clone: Clone) -> None:
    tools = clone.folder / "tools"
    tools.mkdir()
    Path(clone.program("tools/uv", "exit 1"))
    code, _ = clone.set_up("run", path=f"{tools}:{BARE_PATH}")
    assert code == 0
    assert (clone.folder / ".venv" / "installed").is_file()


def test_an_unknown_purpose_is_refused(clone: Clone) -> None:
    assert clone.set_up("walk") == (2, "usage: scripts/setup.sh [run|charts|dev]\n")
