"""`check --quarter`: the quarterly check of what is published, as a document.

Floor 5. Reads content and database beside a running desk; the document library is loaded by this command only.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.core.config import Config
from bot.core.errors import ConfigError
from bot.core.texts import plain
from bot.service.quarter import Period, gather, period_of
from bot.service.quarter_document import write
from bot.service.quarter_sections import introduction, sections
from bot.storage.migrate import reading
from knowledge.assemble import Snapshot
from knowledge.library import Library


def quarter(config: Config, given: str | None, out: Path | None, *, folder: Path) -> int:
    """Write the check of a quarter. Raises ConfigError for a wrong quarter, name or place."""
    now = datetime.now(UTC)
    period, target = _period(given, now), _target(out)

    @cache
    def current() -> Snapshot:
        return Library(folder).current

    with reading(config.database_path) as tx:
        found = gather(tx, period, current, samples=config.demo_on, now=now)
    bureau = config.bureau.name
    title = plain("quarter_title", bureau=bureau, year=period.year, quarter=period.quarter)
    try:
        write(target, title, introduction(found), sections(found, current()), author=bureau)
    except OSError as error:
        raise ConfigError("--out", f"cannot write {target}: {error.strerror}") from None
    print(plain("quarter_written", file=target))
    return 0


def _period(given: str | None, now: datetime) -> Period:
    if given is None:
        raise ConfigError("--quarter", "is required with --out, like 2026Q4")
    try:
        return period_of(given, now)
    except ValueError as error:
        raise ConfigError("--quarter", f"{error}: {given}") from None


def _target(out: Path | None) -> Path:
    if out is None:
        raise ConfigError("--out", "is required with --quarter: a file that ends in .docx")
    if out.suffix.lower() != ".docx":
        raise ConfigError("--out", f"should end in .docx: {out}")
    if not out.parent.is_dir():
        raise ConfigError("--out", f"no such folder: {out.parent}")
    return out
