"""`staff` on the command line, and that `--config` counts wherever it stands."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import run_bot
from bot.commands.serve import who_tries_the_console
from bot.commands.settling import settle, warn_of_duties
from bot.commands.staff import WEB_ADDRESS
from bot.core.config import Config
from bot.service.lock import only_instance
from bot.storage import staffbook, store
from bot.storage.db import connect
from tests.bot.bureau import Bureau, small_library


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:{tmp_path / 'bot.sqlite3'}\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_named_configuration_is_used_wherever_it_stands_in_the_line(
    settings: str, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["staff", "add", "王老师", "--config", settings]) == 0
    words = ["staff", "link", "王老师"]
    words[place:place] = ["--config", settings]
    assert run_bot.main(words) == 0
    assert "/console/sign-in/" in capsys.readouterr().out


def test_a_link_that_was_not_written_down_is_not_printed(
    settings: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_bot.main(["staff", "add", "王老师", "--config", settings]) == 0
    capsys.readouterr()

    def full(self: object, *_: object) -> None:
        problem = sqlite3.OperationalError("database or disk is full")
        problem.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise problem

    monkeypatch.setattr("bot.commands.staff._Opened.__exit__", full)
    assert run_bot.main(["staff", "link", "王老师", "--config", settings]) == 2
    assert capsys.readouterr().out == ""


def test_a_department_that_does_not_exist_is_refused_with_the_known_ones(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["staff", "add", "王老师", "--config", settings, "--departments"]
    assert run_bot.main([*line, "jichu", "nosuch"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("staff add: no department nosuch; known here: ")
    assert "jichu" in said
    assert said.count("\n") == 1
    assert run_bot.main([*line, "jichu"]) == 0


def test_a_database_of_a_newer_release_is_left_alone(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["staff", "list", "--config", settings]) == 0
    path = Path(settings).with_name("bot.sqlite3")
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO migrations VALUES (99, '0099_later.sql', 'x', '2030')")
    assert run_bot.main(["staff", "add", "王老师", "--config", settings]) == 2
    assert "schema 99 is newer" in capsys.readouterr().err
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT count(*) FROM staff").fetchone() == (0,)


@pytest.mark.parametrize(
    "line", [["staff"], ["serve"], ["failures"], ["gaps"], ["history", "x"], ["backup", "copy"]]
)
def test_a_file_that_is_no_database_is_one_line(
    settings: str, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(settings).with_name("bot.sqlite3").write_text("a letter, and no database\n" * 40)
    arguments = [str(Path(settings).with_name(one)) if one == "copy" else one for one in line]
    assert run_bot.main([*arguments, "--config", settings]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "database: file is not a database; `run_bot.py doctor` says more"


def test_a_folder_that_cannot_be_made_is_one_line(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(settings).write_text(f"database: sqlite:{settings}/inside/bot.sqlite3\n")
    assert run_bot.main(["staff", "--config", settings]) == 2
    said = capsys.readouterr().err
    assert said.startswith("database: ")
    assert said.count("\n") == 1


def test_the_demo_lets_in_whoever_sees_most() -> None:
    people = [{"name": "陈老师", "role": "staff"}, {"name": "钱主任", "role": "supervisor"}]
    assert who_tries_the_console(Config.model_validate({"staff": people})) == "钱主任"
    people.append({"name": "赵科", "role": "admin"})
    assert who_tries_the_console(Config.model_validate({"staff": people})) == "赵科"
    assert who_tries_the_console(Config()) == "演示管理员"


def test_a_department_in_the_settings_that_does_not_exist_is_told_at_the_start_naming_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = Config.model_validate(
        {"staff": ({"name": "陈老师", "role": "staff", "departments": ("jichuu", "jicai")},)}
    )
    warn_of_duties(config, small_library())
    [record] = caplog.records
    assert record.getMessage() == ("staff.0.departments: no department jichuu; did you mean jichu?")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["  "], "name: "),
        (["x\ny"], "name: should be one line"),
        (["王老师", "--telegram", "0"], "telegram: should be greater than 0"),
        (["王老师", "--telegram", "1087968824"], "telegram: should be a person's"),
    ],
)
def test_who_cannot_be_a_member_of_the_staff_is_refused_in_one_line(
    settings: str, given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["staff", "add", *given, "--config", settings]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"staff add: {said}")
    assert line.count("\n") == 1


def test_blanks_around_a_name_are_not_part_of_it(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["staff", "add", " 王老师 ", "--config", settings]) == 0
    assert run_bot.main(["staff", "link", "王老师", "--config", settings]) == 0
    assert run_bot.main(["staff", "remove", "王老师 ", "--config", settings]) == 0


def link(path: Path, web: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Ask for a link with these settings; return what was printed, wherever."""
    database = f"database: sqlite:{path.with_name('bot.sqlite3')}\n"
    path.write_text(f"{database}web: {web}\ntelegram: {{token: '1:x'}}\n", encoding="utf-8")
    run_bot.main(["staff", "link", "王老师", "--config", str(path)])
    said = capsys.readouterr()
    return said.out + said.err


