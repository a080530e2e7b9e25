"""What goes wrong when people write YAML in Chinese: found by line, told with the corrected line.

Floor 0. `scan` looks at the lines before any parser does, since a full-width colon or a key glued to its
value is no error to YAML at all; `explain` turns libyaml's English complaint into what to write instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from knowledge import indents
from knowledge.messages import chinese_keys

_SHOWN = 60
_BLOCK = re.compile(r"^( *(?:- +)*)(?:[^\s:#'\"-][^:]*:|-)[ ]+[|>][-+0-9]*[ ]*(?:#.*)?$")
_FIELD = re.compile(r"^(\s*(?:- +)*(?:[\w一-鿿-]+: +)?)(.*)$")
# Behind these stands text, so that a bracket there is a sign and no list.
_TEXT_KEYS = ("question", "answer", "title", "name", "label", "word", "notice", "-")
_LIST_KEYS = frozenset({"phrasings", "phrasings_en", "related", "ask", "aliases", "also"})
_BULLET = re.compile(r"^([ ]+)(?:[－—–•·●○◦*+]|[0-9]{1,2}[.、．)）]|[①-⑳])[ ]*(\S.*)$")
_MAPPING = re.compile(r"\{\s*[a-z_]+:\s")
_MERGE = re.compile(r"^(?:<{7}|={7}|>{7})(?:[ ]|$)")
_IN_BRACES = re.compile(r"(:[ ]+)(#[^,}]*)")
_MARK = "\ufeff"
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
    """Show a line and its corrected form, shortened around where they differ so that a message stays one line."""
    line, fixed = line.strip(), fixed.strip()
    pairs = zip(line, fixed, strict=False)
    same = next(
        (at for at, (one, two) in enumerate(pairs) if one != two), min(len(line), len(fixed))
    )
    start = max(same - _SHOWN // 2, 0) if fixed and max(len(line), len(fixed)) > _SHOWN else 0
    return {"shown": _short(line, start), "fixed": _short(fixed, start)}


def _short(line: str, start: int = 0) -> str:
    line = line.strip()
    if start:
        line = f"…{line[start + 1 :]}"
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
    signs = _Signs.of(keys)
    block: tuple[int, int] | None = None  # indent of the block's key, and of its text
    listing = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and indent > block[0]:
            block = (block[0], block[1] or indent)
            continue
        found = _margin(lines, number - 1, block) or _look_at(line, signs)
        found = found or (_bullet(line) if listing else None)
        if found is not None:
            yield Note(found[0], number, found[1], found[2], scanned=True)
        if not _is_tabbed(line):
            head = _BLOCK.match(line)
            block = (len(head.group(1)), 0) if head and found is None else None
        is_list = line.rstrip().endswith(":") or "#" in line
        listing = (is_list and bool(signs.list_key.match(line))) or (listing and _is_item(line))


_Found = tuple[str, int, dict[str, object]]


@dataclass(frozen=True, slots=True)
class _Signs:
    """What betrays a mistyped line, for the keys that a file may hold."""

    glued: re.Pattern[str]
    dash: re.Pattern[str]
    bar: re.Pattern[str]
    in_braces: re.Pattern[str]
    list_key: re.Pattern[str]

    @classmethod
    def of(cls, keys: frozenset[str]) -> "_Signs":
        words = keys | set(chinese_keys())
        known = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        lists = "|".join(sorted(keys & _LIST_KEYS)) or "(?!)"
        return cls(
            re.compile(rf"^([ ]*(?:- +)*)({known})\s*(：\s*|:(?=[^\s]))(.*)$"),
            re.compile(rf"^([ ]*)(?:-\t*|[－—–•·] ?)((?:{known}) *[:：].*)$"),
            re.compile(rf"^([ ]*(?:- +)*(?:{known}): *)[｜丨](?:[ ]*)$"),
            re.compile(rf"([{{,，]\s*)({known})\s*([:：])([ ]*)(?=[^\s}}])"),
            re.compile(rf"^[ ]*(?:- +)*(?:{lists}):[ ]*(?:#.*)?$"),
        )


def _margin(lines: list[str], at: int, block: tuple[int, int] | None) -> _Found | None:
    """Find a margin of tabs or wide blanks; `block` is the text that the line may belong to."""
    line = lines[at]
    if line.startswith(_MARK):  # of a file that was put behind another one
        return "control_character", 1, {"code": f"U+{ord(_MARK):04X}"}
    margin = line[: len(line) - len(line.lstrip())]
    if not margin.strip(" "):
        return None
    width = sum(2 if sign == "\t" else 1 for sign in margin)
    text = 0 if block is None else block[1] or block[0] + 2
    width = max(width, text) if text else indents.meant(lines, at, width)
    code = "tab_indent" if "\t" in margin else "wide_indent"
    fixed = " " * width + line.strip()
    return code, 1, {"want": width, "shown": _short(line), "fixed": fixed[:_SHOWN]}


def _look_at(line: str, signs: _Signs) -> _Found | None:
    """Find what is wrong with one line outside a block of text."""
    indent = len(line) - len(line.lstrip(" "))
    if line[0] in "<=>" and _MERGE.match(line):
        return "merge_mark", 1, {"shown": _short(line)}
    if found := signs.dash.match(line):
        fixed = f"{found.group(1)}- {found.group(2)}"
        return "no_dash", indent + 1, told(line, fixed)
    if found := signs.glued.match(line):
        head, key, colon, value = found.groups()
        code = "wide_colon" if colon.startswith("：") else "no_space"
        fixed = f"{head}{chinese_keys().get(key, key)}: {value}"
        return code, found.start(3) + 1, {"key": key, **told(line, fixed)}
    if line[-1] in "｜丨 " and (found := signs.bar.match(line)):
        return "wide_bar", found.end(1) + 1, told(line, f"{found.group(1)}|")
    return _in_braces(line, signs)


def _in_braces(line: str, signs: _Signs) -> _Found | None:
    """Find full-width signs, and colons without a blank, where a mapping stands in braces."""
    if "{" not in line and "｛" not in line:
        return None
    head, value = _parts(line)
    if not value.startswith(("{", "｛")) or not value.endswith(("}", "｝")):
        return None
    if _IN_BRACES.search(value):  # nothing behind the sign is read, not even the brace
        fixed = _IN_BRACES.sub(lambda one: f'{one[1]}"{one[2].rstrip()}"', value)
        return "cut_brace", len(head) + value.index("#") + 1, told(line, head + fixed)
    inner = f"{{{value[1:-1]}}}"
    wrong = inner != value
    for found in signs.in_braces.finditer(inner):
        wrong |= found[3] == "：" or found[1].startswith("，") or not found[4]
    fixed = signs.in_braces.sub(lambda one: f"{one[1].replace('，', ', ')}{one[2]}: ", inner)
    return ("brace_signs", len(head) + 1, told(line, head + fixed)) if wrong else None


def _bullet(line: str) -> _Found | None:
    """Find a list item that begins with another sign than a dash: ·, —, 1., ①."""
    found = _BULLET.match(line)
    if found is None:
        return None
    return "no_dash", found.end(1) + 1, told(line, f"{found.group(1)}- {found.group(2)}")


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ") or _BULLET.match(line) is not None


def _is_tabbed(line: str) -> bool:
    return bool(line[: len(line) - len(line.lstrip())].strip(" "))


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
    if mark is not None and "cannot start any token" in problem and mark.column >= start_of(line):
        return _inside_braces(line, number, mark.column)
    code, fixed = _cause(line, problem, context)
    data = {"sign": _parts(line)[1][:1], **told(line, fixed)}
    if code in ("bad_indent", "no_key") and (found := indents.cause(lines, number)):
        code, data = found
        return Note(code, number + 1, len(line) - len(line.lstrip()) + 1, data)
    col = start_of(line) if code == "special_start" else (mark.column if mark else 0) + 1
    return Note(code, number + 1, col, data)


def _inside_braces(line: str, number: int, column: int) -> Note:
    """Tell of a sign that needs quotes inside braces or brackets: {unit: %}."""
    found = re.match(r"[^,}\]]+", line[column:])
    text = found.group().rstrip() if found else line[column:]
    fixed = f'{line[:column]}"{text}"{line[column + len(text) :]}'
    data = {"sign": line[column : column + 1], **told(line, fixed)}
    return Note("special_start", number + 1, column + 1, data)


def _cause(line: str, problem: str, context: str) -> tuple[str, str]:
    """Name the likely cause of a syntax error on `line`, with the line as it should be."""
    head, value = _parts(line)
    if "unexpected end of stream" in problem and "quoted" in context:
        return "open_quote", line.rstrip() + (value[:1] if value[:1] in "\"'" else '"')
    if value.startswith(("|", ">")):
        return "block_text", f"{head}{value[0]} ⏎ {value[1:].strip()}"
    if value.startswith(("[", "{")) and "flow" in context:
        text = head.strip().rstrip(":").removeprefix("- ").removesuffix("_en") or "-"
        lacking = value.count("{") - value.count("}")
        if _MAPPING.match(value) and lacking > 0 and ", " in value:
            return "open_brace", line.rstrip() + "}" * lacking
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
