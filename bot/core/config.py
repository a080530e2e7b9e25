"""The settings: every key with its type, default and limits, as frozen values.

Floor 1. What a key means to an operator is said in config.example.yaml; reading file and environment is
`config_file`'s work. Secrets are `SecretStr`, so that no log line or traceback can show them.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from bot.core.people import ANONYMOUS_ADMIN, Role

SHIPPED_CONTENT = Path(__file__).resolve().parents[2] / "knowledge" / "content"
DEFAULT_CONTENT = Path("knowledge/content")
NOTHING = frozenset({"", "~", "null"})


class Receive(StrEnum):
    """How updates come from Telegram."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Demo(StrEnum):
    """Whether sample entries are shown; auto means: as long as there is no token."""

    AUTO = "auto"
    TRUE = "true"
    FALSE = "false"


class Privacy(StrEnum):
    """What staff cards in Telegram may hold of a case."""

    MINIMAL = "minimal"
    FULL = "full"


class Semantic(StrEnum):
    """Whether matching looks at meaning besides words; auto means: where the extra is installed."""

    AUTO = "auto"
    OFF = "off"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError("should be an address that starts with http:// or https://")
    return value.rstrip("/")


def _nothing(value: object) -> object:
    """Turn what stands for "not set" in YAML into None."""
    return None if isinstance(value, str) and value.strip() in NOTHING else value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("should be one line")
    return value


def _is_a_person(value: int | None) -> int | None:
    if value == ANONYMOUS_ADMIN:
        raise ValueError("should be a person's: all anonymous administrators share this one")
    return value


Address = Annotated[str, AfterValidator(_web_address)]


# YAML is read as text: what stands for "not set" is said here.
OrNothing = BeforeValidator(_nothing)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _left_empty_means_its_defaults(cls, value: object) -> object:
        return {} if _nothing(value) is None else value


class Bureau(_Section):
    """Who answers; shown to parents."""

    name: str = "示例区教育局"
    phone: str = ""
    address: str = ""
    hours: str = "周一至周五 8:30-12:00, 14:00-17:30"


class Webhook(_Section):
    """The public address Telegram posts to, and the secret it sends along."""

    url: Address = ""
    secret: SecretStr = SecretStr("")

    @field_validator("secret")
    @classmethod
    def _is_what_telegram_accepts(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("should be 1 to 256 letters, digits, _ or -")
        return value


class Limits(_Section):
    """What we send at most; Telegram's own limits are a little higher."""

    overall_per_s: PositiveFloat = 28
    chat_per_s: PositiveFloat = 1
    group_per_min: PositiveFloat = 18


class Telegram(_Section):
    """The bot's account and how to reach it; no token, no Telegram."""

    token: SecretStr = SecretStr("")
    base_url: Address = "https://api.telegram.org/bot"
    base_file_url: Address = "https://api.telegram.org/file/bot"
    receive: Receive = Receive.POLLING
    webhook: Webhook = Webhook()
    staff_chat: Annotated[int | None, OrNothing] = None
    limits: Limits = Limits()

    @field_validator("token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"(\d+:\S+)?", value.get_secret_value()):
            raise ValueError("should be the token @BotFather gave, digits, a colon and letters")
        return value

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Self:
        hook = self.webhook
        if self.receive is Receive.WEBHOOK and not (hook.url and hook.secret.get_secret_value()):
            raise ValueError("receive: webhook needs webhook.url and webhook.secret")
        return self


class Web(_Section):
    """The chat page and the console; port 0 takes any free one."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[NonNegativeInt, Field(le=65535)] = 8080
    public_url: Address = ""

    def address(self, port: int) -> str:
        """Return where to open the page on this machine; one that listens everywhere is found at home."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # not bound here
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Matching(_Section):
    """How questions find their answer."""

    semantic: Semantic = Semantic.AUTO


class Employee(_Section):
    """One line of `staff`; `telegram` is the numeric user id, None for console only."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
        AfterValidator(_one_line),
    ]
    telegram: Annotated[PositiveInt | None, OrNothing, AfterValidator(_is_a_person)] = None
    role: Role
    departments: tuple[str, ...] = ()


class Config(_Section):
    """All settings. Relative paths are taken from the working directory."""

    bureau: Bureau = Bureau()
    telegram: Telegram = Telegram()
    web: Web = Web()
    database: Annotated[str, Field(repr=False)] = "sqlite:data/bot.sqlite3"
    files: Annotated[Path | None, OrNothing] = None
    knowledge: Path = DEFAULT_CONTENT
    matching: Matching = Matching()
    demo: Demo = Demo.AUTO
    privacy: Privacy = Privacy.MINIMAL
    staff: tuple[Employee, ...] = ()

    @field_validator("staff", mode="before")
    @classmethod
    def _left_empty_means_nobody(cls, value: object) -> object:
        return () if _nothing(value) is None else value

    @field_validator("database")
    @classmethod
    def _is_a_database_we_speak(cls, value: str) -> str:
        if value.startswith(("postgresql:", "postgres:")):
            raise ValueError("PostgreSQL is not supported by this version; use sqlite:PATH")
        if not value.removeprefix("sqlite:") or not value.startswith("sqlite:"):
            raise ValueError("should be sqlite:PATH")
        return value

    @field_validator("knowledge")
    @classmethod
    def _content_is_there(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError(f"no such folder: {value}")
        return value

    @field_validator("staff")
    @classmethod
    def _nobody_twice(cls, value: tuple[Employee, ...]) -> tuple[Employee, ...]:
        names = [employee.name for employee in value]
        accounts = [str(employee.telegram) for employee in value if employee.telegram]
        for what, given in (("name", names), ("telegram", accounts)):
            twice = sorted({one for one in given if given.count(one) > 1})
            if twice:
                raise ValueError(f"the same {what} twice: {', '.join(twice)}")
        return value

    @model_validator(mode="after")
    def _something_would_run(self) -> Self:
        if not self.telegram_on and not self.web.enabled:
            raise ValueError("nothing would run: there is no token and web.enabled is false")
        return self

    @property
    def telegram_on(self) -> bool:
        """Tell whether Telegram is served at all."""
        return bool(self.telegram.token.get_secret_value())

    @property
    def demo_on(self) -> bool:
        """Tell whether sample entries are shown."""
        return not self.telegram_on if self.demo is Demo.AUTO else self.demo is Demo.TRUE

    @property
    def is_played_with(self) -> bool:
        """Tell whether this is the demo of who tries it: no token, sample entries, nobody of a bureau named."""
        return self.demo_on and not self.telegram_on and not self.staff

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database.removeprefix("sqlite:"))

    @property
    def files_dir(self) -> Path:
        """The folder for what people attach; beside the database unless configured."""
        return self.files if self.files is not None else self.database_path.parent / "files"

    @property
    def cache_dir(self) -> Path:
        """The folder for what can be made again at any time, beside the database."""
        return self.database_path.parent / "cache"

    @property
    def content_dir(self) -> Path:
        """The folder with the content; the shipped one when started from elsewhere with the default."""
        if self.knowledge == DEFAULT_CONTENT and not self.knowledge.is_dir():
            return SHIPPED_CONTENT
        return self.knowledge

    @property
    def web_url(self) -> str:
        """The address people open: the public one, or the one we listen on."""
        return self.web.public_url or self.web.address(self.web.port)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, for the filter that keeps them out of the logs."""
        held = (self.telegram.token, self.telegram.webhook.secret)
        return tuple(text for text in (secret.get_secret_value() for secret in held) if text)