def test_a_link_leads_to_where_the_console_is(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(settings)
    assert run_bot.main(["staff", "add", "王老师", "--config", settings]) == 0
    capsys.readouterr()
    assert link(path, "{enabled: 'false'}", capsys).startswith("web.enabled: is false")
    assert link(path, "{port: 0}", capsys).startswith("web.port: is 0")
    assert link(path, "{host: '::', port: 81}", capsys).startswith("http://[::1]:81/console/")
    assert link(path, "{host: 0.0.0.0, port: 81}", capsys).startswith("http://127.0.0.1:81/")
    public = "{port: 0, public_url: 'https://desk.example'}"
    assert link(path, public, capsys).startswith("https://desk.example/console/")
    database = path.with_name("bot.sqlite3")
    with closing(connect(database)) as tx:
        store.set_fact(tx, WEB_ADDRESS, "http://127.0.0.1:45678")
    assert link(path, "{port: 0}", capsys).startswith("web.port: is 0")  # of a desk that has ended
    with only_instance(database, now=datetime.now(UTC)):
        assert link(path, "{port: 0}", capsys).startswith("http://127.0.0.1:45678/console/sign-in/")


@pytest.mark.parametrize("line", [["staff"], ["failures"], ["gaps"], ["review"], ["history", "x"]])
def test_an_empty_file_is_a_database_in_which_nothing_happened_yet(
    settings: str, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(settings).with_name("bot.sqlite3").touch()
    assert run_bot.main([*line, "--config", settings]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("line", [["staff"], ["serve"], ["failures"], ["gaps"], ["review"]])
def test_the_database_of_another_program_is_left_alone(
    settings: str, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(settings).with_name("bot.sqlite3")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE invoices (amount INTEGER)")
    assert run_bot.main([*line, "--config", settings]) == 2
    assert "is the database of another program" in capsys.readouterr().err
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def named(*people: tuple[str, str]) -> Config:
    staff = [{"name": name, "role": role} for name, role in people]
    return Config.model_validate({"demo": "false", "staff": staff})


def who_works_here(bureau: Bureau) -> list[str]:
    return [one.name for one in bureau.do(lambda job: staffbook.everybody(job.tx))]


def test_who_is_taken_out_of_the_settings_has_no_right_and_no_session_left(bureau: Bureau) -> None:
    bureau.do(lambda job: settle(job, named(("钱主任", "supervisor"), ("赵科", "admin"))))
    zhao = bureau.do(lambda job: staffbook.by_name(job.tx, "赵科"))
    assert zhao is not None
    bureau.do(lambda job: staffbook.start_session(job.tx, zhao.id, "t", "c", job.now))
    bureau.do(lambda job: settle(job, named(("钱主任", "supervisor"))))
    assert who_works_here(bureau) == ["钱主任"]
    assert bureau.value("SELECT count(*) FROM sessions") == 0
    bureau.do(lambda job: settle(job, named(("钱主任", "supervisor"), ("赵科", "staff"))))
    assert who_works_here(bureau) == ["赵科", "钱主任"]


def test_the_people_to_play_with_leave_with_the_demo(bureau: Bureau) -> None:
    bureau.do(lambda job: settle(job, Config()))
    assert "演示管理员" in who_works_here(bureau)
    bureau.do(lambda job: settle(job, named(("钱主任", "supervisor"))))
    assert who_works_here(bureau) == ["钱主任"]


def test_who_was_added_by_hand_stays_when_the_settings_name_them_no_more(
    bureau: Bureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = named(("钱主任", "supervisor"), ("王老师", "staff"))
    bureau.do(lambda job: settle(job, both))
    path = tmp_path / "config.yaml"
    people = "[{name: 王老师, role: staff}]"
    database = bureau.office.db.path
    path.write_text(f"database: sqlite:{database}\nstaff: {people}\n", encoding="utf-8")
    assert run_bot.main(["staff", "add", "王老师", "--role", "admin", "--config", str(path)]) == 0
    assert "下次启动以设置为准" in capsys.readouterr().out
    bureau.do(lambda job: settle(job, named(("钱主任", "supervisor"))))
    assert who_works_here(bureau) == ["王老师", "钱主任"]
    assert run_bot.main(["staff", "remove", "王老师", "--config", str(path)]) == 0
    assert "staff 还有王老师" in capsys.readouterr().out
