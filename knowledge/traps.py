"""What goes wrong when people write YAML in Chinese: found by line, told with the corrected line.

Floor 0. `scan` looks at the lines before any parser does, since a full-width colon or a key glued to its
value is no error to YAML at all; `explain` turns libyaml's English complaint into what to write instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from knowledge.messages import chinese_keys

_SHOWN = 60
_BLOCK = re.compile(r"^( *(?:- +)*)(?:[^\s:#'\"-][^:]*:|-)[ ]+[|>][-+0-9]*[ ]*(?:#.*)?$")
_FIELD = re.compile(r"^(\s*(?:- +)*(?:[\w一-鿿-]+: +)?)(.*)$")
# Behind these stands text, so that a bracket there is a sign and no list.
_TEXT_KEYS = ("question", "answer", "title", "name", "label", "word", "notice", "-")
_SPECIAL = "*&@%`!{}[],?|>\"'"


@dataclass(frozen=True, slots=True)
class Note:
    """Something noticed at a place of a file, by the code of its sentence in messages.yaml."""

    code: str
    line: int
    col: int
    data: Mapping[str, object] = field(default_factory=dict)
    error: bool = True
    where: tuple[str | int, ...] = ()
    scanned: bool = False  # found by `scan`, so it stands whatever the parser says


def told(line: str, fixed: str) -> dict[str, object]:
    """Show a line and its corrected form, shortened so that a message stays one line."""
    return {"shown": _short(line), "fixed": _short(fixed)}


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def quoted(line: str) -> str:
    """Give the line with the text behind its key put in quotes."""
    head, value = _parts(line)
    if len(value) > 2 and value[0] in "\"'" and value[-1] == value[0]:
        value = value[1:-1]
    if '"' not in value and "\\" not in value:
        return f'{head}"{value}"'
    return head + "'" + value.replace("'", "''") + "'"


def start_of(line: str) -> int:
    """Give the column, from 1, where the value behind a line's key or dash starts."""
    return len(_parts(line)[0]) + 1


def _parts(line: str) -> tuple[str, str]:
    """Cut a line behind its key or dash."""
    head, value = _FIELD.sub(r"\1\0\2", line, count=1).split("\0", 1)
    return head, value.strip()


def scan(lines: list[str], keys: frozenset[str]) -> Iterator[Note]:
    """Find the lines that YAML would swallow or refuse without saying why."""
    known = "|".join(sorted(map(re.escape, keys | set(chinese_keys())), key=len, reverse=True))
    glued = re.compile(rf"^([ ]*(?:- +)*)({known})\s*(：\s*|:(?=[^\s]))(.*)$")
    dash = re.compile(rf"^([ ]*)(?:-|[－—–•·] ?)((?:{known}) *[:：].*)$")
    inside: int | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip(" "))
        if inside is not None and indent > inside:
            continue
        inside = None
        margin = line[: len(line) - len(line.lstrip())]
        if margin.strip(" "):
            fixed = "".join("  " if sign == "\t" else " " for sign in margin) + line.lstrip()
            code = "tab_indent" if "\t" in margin else "wide_indent"
            yield Note(code, number, 1, {"fixed": fixed[:_SHOWN]}, scanned=True)
        elif found := dash.match(line):
            fixed = f"{found.group(1)}- {found.group(2)}"
            yield Note("no_dash", number, indent + 1, told(line, fixed), scanned=True)
        elif found := glued.match(line):
            head, key, colon, value = found.groups()
            code = "wide_colon" if colon.startswith("：") else "no_space"
            fixed = f"{head}{chinese_keys().get(key, key)}: {value}"
            col = found.start(3) + 1
            yield Note(code, number, col, {"key": key, **told(line, fixed)}, scanned=True)
        elif block := _BLOCK.match(line):
            inside = len(block.group(1))


def explain(lines: list[str], error: yaml.MarkedYAMLError, offset: int) -> Note:
    """Turn a syntax error of libyaml into a note; `offset` lines stood before the text it read."""
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark
    if error.context_mark is not None and context.startswith(
        ("while scanning a simple key", "while scanning a quoted", "while parsing a flow")
    ):
        mark = error.context_mark
    number = min(mark.line + offset if mark else offset, max(len(lines) - 1, 0))
    line = lines[number] if lines else ""
    code, fixed = _cause(line, problem, context)
    col = start_of(line) if code == "special_start" else (mark.column if mark else 0) + 1
    data = {"sign": _parts(line)[1][:1], **told(line, fixed)}
    return Note(code, number + 1, col, data)


def _cause(line: str, problem: str, context: str) -> tuple[str, str]:
    """Name the likely cause of a syntax error on `line`, with the line as it should be."""
    head, value = _parts(line)
    if "unexpected end of stream" in problem and "quoted" in context:
        return "open_quote", line.rstrip() + (value[:1] if value[:1] in "\"'" else '"')
    if value.startswith(("|", ">")):
        return "block_text", f"{head}{value[0]} ⏎ {value[1:].strip()}"
    if value.startswith(("[", "{")) and "flow" in context:
        text = head.strip().rstrip(":").removeprefix("- ").removesuffix("_en") or "-"
        return ("open_bracket", quoted(line)) if text in _TEXT_KEYS else ("broken_flow", line)
    if value.startswith(('"', "'")):
        return "text_after_quote", quoted(line)
    if value.startswith("- ") or "sequence entries are not allowed" in problem:
        return "list_inline", f"{head.rstrip()} ⏎ {value}"
    if value and value[0] in _SPECIAL:
        return "special_start", quoted(line)
    if "mapping values are not allowed" in problem and (": " in value or value.endswith(":")):
        return "colon_inside", quoted(line)
    if "could not find expected ':'" in problem:
        item = line.lstrip()
        if item.startswith("-"):
            return "no_dash", line[: len(line) - len(item)] + "- " + item[1:]
        return "no_key", line
    return "bad_indent", line
