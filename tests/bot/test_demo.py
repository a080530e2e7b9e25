"""The demo's cases: in every state, true to the clock, marked, owed to nobody, and only for an empty database."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

import run_bot
from bot.commands.settling import settle
from bot.core.cases import CaseView, Kind, Status, is_overdue
from bot.core.config import Config
from bot.core.people import Role
from bot.core.workdays import local_day
from bot.service import demo
from tests.bot.bureau import Bureau

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 16, 30, tzinfo=UTC)  # past midnight in Shanghai: a Sunday there
NATIONAL_HOLIDAY = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 0, 10, tzinfo=UTC)


def furnished(bureau: Bureau, now: datetime = MONDAY) -> int:
    bureau.clock.now = now
    departments = tuple(bureau.office.library.current.routing.departments)
    bureau.hires("陈老师", departments=departments)
    bureau.hires("钱主任", Role.SUPERVISOR)
    return bureau.do(demo.furnish)


def cases(bureau: Bureau) -> list[CaseView]:
    numbers = [row["number"] for row in bureau.rows("SELECT number FROM cases ORDER BY id")]
    return [bureau.case(number) for number in numbers]


@pytest.mark.parametrize("now", [MONDAY, SATURDAY, NATIONAL_HOLIDAY, NEW_YEAR])
def test_there_is_one_of_everything_whatever_the_day_is(bureau: Bureau, now: datetime) -> None:
    made = furnished(bureau, now)
    shown = cases(bureau)
    assert made == len(shown) >= 12
    assert {one.status for one in shown} == set(Status)
    assert {one.kind for one in shown} == set(Kind)
    waiting = [one for one in shown if one.status in (Status.RECEIVED, Status.ASSIGNED)]
    assert [one for one in waiting if is_overdue(one, now)]
    assert [one for one in waiting if one.urgent]
    assert [one for one in waiting if one.redone]
    if now == MONDAY:
        assert [one for one in waiting if local_day(one.due_at) == local_day(now)]
    history = bureau.rows("SELECT case_id, at FROM events ORDER BY id")
    for case in shown:
        moments = [row["at"] for row in history if row["case_id"] == case.id]
        assert moments == sorted(moments)
    assert max(row["at"] for row in history) <= f"{now:%Y-%m-%dT%H:%M:%S.999999Z}"


def test_every_one_is_marked_and_nothing_is_owed_to_anybody(bureau: Bureau) -> None:
    furnished(bureau)
    assert all("示例" in row["title"] for row in bureau.rows("SELECT title FROM cases"))
    opened = bureau.rows("SELECT text FROM events WHERE kind = 'opened'")
    assert all(row["text"].startswith("【示例】") for row in opened)
    assert bureau.owed() == []
    lost = bureau.rows("SELECT 1 FROM events WHERE kind = 'undelivered'")
    assert len(lost) == bureau.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 1


def test_where_somebody_has_written_nothing_is_added(bureau: Bureau) -> None:
    bureau.parent("501")
    assert furnished(bureau) == 0
    assert cases(bureau) == []


def test_a_second_start_adds_nothing(bureau: Bureau) -> None:
    assert furnished(bureau)
    assert bureau.do(demo.furnish) == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"demo": "false"},
        {"telegram": {"token": "123456789:AAGGuu-0123456789abcdefghijklmnopqr"}, "demo": "true"},
        {"staff": ({"name": "赵老师", "role": "staff"},)},
    ],
)
def test_a_desk_at_work_never_gets_them(bureau: Bureau, settings: dict[str, object]) -> None:
    bureau.do(lambda job: settle(job, Config.model_validate(settings)))
    assert cases(bureau) == []
    bureau.do(lambda job: settle(job, Config()))
    assert cases(bureau)


def test_a_reset_moves_what_was_there_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "files").mkdir(parents=True)
    (tmp_path / "data" / "files" / "a").write_text("evidence")
    sqlite3.connect(tmp_path / "data" / "bot.sqlite3").close()
    assert run_bot.main(["reset-demo"]) == 0
    assert "演示已重置" in capsys.readouterr().out
    assert not (tmp_path / "data" / "bot.sqlite3").exists()
    [aside] = (tmp_path / "data").glob("before-reset-*")
    assert (aside / "bot.sqlite3").exists()
    assert (aside / "files" / "a").read_text() == "evidence"
    assert run_bot.main(["reset-demo"]) == 0  # nothing there: nothing kept
    assert len(list((tmp_path / "data").glob("before-reset-*"))) == 1


@pytest.mark.parametrize("line", ["demo: false", "staff: [{name: a, role: admin}]"])
def test_outside_the_demo_a_reset_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    file, database = tmp_path / "config.yaml", tmp_path / "bot.sqlite3"
    file.write_text(f"{line}\ndatabase: sqlite:{database}\n", encoding="utf-8")
    database.write_bytes(b"")
    assert run_bot.main(["reset-demo", "--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("reset-demo: only in the demo")
    assert said.count("\n") == 1
    assert database.exists()
