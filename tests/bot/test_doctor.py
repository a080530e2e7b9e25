"""The doctor: what it says about each thing that can be wrong, and that advice comes with it."""

import os
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.config import SHIPPED_CONTENT, Config
from bot.core.texts import catalogue, plain
from bot.service.content_state import ContentState, look_at
from bot.service.doctor import (
    Level,
    Line,
    TelegramState,
    charts_line,
    disk_line,
    examine,
    sqlite_line,
)
from bot.service.lock import only_instance
from bot.service.pictures import Pictures, Trouble
from bot.service.understanding import Look, State
from bot.storage.migrate import migrate

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
FINE = ContentState(errors=0, warnings=0, entries=40, to_review=0, years=frozenset({2026, 2027}))
GOOD = TelegramState(
    username="desk_bot", is_forum=True, is_admin=True, can_manage_topics=True, can_pin=True
)
ABSENT = Look(State.ABSENT)
TOKEN = "123456789:AAGGuu-0123456789abcdefghijklmnopqr"


def config(tmp_path: Path, **more: object) -> Config:
    places = {"database": f"sqlite:{tmp_path}/data/bot.sqlite3", "knowledge": str(tmp_path)}
    return Config.model_validate({**places, "web": {"port": 0}, **more})


def told(
    config: Config,
    subject: str,
    *,
    now: datetime = NOW,
    file: Path | None = None,
    content: ContentState = FINE,
    telegram: TelegramState | None = None,
    semantic: Look = ABSENT,
) -> list[tuple[Level, str]]:
    """Return level and message of the lines about one subject; every finding must say what to do."""
    lines = examine(
        config, now=now, config_file=file, content=content, telegram=telegram, semantic=semantic
    )
    assert all(bool(line.what_to_do) == (line.level is not Level.OK) for line in lines)
    wanted = plain(f"doctor_subject_{subject}")
    return [(line.level, line.message) for line in lines if line.subject == wanted]


def test_a_fresh_demo_has_no_error(tmp_path: Path) -> None:
    lines = examine(
        config(tmp_path), now=NOW, config_file=None, content=FINE, telegram=None, semantic=ABSENT
    )
    assert not [line for line in lines if line.level is Level.ERROR]
    assert len({line.subject for line in lines}) == 9


def test_a_line_names_level_subject_finding_and_advice() -> None:
    line = Line(Level.ERROR, "磁盘", "满了 <100%>。", "清理。")
    assert str(line) == "[error 错误] 磁盘: 满了 <100%>。→ 清理。"
    assert str(Line(Level.OK, "磁盘", "好。")) == "[ok 正常] 磁盘: 好。"


def test_a_readable_file_with_a_token_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("")
    secret = config(tmp_path, telegram={"token": TOKEN}, staff=({"name": "a", "role": "admin"},))
    file.chmod(0o644)
    assert Level.WARNING in [level for level, _ in told(secret, "config", file=file)]
    file.chmod(0o600)
    assert [level for level, _ in told(secret, "config", file=file)] == [Level.OK, Level.WARNING]
    public = secret.model_copy(
        update={"web": secret.web.model_copy(update={"public_url": "https://a.example"})}
    )
    assert [level for level, _ in told(public, "config", file=file)] == [Level.OK]


@pytest.mark.parametrize(
    ("written", "near"), [("jichuu", "jichu"), ("基础教育股", "jichu"), ("zzz", "")]
)
def test_staff_in_a_department_that_does_not_exist_are_named_with_the_one_meant(
    tmp_path: Path, written: str, near: str
) -> None:
    staff = ({"name": "陈老师", "role": "staff", "departments": ["jicai", written]},)
    content = replace(FINE, departments={"jichu": "基础教育股", "jicai": "计划财务股"})
    lines = examine(
        config(tmp_path, staff=staff),
        now=NOW,
        config_file=None,
        content=content,
        telegram=None,
        semantic=ABSENT,
    )
    [line] = [line for line in lines if line.level is Level.ERROR]
    assert f"陈老师 的科室“{written}”没有写在 routing.yaml 里" in line.message
    assert ("是不是想写“jichu”" in line.what_to_do) is bool(near)
    assert "jichu, jicai" in line.what_to_do


def test_of_unreadable_content_no_department_is_asked(tmp_path: Path) -> None:
    staff = ({"name": "a", "role": "admin", "departments": ["jicai"]},)
    unread = replace(FINE, years=None, departments=None)
    assert "jicai" not in str(told(config(tmp_path, staff=staff), "config", content=unread))


