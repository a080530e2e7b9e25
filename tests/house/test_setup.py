"""Set-up: the lock files, the Makefile, and what the README promises about them."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, SOURCE, parsed, python_files

LOCKS = (
    "requirements.lock",
    "requirements-charts.lock",
    "requirements-semantic.lock",
    "requirements-dev.lock",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def locked(name: str) -> dict[str, str]:
    """Return package -> version of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_hashes_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    allowed = re.compile(
        r"#.*|[a-z0-9.-]+==[\w.]+( ; [\w.<>=!' ]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert [line for line in lines if not allowed.fullmatch(line)] == []
    assert not re.search(r"://|--index|--find-links|@ ", "\n".join(lines))


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2]):
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("name", LOCKS[1:])
def test_the_other_locks_hold_all_of_the_first_in_the_same_versions(name: str) -> None:
    assert locked("requirements.lock").items() <= locked(name).items()


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_is_all_that_its_lock_adds_and_the_development_lock_holds_it_too(
    extra: str,
) -> None:
    added = locked(f"requirements-{extra}.lock").items() - locked("requirements.lock").items()
    assert dict(added).keys() == names(EXTRAS[extra])
    assert added <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_the_locks_satisfy_the_project_file(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])
        # every dependency has a floor; the font is the one file that was looked at, and no other
        assert re.match(">=|==", str(requirement.specifier))


def test_the_readme_promises_only_commands_that_exist() -> None:
    for readme in ROOT.glob("README*.md"):
        promised = set(re.findall(r"\bmake ([a-z]+)\b", readme.read_text(encoding="utf-8")))
        assert {"run", "test"} <= promised <= TARGETS, readme.name


def test_every_target_is_explained() -> None:
    assert set(re.findall(r"^([a-z]+):  ## \S", MAKEFILE, re.MULTILINE)) == TARGETS
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).split()) == TARGETS


@pytest.mark.parametrize(
    "script", ["scripts/setup.sh", "scripts/test.sh", "scripts/lock.sh", ".ci/run"]
)
def test_a_script_is_executable_and_well_formed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = "bash" if path.read_text(encoding="utf-8").startswith("#!/bin/bash") else "sh"
    subprocess.run([shell, "-n", str(path)], check=True)


def test_continuous_integration_runs_the_same_command_as_everybody() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("exec make test")


# Where the name of the import is not the name of the package.
PACKAGES = {
    "telegram": "python-telegram-bot",
    "yaml": "pyyaml",
    "ruamel": "ruamel.yaml",
    "PIL": "pillow",
    "docx": "python-docx",
    "multipart": "python-multipart",
    "python_multipart": "python-multipart",
    "prometheus_client": "prometheus-client",
}


def names(wanted: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in wanted}


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the packages, not ours and not Python's, that these nodes import."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    # pydantic_core is pydantic's own half, and comes with it in the one version that fits.
    foreign = found - sys.stdlib_module_names - {*SOURCE, "pydantic_core"}
    return {canonicalize_name(PACKAGES.get(name, name)) for name in foreign}


def test_every_package_the_source_imports_is_a_dependency() -> None:
    always = names(PROJECT["project"]["dependencies"])
    optional = {name for wanted in EXTRAS.values() for name in names(wanted)}
    for path in python_files(*SOURCE):
        tree = parsed(path)
        assert imported(ast.walk(tree)) <= always | optional, path
        # what only an extra brings is imported where it is used, so that all goes on without it
        assert imported(tree.body) <= always, path
