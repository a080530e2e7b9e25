"""The settings: the file, the environment over it, and what an operator reads when something is wrong."""

from pathlib import Path

import pytest

from bot.core.config import SHIPPED_CONTENT, Config, Demo, Privacy, Receive
from bot.core.config_file import load
from bot.core.errors import ConfigError
from bot.core.people import Role

TOKEN = "123456789:AAGGuu-0123456789abcdefghijklmnopqr"


@pytest.fixture(autouse=True)
def _an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "knowledge" / "content").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)


def read(text: str, **environ: str) -> Config:
    path = Path("config.yaml")
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def problems(text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    return caught.value.lines


def test_without_a_file_the_built_in_demo_applies() -> None:
    config = load(None, {})
    assert config == Config()
    assert config.demo_on
    assert not config.telegram_on
    assert config.web_url == "http://127.0.0.1:8080"
    assert config.database_path == Path("data/bot.sqlite3")
    assert config.files_dir == Path("data/files")


def test_the_default_file_is_read_when_it_exists() -> None:
    Path("config.yaml").write_text("web: {port: 9000}\n", encoding="utf-8")
    assert load(None, {}).web.port == 9000


def test_an_empty_file_is_the_built_in_demo() -> None:
    assert read("") == Config()
    assert read("# nothing but a comment\n") == Config()


def test_a_section_left_empty_has_its_defaults() -> None:
    assert read("web:\ntelegram: null\nstaff:  # nobody yet\n") == Config()
    assert read("web:\n", BOT__WEB__PORT="1").web.port == 1


def test_every_kind_of_value_is_converted_from_text() -> None:
    config = read(
        "\ufefftelegram: {receive: webhook, staff_chat: -1001234567890, limits: {overall_per_s: 5.5},\n"
        f"  token: '{TOKEN}', webhook: {{url: https://example.org/telegram, secret: abc_DEF-1}}}}\n"
        "web: {enabled: false, port: 0}\nfiles: files\nprivacy: full\ndemo: true\nstaff:\n"
        "- {name: 陈老师, telegram: 10001, role: staff, departments: [jichu, 0755]}\n"
        "- {name: 钱主任, telegram: null, role: supervisor}\n"
    )
    assert config.telegram.receive is Receive.WEBHOOK
    assert config.telegram.staff_chat == -1001234567890
    assert config.telegram.limits.overall_per_s == 5.5
    assert config.web.port == 0
    assert config.files_dir == Path("files")
    assert config.privacy is Privacy.FULL
    assert config.demo is Demo.TRUE
    assert config.demo_on  # asked for, although there is a token
    assert [(person.role, person.telegram) for person in config.staff] == [
        (Role.STAFF, 10001),
        (Role.SUPERVISOR, None),
    ]
    assert config.staff[0].departments == (
        "jichu",
        "0755",
    )  # a leading zero is text, not an octal number


def test_a_token_ends_the_demo_unless_it_is_asked_for() -> None:
    assert not read("", BOT_TOKEN=TOKEN).demo_on
    assert read("demo: true", BOT_TOKEN=TOKEN).demo_on
    assert not read("demo: false").demo_on


def test_the_environment_wins_over_the_file_and_the_long_name_over_the_short() -> None:
    config = read(
        "telegram: {token: '1:file'}\nweb: {host: 0.0.0.0, port: 1}\n",
        BOT_TOKEN="2:short",
        BOT__TELEGRAM__TOKEN=TOKEN,
        BOT__TELEGRAM__LIMITS__CHAT_PER_S="0.5",
        BOT__WEB__PORT="8090",
        BOT__BUREAU__HOURS="周一: 8:30",
        BOT__STAFF="[{name: 赵老师, role: admin}]",
        BOT_OTHER="somebody else's",
    )
    assert config.telegram.token.get_secret_value() == TOKEN
    assert config.telegram.limits.chat_per_s == 0.5
    assert (config.web.host, config.web.port) == ("0.0.0.0", 8090)
    assert config.bureau.hours == "周一: 8:30"  # text stays text, though it would be YAML
    assert config.staff[0].name == "赵老师"


def test_an_empty_short_token_variable_is_as_good_as_none() -> None:
    assert (
        read("telegram: {token: '1:file'}", BOT_TOKEN="").telegram.token.get_secret_value()
        == "1:file"
    )


def test_every_problem_is_told_at_once_with_its_place() -> None:
    told = problems(
        "bureau: {fone: 1}\n"
        "web:\n  port: many\n  zzzz: 1\n"
        "staff:\n  - {name: 陈老师, role: stuff}\n  - {role: staff}\n"
        "databse: sqlite:x\n"
    )
    assert told == (
        "config.yaml:1:10: bureau.fone: unknown setting; did you mean phone?",
        "config.yaml:3:9: web.port: should be a whole number",
        "config.yaml:4:3: web.zzzz: unknown setting; known here: enabled, host, port, public_url",
        "config.yaml:6:23: staff.0.role: should be 'staff', 'supervisor', 'editor' or 'admin'",
        "config.yaml:7:5: staff.1.name: is required",
        "config.yaml:8:1: databse: unknown setting; did you mean database?",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web: 5", "config.yaml:1:6: web: should be a section: `key: value` lines, indented"),
        ("staff: 陈老师", "config.yaml:1:8: staff: should be a list"),
        ("- web", "config.yaml:1:1: should be `key: value` lines"),
        ("demo: yes", "config.yaml:1:7: demo: should be 'auto', 'true' or 'false'"),
        ("web: {port: 70000}", "config.yaml:1:13: web.port: should be less than or equal to 65535"),
        (
            "web: {enabled: false}",
            "config.yaml:1:1: nothing would run: there is no token and web.enabled is false",
        ),
        ("knowledge: nowhere", "config.yaml:1:12: knowledge: no such folder: nowhere"),
        ("database: mysql://x", "config.yaml:1:11: database: should be sqlite:PATH"),
        ("database: 'sqlite:'", "config.yaml:1:11: database: should be sqlite:PATH"),
        (
            "database: postgresql://u:p@h/d",
            "config.yaml:1:11: database: PostgreSQL is not supported by this version; use sqlite:PATH",
        ),
        (
            "telegram: {token: none}",
            "config.yaml:1:19: telegram.token: should be the token @BotFather gave, digits, a colon and letters",
        ),
        (
            "telegram: {receive: webhook}",
            "config.yaml:1:11: telegram: receive: webhook needs webhook.url and webhook.secret",
        ),
        (
            "telegram: {webhook: {secret: 密码}}",
            "config.yaml:1:30: telegram.webhook.secret: should be 1 to 256 letters, digits, _ or -",
        ),
        (
            "web: {public_url: example.org}",
            "config.yaml:1:19: web.public_url: should be an address that starts with http:// or https://",
        ),
        (
            "staff: [{name: a, role: staff}, {name: a, role: admin}]",
            "config.yaml:1:8: staff: the same name twice: a",
        ),
        (
            "staff: [{name: a, role: staff, telegram: 7}, {name: b, role: admin, telegram: 7}]",
            "config.yaml:1:8: staff: the same telegram twice: 7",
        ),
    ],
)
def test_a_wrong_value_is_told_in_one_line(text: str, said: str) -> None:
    assert problems(text) == (said,)


