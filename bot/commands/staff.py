"""`staff`: list, add and remove people, and make one-time sign-in links for the console.

Floor 5. Works beside a running desk: it writes a few rows in one transaction of its own.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from bot.core.config import Config, Employee
from bot.core.errors import ConfigError
from bot.core.people import Role, Staff
from bot.core.texts import plain
from bot.service.lock import is_held
from bot.storage import staffbook, store
from bot.storage.db import Tx, connect
from bot.storage.migrate import migrate, refuse_newer
from knowledge.library import Library

WEB_ADDRESS = "web_address"  # the fact that holds where the running desk's page is


def listing(config: Config) -> int:
    """Print everybody: name, role, departments, Telegram id."""
    with _Opened(config) as tx:
        for staff in staffbook.everybody(tx):
            print("\t".join((staff.name, staff.role, ",".join(staff.departments), staff.telegram)))
    return 0


def add(
    config: Config, name: str, role: Role, departments: Sequence[str], telegram: int | None
) -> int:
    """Add somebody, or change the one of this name."""
    one = _as_configured(name, role, departments, telegram)
    _check_departments(config, departments)
    with _Opened(config) as tx:
        account = str(one.telegram or "")
        holder = staffbook.by_telegram(tx, account) if account else None
        if holder is not None and holder.name != one.name:
            raise ConfigError("staff add", f"telegram {telegram} belongs to {holder.name}")
        staffbook.put_staff(
            tx, one.name, role, departments=departments, telegram=account, now=datetime.now(UTC)
        )
        staffbook.unname(tx, one.name)
    print(plain("staff_added", name=one.name, role=role))
    if one not in config.staff and any(named.name == one.name for named in config.staff):
        print(plain("staff_named_otherwise", name=one.name))
    return 0


def _as_configured(
    name: str, role: Role, departments: Sequence[str], telegram: int | None
) -> Employee:
    """Hold what was given to the rules of the settings. Raises ConfigError."""
    try:
        return Employee(name=name, role=role, departments=tuple(departments), telegram=telegram)
    except ValidationError as error:
        found = ((str(one["loc"][0]), one["msg"]) for one in error.errors(include_input=False))
        said = "; ".join(
            f"{key}: {what.removeprefix('Value error, ').removeprefix('Input ')}"
            for key, what in found
        )
        raise ConfigError("staff add", said) from None


def _check_departments(config: Config, given: Sequence[str]) -> None:
    """Refuse a department that no case can be sent to: its member would never see one."""
    if not given:
        return
    known = Library(config.content_dir).current.routing.departments
    unknown = [one for one in given if one not in known]
    if unknown:
        said = f"no department {', '.join(unknown)}; known here: {', '.join(known)}"
        raise ConfigError("staff add", said)


def remove(config: Config, name: str) -> int:
    """Remove somebody: no right and no session from now on."""
    name = name.strip()
    with _Opened(config) as tx:
        gone = staffbook.remove_staff(tx, name)
    print(plain("staff_removed" if gone else "staff_unknown", name=name))
    if any(one.name == name for one in config.staff):
        print(plain("staff_still_named", name=name))
    return 0 if gone else 1


def link(config: Config, name: str) -> int:
    """Print a one-time sign-in link, good for 30 minutes."""
    name = name.strip()
    with _Opened(config) as tx:
        staff = staffbook.by_name(tx, name)
        if staff is None or not staff.active:
            print(plain("staff_unknown", name=name))
            return 1
        address = sign_in_link(tx, staff, _console(config, tx), datetime.now(UTC))
    print(address)  # once it is on disk: before, it leads nowhere
    return 0


def _console(config: Config, tx: Tx) -> str:
    """Return where the console is. Raises ConfigError where it is nowhere, or nobody knows at which port."""
    if not config.web.enabled:
        raise ConfigError("web.enabled", "is false: there is no console to sign in to")
    if config.web.public_url or config.web.port:
        return config.web_url
    address = store.get_fact(tx, WEB_ADDRESS) if is_held(config.database_path) else None
    if address is None:
        said = "is 0, any free port: start the desk first, or set web.port or web.public_url"
        raise ConfigError("web.port", said)
    return address


def sign_in_link(tx: Tx, staff: Staff, web_url: str, now: datetime) -> str:
    """Make a one-time link and return its address."""
    token = secrets.token_urlsafe(32)
    staffbook.add_link(tx, staff.id, token, now)
    return f"{web_url}/console/sign-in/{token}"


class _Opened:
    """The database for one short transaction of a command, migrated when it is new."""

    def __init__(self, config: Config) -> None:
        path = config.database_path
        if not path.exists() or path.stat().st_size == 0:
            migrate(path)
        self._connection = connect(path)
        refuse_newer(self._connection, path)

    def __enter__(self) -> Tx:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._connection.execute("ROLLBACK" if kind else "COMMIT")
        self._connection.close()
