"""What changed between two states of the published, for whom it is news, and what is stored of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import changes, published
from knowledge.changes import Change, Sort, compare, covers, merged
from knowledge.library import SHIPPED, Library, read
from knowledge.published import Published, Text, publish
from knowledge.subjects import Kind, Subject, read_subject, short

QUOTA = """\
title: 指标到校分配表
kind: quota
school_year: 2026
source: {title: 招生计划, number: 教基5号, date: 2026-05-12}
file: quota-2026.csv
columns:
  - {name: 初中, required: true}
  - {name: 批次, required: true}
  - {name: 名额, type: number, unit: 个}
key: [初中, 批次]
"""
ROWS = "初中,批次,名额\n第三中学,第一批,30\n第三中学,第二批,15\n第四中学,第一批,26\n"
QUOTAS = Subject(Kind.TABLE, "quota")


def state(folder: Path, rows: str = ROWS, name: str = "quota-2026") -> Published:
    tables = folder / "tables"
    tables.mkdir(exist_ok=True)
    described = QUOTA.replace("quota-2026", name)
    (tables / f"{name}.yaml").write_text(described, encoding="utf-8")
    (tables / f"{name}.csv").write_text(rows, encoding="utf-8")
    snapshot, problems = read(folder)
    assert snapshot is not None, problems
    return publish(snapshot, samples=True)


def test_nothing_is_news_when_nothing_changed(folder: Path) -> None:
    assert compare(state(folder), state(folder)) == ({}, ())


def test_a_figure_is_news_for_its_table_and_its_school_only(folder: Path) -> None:
    before, after = state(folder), state(folder, ROWS.replace("一批,30", "一批,32"))
    news, figures = compare(before, after)
    [change] = figures
    assert (change.label, change.old, change.new) == (
        "2026 年 第三中学 第一批 名额",
        "30 个",
        "32 个",
    )
    assert change.source == "招生计划 · 教基5号 · 2026-05-12"
    schools = [subject for subject in news if subject.kind is Kind.SCHOOL]
    assert news[QUOTAS] == (change,)
    assert len(schools) == 1
    line = after.grids["quota-2026"].rows["第三中学\x1f第一批"]
    assert schools[0].target == line.school


def test_rows_that_come_and_go_are_told_as_rows(folder: Path) -> None:
    before = state(folder)
    after = state(folder, ROWS.replace("第四中学,第一批,26", "第五中学,第一批,9"))
    news, figures = compare(before, after)
    assert [(one.sort, one.label, one.old, one.new) for one in news[QUOTAS]] == [
        (Sort.ROW, "2026 年 第四中学 第一批", "名额 26 个", ""),
        (Sort.ROW, "2026 年 第五中学 第一批", "", "名额 9 个"),
    ]
    # who was shown the figure that went is told that it went; a new row was shown to nobody
    assert [(one.old, one.new) for one in figures] == [("26 个", "")]


def test_a_table_that_appears_is_one_piece_of_news_and_its_rows_are_for_the_schools(
    folder: Path,
) -> None:
    before = state(folder)
    after = state(folder, name="quota-2027")
    news, figures = compare(before, after)
    assert [(one.sort, one.old, one.new) for one in news[QUOTAS]] == [
        (Sort.TABLE, "", "2026 年指标到校分配表")
    ]
    assert sorted(len(own) for subject, own in news.items() if subject != QUOTAS) == [1, 2]
    assert figures == ()


def test_an_answer_is_news_with_the_line_that_differs() -> None:
    before = Published({"a": Text("怎么报名", "primary", "第一行。\n原来。", "通知")}, {})
    after = Published({"a": Text("怎么报名", "primary", "第一行。\n现在。", "通知")}, {})
    news, _ = compare(before, after)
    assert set(news) == {Subject(Kind.ENTRY, "a"), Subject(Kind.TOPIC, "primary")}
    [change] = news[Subject(Kind.ENTRY, "a")]
    assert (change.old, change.new) == ("原来。", "现在。")


@pytest.mark.parametrize(
    ("answer", "quoted"),
    [
        ("第一行。\n原来。\n多一行。", ("第一行。", "多一行。")),
        ("第一行。", ("原来。", "第一行。")),
    ],
)
def test_a_line_more_or_less_is_held_against_the_first(
    answer: str, quoted: tuple[str, str]
) -> None:
    before = Published({"a": Text("怎么报名", "primary", "第一行。\n原来。", "")}, {})
    after = Published({"a": Text("怎么报名", "primary", answer, "")}, {})
    [change] = compare(before, after)[0][Subject(Kind.ENTRY, "a")]
    assert (change.old, change.new) == quoted


def test_a_difference_far_down_a_long_line_is_not_lost() -> None:
    before = Published({"a": Text("怎么报名", "p", "长" * 90 + "甲", "")}, {})
    after = Published({"a": Text("怎么报名", "p", "长" * 90 + "乙", "")}, {})
    [change] = compare(before, after)[0][Subject(Kind.ENTRY, "a")]
    assert change.old != change.new


def test_a_source_that_changes_alone_is_no_news() -> None:
    before = Published({"a": Text("怎么报名", "p", "网上。", "通知")}, {})
    assert compare(before, replace(before, texts={"a": Text("怎么报名", "p", "网上。", "新")})) == (
        {},
        (),
    )


def change(value: tuple[str, str], name: str = "f") -> Change:
    return Change(name, Sort.FIGURE, "第三中学 名额", *value)


def test_changes_that_nobody_was_told_of_become_one() -> None:
    assert merged([change(("30", "32"))], [change(("32", "33"))]) == (change(("30", "33")),)
    assert merged([change(("30", "32"))], [change(("32", "30"))]) == ()
    both = merged([change(("30", "32"))], [change(("1", "2"), "g")])
    assert [one.id for one in both] == ["f", "g"]


def test_only_who_knows_all_of_it_needs_no_second_message() -> None:
    wide = (change(("30", "32")), change(("1", "2"), "g"))
    assert covers(wide, (change(("31", "32")),))
    assert not covers(wide, (change(("32", "33")),))
    assert not covers(wide[:1], wide)


def test_what_is_stored_reads_back_the_same() -> None:
    shipped = publish(Library(SHIPPED).current, samples=True)
    assert published.from_lines(published.to_lines(shipped)) == shipped
    news = (change(("30", "32")), replace(change(("", "x"), "r"), where=("t", "k", "c")))
    assert changes.from_json(changes.to_json(news)) == news


def test_samples_are_no_news_for_people_outside_the_demo() -> None:
    snapshot = Library(SHIPPED).current
    real = publish(snapshot, samples=False)
    assert real.grids == {}
    assert 0 < len(real.texts) < len(publish(snapshot, samples=True).texts)


@pytest.mark.parametrize("data", ["", "x", "school:", "nobody:a", ":a", "school"])
def test_a_forged_subject_is_none(data: str) -> None:
    assert read_subject(data) is None


def test_a_target_fits_a_button_whatever_the_name() -> None:
    for name in ("ms-third", "2026 年下半年公开招聘" * 5, "a" * 200, "=第三中学", "a:b"):
        subject = Subject(Kind.SCHOOL, short(name))
        assert len(f"unsub:{subject.data}") <= 64
        assert ":" not in subject.target
        assert read_subject(subject.data) == subject