def test_a_file_that_is_an_empty_list_is_not_taken_for_an_empty_file() -> None:
    assert problems("[]\n") == ("config.yaml:1:1: should be `key: value` lines",)


def test_a_broken_file_is_told_by_line_and_nothing_follows_from_it() -> None:
    told = problems("web:\n  port:8090\nstaff: []\nprivacy: 'full\n")
    assert [line.split(": ")[0] for line in told] == ["config.yaml:2:7", "config.yaml:4:10"]


def test_a_key_given_twice_is_refused() -> None:
    assert problems("web: {port: 1}\nweb: {port: 2}\n")[0].startswith("config.yaml:2:1: ")


def test_a_problem_in_the_environment_names_the_variable() -> None:
    assert problems("web: {port: 1}", BOT__WEB__PORT="x")[0].startswith(
        "BOT__WEB__PORT: web.port: should be"
    )
    assert problems("", BOT__WEB__PROT="1") == (
        "BOT__WEB__PROT: web.prot: unknown setting; did you mean port?",
    )
    assert problems("", BOT__STAFF="[{name: a, role: x}]")[0].startswith(
        "BOT__STAFF:1:18: staff.0.role: "
    )
    assert problems("web: 5", BOT__WEB__PORT="1")[0].startswith("config.yaml:1:6: web: ")


def test_a_missing_or_unreadable_file_is_told() -> None:
    with pytest.raises(ConfigError, match=r"^nowhere\.yaml: no such file$"):
        load(Path("nowhere.yaml"), {})
    Path("config.yaml").write_bytes("demo: true\nbureau: {name: 教育局}".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"^config\.yaml:2:1: is not UTF-8 text; save"):
        load(None, {})
    with pytest.raises(ConfigError, match=r"^knowledge: cannot be read: Is a directory$"):
        load(Path("knowledge"), {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web: {port: eighty}", "config.yaml:1:13: web.port: should be a whole number"),
        ("web: {port: 80.5}", "config.yaml:1:13: web.port: should be a whole number"),
        ("web: {enabled: perhaps}", "config.yaml:1:16: web.enabled: should be true or false"),
        ("telegram: {limits: {chat_per_s: quick}}",
         "config.yaml:1:33: telegram.limits.chat_per_s: should be a number"),
        ("telegram: {staff_chat: 工作群}",
         "config.yaml:1:24: telegram.staff_chat: should be a whole number"),
    ],
)  # fmt: skip
def test_a_wrong_kind_of_value_is_told_in_plain_words(text: str, said: str) -> None:
    assert problems(text) == (said,)


def test_a_tab_below_a_section_is_corrected_into_that_section() -> None:
    [said] = problems("web:\n\tport: 8111\n")
    assert said.startswith("config.yaml:2:1: ")
    assert said.endswith("改成:  port: 8111")


def test_the_shipped_content_is_used_when_started_from_elsewhere() -> None:
    assert read("").content_dir == Path("knowledge/content")
    Path("knowledge/content").rmdir()
    assert load(None, {}).content_dir == SHIPPED_CONTENT


def test_secrets_are_in_no_representation_and_in_no_message() -> None:
    config = read(
        "telegram: {webhook: {secret: canary_secret}}\ndatabase: sqlite:canary_path",
        BOT_TOKEN=TOKEN,
    )
    assert config.secrets == (TOKEN, "canary_secret")
    for shown in (repr(config), str(config), repr(config.telegram)):
        assert "AAGGuu" not in shown
        assert "canary" not in shown
    assert "AAGGuu" not in "".join(problems(f"telegram:\n  token:{TOKEN}\n"))
    assert "canary" not in "".join(problems("telegram: {token: canary}"))


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().web.port = 1  # type: ignore[misc]  # that it is refused is the test
