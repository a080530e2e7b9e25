"""What an editor may have meant otherwise in the tables: a school almost known, totals, columns swapped, a year copied.

Floor 0. Only `check` asks, and these are warnings: a table may hold schools that schools.yaml does not know, and two
tables may be of one year.
"""

from collections.abc import Iterable, Iterator, Sequence, Set

from knowledge.figure_words import figure_words
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.schools import School, find_schools, key_of
from knowledge.tables import Table

_TOTALS = frozenset({"合计", "总计", "小计", "共计", "总数", "总和", "全区", "全区合计"})


def check_names(tables: Sequence[Table], schools: Sequence[School]) -> Iterator[Problem]:
    """Warn of what stands in the columns of schools, each name once a table, and is hardly meant as it stands."""
    yield from _check_schools(tables, schools)
    known = {key_of(name) for school in schools for name in (school.name, *school.aliases)}
    for table in tables:
        yield from _check_places(table, known)


def _check_places(table: Table, known: Set[str]) -> Iterator[Problem]:
    """Warn once of a table whose schools stand in another column: the cells changed places, the headings did not."""
    headings = figure_words().roles["school"]
    names = [column.name for column in table.columns]
    places = [place for place, name in enumerate(names) if name in headings]
    for line, row in zip(table.lines, table.rows, strict=True):
        here = [row[place] for place in places]
        if not any(here) or any(key_of(cell) in known for cell in here):
            continue
        for place, cell in enumerate(row):
            if names[place] in table.key and cell and key_of(cell) in known:
                told = say(
                    "columns_swapped", name=cell, column=names[place], other=names[places[0]]
                )
                yield Problem(table.file, line, place + 1, told, error=False)
                return


def _check_schools(tables: Iterable[Table], schools: Sequence[School]) -> Iterator[Problem]:
    """Warn of a name that is like a known school, and of one that several schools share."""
    owners: dict[str, set[str]] = {}
    for school in schools:
        for name in (school.name, *school.aliases):
            owners.setdefault(key_of(name), set()).add(school.name)
    full = {key_of(school.name) for school in schools}
    for table in tables:
        for column, line, cell in _cells(table):
            key = key_of(cell)
            known = owners.get(key, set())
            if cell in _TOTALS:  # it would stand among the schools in a comparison, as the largest
                told = say("total_row", name=cell)
            elif len(known) > 1 and key not in full:
                told = say("school_shared", name=cell, names=", ".join(sorted(known)))
            elif not known and (like := find_schools(schools, cell).schools):
                told = say("school_like", name=cell, like=like[0].name)
            else:
                continue
            yield Problem(table.file, line, column + 1, told, error=False)


def check_years(tables: Iterable[Table]) -> Iterator[Problem]:
    """Warn of two tables of one kind and year that have a row in common: one is a copy whose year was not changed."""
    seen: dict[tuple[object, ...], Table] = {}
    for table in tables:
        columns = tuple(column.name for column in table.columns)
        other = seen.setdefault((table.kind, table.school_year, table.key, columns), table)
        if other is not table and table.by_key.keys() & other.by_key.keys():
            told = say("same_year", title=table.title, other=other.title, year=table.school_year)
            yield Problem(table.file, 1, 1, told, error=False)


def _cells(table: Table) -> Iterator[tuple[int, int, str]]:
    """Give each name in a column of schools once: column, line, name."""
    headings = figure_words().roles["school"]
    for column, described in enumerate(table.columns):
        if described.name not in headings:
            continue
        seen: set[str] = set()
        for line, row in zip(table.lines, table.rows, strict=True):
            if row[column] and row[column] not in seen:
                seen.add(row[column])
                yield column, line, row[column]