def test_outside_the_demo_somebody_must_be_admin(tmp_path: Path) -> None:
    assert (Level.WARNING, plain("doctor_no_admin")) in told(
        config(tmp_path, demo="false"), "config"
    )


@pytest.mark.parametrize(
    ("state", "subject", "level", "key"),
    [
        (TelegramState(problem="Unauthorized"), "token", Level.ERROR, "token_bad"),
        (GOOD, "token", Level.OK, "token_good"),
        (GOOD, "receive", Level.OK, "receive_polling"),
        (TelegramState(webhook_url="https://x"), "receive", Level.ERROR, "webhook_in_the_way"),
        (TelegramState(webhook_error="timeout"), "receive", Level.WARNING, "webhook_fails"),
        (GOOD, "group", Level.OK, "group_good"),
        (TelegramState(group_problem="chat not found"), "group", Level.ERROR, "group_bad"),
        (TelegramState(), "group", Level.ERROR, "not_admin"),
        (TelegramState(is_admin=True, is_forum=True), "group", Level.ERROR, "no_topic_right"),
        (TelegramState(is_admin=True), "group", Level.WARNING, "no_forum"),
        (
            TelegramState(is_admin=True, is_forum=True, can_manage_topics=True),
            "group",
            Level.WARNING,
            "no_pin_right",
        ),
        (TelegramState(), "privacy", Level.ERROR, "privacy_mode"),
        (TelegramState(reads_all_messages=True), "privacy", Level.OK, "sees_messages"),
        (GOOD, "privacy", Level.OK, "sees_messages"),
    ],
)
def test_what_telegram_said_becomes_a_line(
    tmp_path: Path, state: TelegramState, subject: str, level: Level, key: str
) -> None:
    asked = config(tmp_path, telegram={"token": TOKEN, "staff_chat": -100})
    expected = plain(
        f"doctor_{key}",
        problem=state.problem or state.webhook_error or state.group_problem,
        username=state.username,
    )
    assert told(asked, subject, telegram=state) == [(level, expected)]


def test_a_group_that_became_a_supergroup_is_examined_where_it_is_now(tmp_path: Path) -> None:
    asked = config(tmp_path, telegram={"token": TOKEN, "staff_chat": -4001})
    found = told(asked, "group", telegram=replace(GOOD, group_moved_to=-1001))
    assert [level for level, _ in found] == [Level.WARNING, Level.OK]
    assert "-1001" in found[0][1]


def test_why_telegram_failed_is_told_in_words(tmp_path: Path) -> None:
    asked = config(tmp_path, telegram={"token": TOKEN})
    [(_, message)] = told(asked, "token", telegram=TelegramState(problem="no_connection"))
    assert "网络连接不上。" in message
    [(_, message)] = told(asked, "token", telegram=TelegramState(problem="Not Found"))
    assert "Not Found。" in message


def test_a_token_without_a_staff_group_is_a_warning(tmp_path: Path) -> None:
    asked = config(tmp_path, telegram={"token": TOKEN})
    assert told(asked, "group", telegram=GOOD) == [(Level.WARNING, plain("doctor_no_group"))]


