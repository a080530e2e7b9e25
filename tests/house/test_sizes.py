"""Modules and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import EVERYTHING, SOURCE, name, parsed, python_files

MOST_LINES = 400
MOST_FUNCTION_LINES = 40
MOST_POSITIONAL = 5
INHERITED = {"do_request"}  # python-telegram-bot's BaseRequest says what it takes

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, Function)]


def lines(function: Function) -> int:
    """Count the lines of a function without its docstring, its signature and the functions inside it."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    inner = sum(
        (node.end_lineno or 0) - node.lineno + 1 for node in body if isinstance(node, Function)
    )
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 - inner if body else 0


def positional(function: Function) -> int:
    given = [*function.args.posonlyargs, *function.args.args]
    return sum(one.arg not in {"self", "cls"} for one in given)


@pytest.mark.parametrize("path", python_files(*EVERYTHING), ids=name)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", python_files(*SOURCE), ids=name)
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    assert {
        each.name: lines(each) for each in functions(path) if lines(each) > MOST_FUNCTION_LINES
    } == {}


@pytest.mark.parametrize("path", python_files(*SOURCE), ids=name)
def test_a_function_takes_at_most_5_parameters_that_have_no_name_at_the_call(path: Path) -> None:
    crowded = {
        each.name: positional(each)
        for each in functions(path)
        if positional(each) > MOST_POSITIONAL
    }
    assert {name: count for name, count in crowded.items() if name not in INHERITED} == {}
