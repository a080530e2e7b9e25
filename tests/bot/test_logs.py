"""Logging: one redacted line an event, whatever way a secret took into the record."""

import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator

import httpx
import pytest

from bot.core import logs

TOKEN = "123456789:AAGGuu-0123456789abcdefghijklmnopqr"
SHORT = "42:test-token"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    stream = io.StringIO()
    logs.set_up(secrets=[SHORT, ""], to=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level, sys.excepthook, threading.excepthook = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def raise_inside(address: str) -> None:
    try:
        raise ConnectionError(f"cannot reach {address}")
    except ConnectionError as error:
        raise RuntimeError("getUpdates failed") from error


def test_a_line_has_time_level_logger_and_words(written: io.StringIO) -> None:
    logging.getLogger("bot.service.sender").info("event=sent outbox=%d", 7)
    line = written.getvalue()
    assert line.startswith("time=20")
    assert line.endswith("+00:00 level=info logger=bot.service.sender event=sent outbox=7\n")


def test_what_was_given_as_extra_follows_the_words(written: io.StringIO) -> None:
    logging.getLogger("bot").warning(
        "gave up", extra={"parcel": 7, "reason": "chat not found", "token": TOKEN}
    )
    assert written.getvalue().endswith(
        f'logger=bot gave up parcel=7 reason="chat not found" token={logs.BLANK}\n'
    )


def test_the_coloured_copy_of_a_server_line_is_left_out(written: io.StringIO) -> None:
    coloured = {"color_message": "Started [\x1b[36m%d\x1b[0m]"}
    logging.getLogger("uvicorn.error").info("Started [%d]", 7, extra=coloured)
    assert written.getvalue().endswith("Started [7]\n")


@pytest.mark.parametrize("secret", [TOKEN, TOKEN.replace(":", "%3A"), SHORT])
def test_a_token_never_gets_through(written: io.StringIO, secret: str) -> None:
    log = logging.getLogger("bot.test")
    address = f"https://api.telegram.org/bot{secret}/getUpdates"
    log.info("plain %s", secret)
    log.info("in an address %s", address)
    log.warning("as an object %r", httpx.URL(address))
    log.error("as a dict %(where)s", {"where": address})
    log.error("with a stack %s", address, stack_info=True)
    try:
        raise_inside(address)
    except RuntimeError:
        log.exception("with a traceback and its cause")
    assert len(written.getvalue().splitlines()) == 6
    assert "ConnectionError: cannot reach" in written.getvalue()
    assert secret not in written.getvalue()
    assert written.getvalue().count(logs.BLANK) >= 6


def test_a_library_that_logs_addresses_is_quiet(written: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    logging.getLogger("telegram.Bot").debug("an update with its text")
    logging.getLogger("aiohttp.access").info("GET /?q=question")
    assert written.getvalue() == ""
    logging.getLogger("httpx").warning("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    assert "logger=httpx" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_a_traceback_or_a_smuggled_line_break_stays_one_line(written: io.StringIO) -> None:
    try:
        raise_inside("nowhere")
    except RuntimeError:
        logging.getLogger("bot.test").exception("event=failed name=%s", "x\r\nlevel=forged")
    assert written.getvalue().count("\n") == 1


def test_the_text_of_an_error_that_may_quote_people_is_left_out(written: io.StringIO) -> None:
    try:
        try:
            os.environ["孩子叫王小明"]
        except KeyError:
            raise ValueError("住在幸福路 3 号")  # noqa: B904  # the context is what is tested
    except ValueError:
        logging.getLogger("bot.test").exception("replay failed")
    line = written.getvalue()
    assert "KeyError" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "error=" in line
    # the lines of code in a traceback are ours; what they were given is not
    assert line.count("王小明") == 1
    assert line.count("幸福路") == 1


def test_an_uncaught_error_goes_the_same_way(written: io.StringIO) -> None:
    try:
        raise_inside(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    thread = threading.Thread(target=raise_inside, args=(TOKEN,))
    thread.start()
    thread.join()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert written.getvalue().count("level=critical logger=uncaught event=crashed") == 2
    assert TOKEN not in written.getvalue()


def test_warnings_are_logged(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated {TOKEN}", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "logger=py.warnings" in written.getvalue()
    assert TOKEN not in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        "139 1234 5678",
        "139-1234-5678",
        "+86 13912345678",
        "110101199003078515",
        "11010119900307851X",
    ],
)
def test_phone_and_identity_numbers_are_blanked(text: str) -> None:
    assert logs.redact(f"phone={text} end") == f"phone={logs.BLANK} end"


@pytest.mark.parametrize(
    "text",
    [
        "case=20261122-7K2MQ9XA-R",
        "chat=-1001234567890",
        "update=987654321",
        "time=2026-11-22T04:00:00.000000Z",
    ],
)
def test_references_are_left_alone(text: str) -> None:
    assert logs.redact(text) == text
