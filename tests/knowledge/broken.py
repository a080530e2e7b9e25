"""Hundreds of ways to break a content folder; each is a name and what it does to the folder."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.knowledge.conftest import FEES, TRANSFER

Break = Callable[[Path], object]

SYNTAX = [
    "*",
    "&",
    "@",
    "`",
    "%",
    "!",
    "{",
    "[",
    "{学校}",
    "[通知]",
    "{a: b",
    "[a, b",
    "'",
    '"',
    '"a"b',
    "'a'b",
    "a: b",
    "- a",
    "|a",
    ">a",
    "? a",
    "!!python/object/apply:os.system [ls]",
    "!!binary x",
    "&a b",
    "*a",
    "}",
    "]",
    ", a",
    "\t: a",
]
FIELDS = [
    "id: 中文", "id: A B", "id: ''", "id: [a]", "id: {a: b}", "question: ''", "question:", "question: [a]", "question: {学校}",
    "answer: ''", "answer:", "answer: [a, b]", "phrasings: a", "phrasings: ['']", "phrasings: [[a]]", "phrasings: {a: b}",
    "source: 法", "source: []", "source: {}", "source: {titel: 法}", "source: {title: ''}", "source: {title: 法, url: 法}",
    "source: {title: 法, date: 2018-13}", "stage: 小学", "stage: [primary]", "valid_from: 明天", "valid_from: 2026-13-01",
    "valid_from: 2026-02-30", "valid_from: 2026/02/03", "valid_until: [2026-01-01]", "school_year: 二〇二六", "school_year: 99999",
    "checked_on: 8:30", "review_by: on", "sample: 也许", "sample: [true]", "status: gone", "related: nothing", "related: [gone]",
    "related: ['A b']", "question_en: [a]", "answer_en: {a: b}", "phrasings_en: a", "anwser: a", "Question: a", "on: a", "<<: {a: b}",
    "答案: a", "question：a", "question:a", "valid_from: 2027-01-01\n  valid_until: 2026-01-01", "checked_on: 2027-01-01\n  review_by: 2026-01-01",
]  # fmt: skip
BYTES = {
    "empty": b"", "nul": b"\0" * 100, "utf-16": FEES.encode("utf-16"), "gb18030": FEES.encode("gb18030"), "big5": "學費".encode("big5"),
    "latin-1": "fran\xe7ais".encode("latin-1"), "lone surrogate": b"- id: \xed\xa0\x80\n", "bell": FEES.encode() + b"\x07", "escape": b"\x1b[31m" + FEES.encode(),
    "binary": bytes(range(256)), "zip": b"PK\x03\x04" + bytes(50), "only comment": "# 说明\n".encode(), "spaces": b"   \n\n", "text": "学费".encode(),
    "two documents": (FEES + "---\n" + FEES).encode(), "null": b"null\n", "directive": b"%YAML 9.9\n---\n- a\n", "huge": b"# " + b"x" * 4_000_001,
    "brackets": b"[" * 200_000, "dashes": b"- " * 100_000, "braces": b"{a: " * 50_000, "indent": b"".join(b" " * n + b"a:\n" for n in range(500)),
    "recursion": b"&a [*a]\n", "undefined alias": b"- *nobody\n", "laughs": b"a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]\n",
    "wide laughs": b"- &a [x]\n" + b"- [*a,*a,*a,*a]\n" * 5000, "merge": b"- &a {id: a}\n- {<<: *a, question: b}\n", "complex key": b"- ? [a, b]\n  : c\n",
    "long line": b"- id: a\n  question: " + b"x" * 100_000 + b"\n  answer: b\n", "html": b"<html><body>502 Bad Gateway</body></html>",
    "conflict": f"<<<<<<< ours\n{FEES}=======\n{TRANSFER}>>>>>>> theirs\n".encode(), "json": b'{"id": "a"}',
}  # fmt: skip
OTHERS = {
    "routing.yaml": ["departments: []\n", "a: b\n", "- a\n", "departments: *x\n", "", "limits: {question: {workdays: 0}}\n", "\tdepartments:\n"],
    "calendar.yaml": ["years: []\n", "years:\n  - {year: 20x6, notice: a, holidays: []}\n", "[]\n", "", "years: {a: b}\n", "years:\n  - year: 2026\n    notice：a\n"],
    "schools.yaml": ["- {id: a}\n", "- {id: a, name: 一, kind: 大学}\n", "a\n", "", "- {id: a, name: 一, kind: primary}\n- {id: a, name: 二, kind: primary}\n"],
    "topics.yaml": ["- {id: fees}\n", "fees: 收费\n", "- {id: fees, title: 收费, order: 1}\n", ""],
    "synonyms.yaml": ["转学: [挪窝]\n", "- {word: 转学}\n", "- {word: 转学, also: []}\n", "- {word: 转学, also: 挪窝}\n"],
    "golden.yaml": ["- {question: 学费}\n", "- {question: 学费, entry: gone}\n", "- 学费\n", "学费: tuition\n", "- {question: '', entry: null}\n"],
    "tables/quota.yaml": ["title: a\n", "- a\n", "title: a\nkind: quota\nfile: ../../x.csv\ncolumns: [{name: 学校}]\nkey: [学校]\n", "title: a\nkind: quota\nfile: none.csv\ncolumns: [{name: 学校}]\nkey: [学校]\n"],
}  # fmt: skip


def breaks() -> Iterator[tuple[str, Break]]:
    """Give every way, named."""
    for text in SYNTAX:
        yield (
            f"syntax {text}",
            put("faq/fees.yaml", f"- id: tuition\n  question: {text}\n  answer: b\n"),
        )
        yield (
            f"syntax in a list {text}",
            put(
                "faq/new.yaml",
                f"- id: new\n  question: a\n  answer: b\n  phrasings:\n    - {text}\n    - c: d\n",
            ),
        )
    for text in FIELDS:
        yield (
            f"field {text}",
            put("faq/new.yaml", f"- id: new\n  question: a\n  answer: b\n  {text}\n"),
        )
    for name, data in BYTES.items():
        yield f"bytes {name}", put("faq/fees.yaml", data)
    for name, texts in OTHERS.items():
        for number, text in enumerate(texts):
            yield f"{name} {number}", put(name, text)
    yield from _mutations()
    yield from _links()


def put(name: str, data: str | bytes) -> Break:
    """Make a break that writes a file."""

    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def _mutations() -> Iterator[tuple[str, Break]]:
    """Break the file at a place of chance: half-written inside a key, or with a stray sign in front of a value."""
    chance = random.Random(20261123)
    keys = [
        at
        for at in range(len(FEES))
        if FEES.startswith(("question:", "answer:", "source:", "phrasings:", "related:"), at)
    ]
    for number in range(60):
        at = chance.choice(keys) + chance.randint(1, 5)
        yield f"half-written {number} at {at}", put("faq/fees.yaml", FEES[:at])
    values = [
        at + 2
        for at in range(len(FEES))
        if FEES.startswith(": ", at)
        and FEES[at - 1].isalpha()
        and "{" not in FEES[FEES.rfind("\n", 0, at) : at]
    ]
    for number in range(60):
        at, sign = (
            chance.choice(values),
            chance.choice(["*", "@", "`", "%", "{", "[", '"', "'", "a: ", "&", "| x"]),
        )
        yield f"stray {number} {sign} at {at}", put("faq/fees.yaml", FEES[:at] + sign + FEES[at:])


def _links() -> Iterator[tuple[str, Break]]:
    def linked(target: str) -> Break:
        def link(folder: Path) -> None:
            (folder / "faq" / "link.yaml").symlink_to(target)

        return link

    for target in (
        "/etc/passwd",
        "/dev/zero",
        "/dev/stdin",
        "../../../../../etc/hostname",
        "link.yaml",
        "gone.yaml",
        "/",
        ".",
    ):
        yield f"symlink {target}", linked(target)
    yield "a folder named .yaml", lambda folder: (folder / "faq" / "folder.yaml").mkdir()
    yield "a named pipe", lambda folder: os.mkfifo(folder / "faq" / "pipe.yaml")
    yield "no faq", lambda folder: (folder / "faq").rename(folder / "away")
    yield "faq is a file", _faq_is_a_file
    yield "folder gone", lambda folder: folder.rename(folder.with_name("away"))
    yield "one id in two files", put("faq/copy.yaml", TRANSFER)


def _faq_is_a_file(folder: Path) -> None:
    (folder / "faq").rename(folder / "away")
    (folder / "faq").write_text("x", encoding="utf-8")
