"""`gaps` and `review` on the command line: what they print, and what they exit with."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import run_bot
from bot.core.turn import Asked
from bot.storage import store
from tests.bot.bureau import open_bureau
from tests.bot.content import FAQ, give_content

DRONE = "无人机社团怎么报名"
SOURCED = FAQ.replace("  sample: true\n", "  source: {title: 办法}\n")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Write a configuration with a database in which three people asked in vain."""
    bureau = open_bureau(tmp_path / "bot.sqlite3")
    give_content(bureau, tmp_path / "content").write_text(SOURCED, encoding="utf-8")
    bureau.clock.now = datetime.now(UTC) - timedelta(days=2)
    for chat, text in enumerate((DRONE, DRONE, "孩子近视手术能报销吗")):
        person, asked = bureau.parent(str(chat)), Asked(text, "miss")
        bureau.do(lambda job, p=person, a=asked: store.record_asked(job.tx, p.id, a, job.now))  # type: ignore[misc]
    bureau.office.db.close()
    path = tmp_path / "config.yaml"
    path.write_text(
        f"database: sqlite:{tmp_path / 'bot.sqlite3'}\nknowledge: {tmp_path / 'content'}\n"
    )
    return path


def content(settings: Path, text: str) -> None:
    (settings.parent / "content" / "faq" / "desk.yaml").write_text(text, encoding="utf-8")


def test_gaps_are_printed_by_people(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bot.main(["gaps", "--config", str(settings)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"2\t{DRONE}\t")
    assert second.startswith("1\t孩子近视手术能报销吗\t")


def test_gaps_as_json_hold_all_that_is_known(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["gaps", "--json", "--config", str(settings)]) == 0
    first, _ = json.loads(capsys.readouterr().out)
    assert (first["question"], first["people"], first["times"]) == (DRONE, 2, 2)
    assert first["nearest"] is None or isinstance(first["nearest"][1], float)


def test_gaps_of_the_last_day_are_none(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bot.main(["gaps", "--days", "1", "--config", str(settings)]) == 0
    assert capsys.readouterr().out == "近 1 天没有答不上来的问题。\n"


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999", "9" * 5000, "１"])
def test_a_strange_number_of_days_is_wrong_use(days: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run_bot.main(["gaps", f"--days={days}"])
    assert ended.value.code == 2


def test_without_a_database_there_are_no_gaps(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = settings.parent / "bot.sqlite3"
    database.unlink()
    assert run_bot.main(["gaps", "--json", "--config", str(settings)]) == 0
    assert capsys.readouterr().out == "[]\n"
    assert not database.exists()


def test_review_of_content_in_order_is_0(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["review", "--config", str(settings)]) == 0
    assert "没有需要处理的条目" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("review_by: 2020-01-01", 1, "desk.yaml:11: 复核已过期(2020-01-01) meal-fee"),
        ("valid_until: 2020-01-01", 1, "desk.yaml:11: 已失效(2020-01-01) meal-fee"),
        ("status: draft", 0, "desk.yaml:11: 草稿 meal-fee"),
        ("school_year: 2020", 0, "desk.yaml:11: 快到复核日,或学年已过(2021-08-31) meal-fee"),
    ],
)
def test_review_names_file_and_line_and_exits_1_for_what_is_late(
    settings: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, said: str
) -> None:
    content(settings, SOURCED + f"  {line}\n")
    assert run_bot.main(["review", "--config", str(settings)]) == code
    assert said in capsys.readouterr().out


def test_review_as_json(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content(settings, FAQ + "  review_by: 2020-01-01\n")
    assert run_bot.main(["review", "--json", "--config", str(settings)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(one["matter"], one["entry"], one["line"], one["date"]) for one in found] == [
        ("overdue", "meal-fee", 11, "2020-01-01"),
        ("sample", "meal-fee", 11, None),
    ]


def test_content_that_cannot_be_read_is_2(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content(settings, "- id: x\n")
    assert run_bot.main(["review", "--config", str(settings)]) == 2
    assert "desk.yaml:1:" in capsys.readouterr().err
