"""Logging: one line an event on stderr, `key=value`, with secrets and personal numbers blanked.

Floor 1. Modules log through `logging.getLogger(__name__)` with arguments or `extra={...}`, never an f-string, and never
the text of a message; the redaction here is the second line of defence, for what libraries and tracebacks bring along.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

BLANK = "[redacted]"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Libraries that log addresses (with the bot token in them) or whole updates below WARNING.
QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "aiohttp.access",
    "aiohttp.client",
    "uvicorn.access",
    "PIL",
)

_SENSITIVE = re.compile(
    r"\d{5,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}"  # a bot token, plain or in an address
    r"|(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[0-9Xx](?![0-9A-Za-z])"  # an identity card
    r"|(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])"  # a mobile phone
)

# What every record has, and uvicorn's second copy of its words in colour; anything else was given as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Blank bot tokens, identity card and phone numbers, and the given secrets."""
    for secret in secrets:
        text = text.replace(secret, BLANK)
    return _SENSITIVE.sub(BLANK, text)


class LineFormatter(logging.Formatter):
    """Formats a record as one redacted line; a traceback follows in the same line, as `error="..."`.

    Redaction happens on the finished line: whatever path a secret took into the record, it ends here.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        # The longest first, so that a secret that contains another one goes whole.
        self.secrets = tuple(sorted((one for one in secrets if one), key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record; what was given as `extra` follows the words."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [
            f"time={when} level={record.levelname.lower()} logger={record.name}",
            record.getMessage(),
        ]
        parts += [
            f"{key}={_quoted(value)}" for key, value in vars(record).items() if key not in _STANDARD
        ]
        if record.exc_info:
            parts.append(f"error={_quoted(self.formatException(record.exc_info))}")
        if record.stack_info:
            parts.append(f"stack={_quoted(record.stack_info)}")
        line = redact(" ".join(parts), self.secrets)
        return line.replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  # the standard library's name
        """Return where it was raised and its class; its text only from classes that cannot quote people."""
        return "\n".join(_told(ei[1]))


def _told(error: BaseException | None) -> Iterator[str]:
    """Tell of an error and, first, of what it came from."""
    if error is None:
        return
    yield from _told(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    tells = isinstance(error, OSError) or kind.__module__ == "sqlite3"
    yield f"{kind.__name__}: {error}" if tells else kind.__name__


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or not text else text


def set_up(
    *, secrets: Iterable[str] = (), level: int = logging.INFO, to: TextIO | None = None
) -> None:
    """Send everything that is logged in this process to `to` (stderr), redacted; replaces earlier handlers."""
    handler = logging.StreamHandler(to if to is not None else sys.stderr)
    handler.setFormatter(LineFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Replace the interpreter's own traceback, which no filter would see."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("uncaught").critical("event=crashed", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None:
        _log_uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)
