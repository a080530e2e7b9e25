"""One thing that is wrong with the content, where it is, and what to write instead.

Floor 0. Problems are collected and never raised one by one: an editor wants all of them at once.
"""

from dataclasses import dataclass

from knowledge.messages import say


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in a content file; `line` and `col` count from 1, `error=False` is a warning."""

    file: str
    line: int
    col: int
    message: str
    error: bool = True
    entry: str = ""

    def __str__(self) -> str:
        told = self.message if self.error else say("warning", message=self.message)
        return f"{self.file}:{self.line}:{self.col}: {told}"


class ContentError(Exception):
    """The content cannot be used, and there is no earlier version to fall back on."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
