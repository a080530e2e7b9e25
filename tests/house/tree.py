"""The project's own files, for tests that read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ("bot", "handlers", "knowledge")
EVERYTHING = (*SOURCE, "tests", "benchmarks", "scripts")


def python_files(*folders: str) -> list[Path]:
    """Return every module under the folders, and run_bot.py with the source."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    alone = ROOT / "run_bot.py"
    return sorted(found + ([alone] if "bot" in folders and alone.exists() else []))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string literal that is not a docstring, the parts of f-strings included."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.lineno, node.value