def test_a_taken_port_is_an_error_unless_the_desk_itself_has_it(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings = config(tmp_path, web={"port": other.getsockname()[1]})
        assert [level for level, _ in told(settings, "web")] == [Level.ERROR]
        with only_instance(settings.database_path, now=NOW):
            assert [level for level, _ in told(settings, "web")] == [Level.OK]
    assert [level for level, _ in told(settings, "web")] == [Level.OK]


def test_the_database_is_looked_into(tmp_path: Path) -> None:
    settings = config(tmp_path)
    path = settings.database_path
    assert told(settings, "database")[0][0] is Level.OK  # none yet is fine
    migrate(path)
    assert told(settings, "database")[0][0] is Level.OK
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO migrations VALUES (9999, 'later', '', '')")
    level, message = told(settings, "database")[0]
    assert level is Level.ERROR
    assert "9999" in message
    path.write_bytes(b"not a database" * 1000)
    assert told(settings, "database")[0][0] is Level.ERROR


def test_a_database_that_serve_would_refuse_is_an_error_here_too(tmp_path: Path) -> None:
    settings = config(tmp_path)
    path = settings.database_path
    migrate(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE migrations SET sha256 = 'other' WHERE number = 2")
    level, message = told(settings, "database")[0]
    assert level is Level.ERROR
    assert "0002" in message
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE migrations (id INTEGER, migration TEXT, batch INTEGER)")
    level, message = told(settings, "database")[0]
    assert level is Level.ERROR
    assert "another program" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert told(config(tmp_path), "database")[0][0] is Level.ERROR


def test_sqlite_and_disk_are_judged_by_figures() -> None:
    assert sqlite_line((3, 51, 2)).level is Level.WARNING
    assert sqlite_line((3, 51, 3)).level is Level.OK
    folder, gb = Path("/data"), 2**30
    assert disk_line(folder, 50 * gb, 100 * gb).level is Level.OK
    assert disk_line(folder, 4 * gb, 100 * gb).level is Level.WARNING
    assert disk_line(folder, gb, 10 * gb).level is Level.WARNING
    assert disk_line(folder, gb // 10, gb).level is Level.ERROR
    assert disk_line(Path("/proc"), 0, 0).level is Level.ERROR


@pytest.mark.parametrize(
    ("now", "years", "level"),
    [
        (datetime(2026, 10, 31, 15, tzinfo=UTC), {2026}, Level.OK),
        (datetime(2026, 10, 31, 16, tzinfo=UTC), {2026}, Level.WARNING),  # November in Shanghai
        (datetime(2026, 12, 1, tzinfo=UTC), {2026, 2027}, Level.OK),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), {2026}, Level.ERROR),  # already 2027 in Shanghai
    ],
)
def test_a_calendar_without_next_year_is_told_in_time(
    tmp_path: Path, now: datetime, years: set[int], level: Level
) -> None:
    content = ContentState(0, 0, 40, 0, frozenset(years))
    assert told(config(tmp_path), "calendar", now=now, content=content)[0][0] is level


def test_content_is_summed_up(tmp_path: Path) -> None:
    years = frozenset({2026})
    settings = config(tmp_path)
    assert told(settings, "content", content=ContentState(2, 1, 40, 0, years))[0][0] is Level.ERROR
    assert (
        told(settings, "content", content=ContentState(0, 1, 40, 0, years))[0][0] is Level.WARNING
    )
    found = told(settings, "content", content=ContentState(0, 0, 40, 3, years))
    assert [level for level, _ in found] == [Level.OK, Level.WARNING]


@pytest.mark.untraced
def test_a_folder_of_content_is_read_and_counted(tmp_path: Path) -> None:
    shipped = look_at(SHIPPED_CONTENT, today=date(2026, 11, 23))
    assert shipped.entries >= 40
    assert shipped.years is not None
    assert 2026 in shipped.years
    (tmp_path / "faq").mkdir()
    broken = look_at(tmp_path, today=date(2026, 11, 23))
    assert broken.errors > 0
    assert broken.years is None
    assert told(config(tmp_path), "calendar", content=broken) == []
    assert told(config(tmp_path), "content", content=broken)[0][0] is Level.ERROR


def test_an_entry_past_its_review_is_counted(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "fees.yaml").write_text(
        "- {id: a, question: 幼儿园一个月收多少钱, answer: 看公示, sample: true, review_by: 2026-11-22}\n"
        "- {id: b, question: 怎么给孩子办转学, answer: 找学校, sample: true, review_by: 2026-11-23}\n",
        encoding="utf-8",
    )
    state = look_at(tmp_path, today=date(2026, 11, 23))
    assert (state.errors, state.entries, state.to_review) == (0, 2, 1)


def test_every_sentence_of_advice_belongs_to_a_finding() -> None:
    keys = {key for key in catalogue("zh") if key.startswith("doctor_")}
    assert all(key.removesuffix("_do") in keys for key in keys if key.endswith("_do"))


@pytest.mark.parametrize("trouble", Trouble)
def test_without_charts_it_is_a_warning_that_says_why_and_what_to_do(trouble: Trouble) -> None:
    line = charts_line(trouble)
    assert line.level is Level.WARNING  # figures come as text: nothing is broken
    assert "只发文字" in line.message
    assert "scripts/setup.sh charts" in line.what_to_do


def test_where_charts_can_be_drawn_doctor_says_so() -> None:
    assert charts_line(Pictures().trouble()).level is Level.OK


@pytest.mark.parametrize("state", list(State))
def test_the_semantic_layer_is_named_and_only_a_broken_one_is_a_warning(
    tmp_path: Path, state: State
) -> None:
    look = Look(state, problem="OSError", version="multilingual-e5-small")
    [(level, message)] = told(config(tmp_path), "semantic", semantic=look)
    assert level is (Level.WARNING if state is State.BROKEN else Level.OK)
    if state is State.ABSENT:
        assert "requirements-semantic.lock" in message
    if state is State.BROKEN:
        assert "OSError" in message
