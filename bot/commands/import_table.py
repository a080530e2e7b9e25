"""`import`: take a table from a workbook or CSV of Excel, show what would change, and write it only when told to.

Floor 5. Exit codes: 0 shown or written, 1 refused, 2 wrong use.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.core.errors import ConfigError
from bot.core.texts import plain
from knowledge.library import SHIPPED
from knowledge.reading import Rows, nearest, read_one, read_rows
from knowledge.schema_desk import SchoolRow
from knowledge.schools import School, make_schools
from knowledge.table_csv import read_as_sheets
from knowledge.table_import import Change, Import, import_sheet, missing_columns, sheet_for
from knowledge.table_names import check_names
from knowledge.tables import Table, TableRow, make_table
from knowledge.workbook import Refusal, Sheet, read_workbook

CSV_NAMES = frozenset({".csv", ".txt", ".tsv"})
SCHOOLS = "schools.yaml"
MOST_SHOWN = 40  # lines of each kind of change


def import_table(folder: Path, source: Path, *, name: str | None, write: bool) -> int:
    """Import a workbook into a table of the content folder. Raises ConfigError for wrong use."""
    try:
        data = source.read_bytes()
    except OSError as error:
        raise ConfigError("import", f"{source}: {error.strerror}") from None
    tables = dict(_tables(folder))
    if name is not None and name not in tables:
        known = ", ".join(sorted(tables))
        raise ConfigError("--table", f"no table {name}{_hint(name, tables)}; there are: {known}")
    is_csv = source.suffix.lower() in CSV_NAMES and not data.startswith(b"PK")
    sheets = read_as_sheets(data, "CSV") if is_csv else read_workbook(data)
    if isinstance(sheets, Refusal):
        return _refused(source, (sheets,))
    chosen = name or _only_fit(sheets, tables, source.stem)
    if chosen is None:
        return _refused(source, (_no_table(sheets, tables),))
    described = tables[chosen]
    row = described.rows[0][0]
    sheet = sheet_for(sheets, row)
    if sheet is None:
        return _refused(source, (_no_columns(sheets, row),))
    target = folder / "tables" / row.file
    done = import_sheet(sheet, described, _old(described, target), str(target))
    if done.refused:
        return _refused(source, done.refused)
    _show(done, row.title)
    _warn(done, described, _schools(folder))
    if not done.changes:
        return 0
    if not write:
        print(plain("import.dry", file=target))
        return 0
    _replace(target, done.csv)
    print(plain("import.written", file=target, rows=done.rows))
    return 0


def _tables(folder: Path) -> Iterator[tuple[str, Rows[TableRow]]]:
    for file in sorted((folder / "tables").glob("*.yaml")):
        rows = read_one(str(file), file.read_bytes(), TableRow)
        if rows.rows:
            yield file.stem, rows


def _hint(name: str, tables: dict[str, Rows[TableRow]]) -> str:
    near = nearest(name, list(tables))
    return f" ({near})" if near else ""


def _only_fit(sheets: Sequence[Sheet], tables: dict[str, Rows[TableRow]], stem: str) -> str | None:
    """Give the table that the workbook is for: of its name, or the only one whose columns it has."""
    if stem in tables:
        return stem
    fits = [name for name, rows in tables.items() if sheet_for(sheets, rows.rows[0][0])]
    return fits[0] if len(fits) == 1 else None


def _no_table(sheets: Sequence[Sheet], tables: dict[str, Rows[TableRow]]) -> Refusal:
    fits = [name for name, rows in tables.items() if sheet_for(sheets, rows.rows[0][0])]
    names = plain("when.between").join(fits or sorted(tables))
    return Refusal("several_tables" if fits else "no_table", data=(("names", names),))


def _no_columns(sheets: Sequence[Sheet], row: TableRow) -> Refusal:
    best = min(sheets, key=lambda one: len(missing_columns(one, row)), default=None)
    if best is None:
        return Refusal("no_sheet")
    names = plain("when.between").join(missing_columns(best, row))
    return Refusal("no_columns", best.name, data=(("names", names),))


def _old(described: Rows[TableRow], target: Path) -> Table | None:
    """Read the table that is there; one that is absent or broken has nothing to compare with."""
    data = target.read_bytes() if target.is_file() else None
    return make_table("old", described, data, str(target))[0]


def _refused(source: Path, refusals: Sequence[Refusal]) -> int:
    """Print every reason with its sheet and cell."""
    for one in refusals:
        where = ":".join(part for part in (str(source), one.sheet, one.cell) if part)
        print(f"{where}: {plain(f'import.{one.code}', **dict(one.data))}", file=sys.stderr)
    print(plain("import.refused"), file=sys.stderr)
    return 1


def _show(done: Import, title: str) -> None:
    counts = Counter(one.kind for one in done.changes)
    if not counts:
        print(plain("import.same", title=title, sheet=done.sheet, rows=done.rows))
        return
    told = {kind: counts[kind] for kind in ("added", "removed", "changed")}
    print(plain("import.summary", title=title, sheet=done.sheet, rows=done.rows, **told))
    for kind in told:
        own = [one for one in done.changes if one.kind == kind]
        for change in own[:MOST_SHOWN]:
            print(_line(change))
        if len(own) > MOST_SHOWN:
            print(plain("import.more", count=len(own) - MOST_SHOWN))


def _warn(done: Import, described: Rows[TableRow], schools: Sequence[School]) -> None:
    """Name the schools that are nearly those that are known: a slip is easier put right before it is written."""
    table, _ = make_table("import", described, done.csv, done.sheet)
    for problem in check_names([table] if table is not None else [], schools):
        print(plain("import.warning", message=problem.message))


def _schools(folder: Path) -> tuple[School, ...]:
    file = folder / SCHOOLS
    if not file.is_file():
        file = SHIPPED / SCHOOLS
    return make_schools(read_rows(str(file), file.read_bytes(), SchoolRow))[0]


def _line(change: Change) -> str:
    key = ", ".join(change.key)
    if change.kind != "changed":
        return plain(f"import.{change.kind}", key=key)
    nothing = plain("import.nothing")
    cells = "; ".join(
        plain("import.cell", column=name, before=before or nothing, after=after or nothing)
        for name, before, after in change.cells
    )
    return plain("import.changed", key=key, cells=cells)


def _replace(target: Path, data: bytes) -> None:
    """Write beside the file and swap: the desk never reads half a table."""
    handle, name = tempfile.mkstemp(prefix=".import-", suffix=".csv", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
