"""`backup`, `restore` and `reset-demo`.

Floor 5.
"""

from datetime import UTC, datetime
from pathlib import Path

from bot.core.config import Config
from bot.core.errors import ConfigError
from bot.core.texts import plain
from bot.service import backup as copies


def backup(config: Config, target: Path) -> int:
    """Write a consistent copy of database and files, also while the desk is running."""
    manifest = copies.backup(config.database_path, config.files_dir, target, now=datetime.now(UTC))
    print(plain("backup_done", file=target, members=len(manifest.members)))
    return 0


def restore(config: Config, source: Path) -> int:
    """Put a copy back; refused while the desk is running, or when the copy is damaged or newer."""
    restored = copies.restore(source, config.database_path, config.files_dir, now=datetime.now(UTC))
    print(plain("restore_done", file=source, made_at=restored.manifest.made_at.isoformat()))
    if restored.aside is not None:
        print(plain("restore_aside", folder=restored.aside))
    return 0


def reset_demo(config: Config) -> int:
    """Begin the demo anew; what people tried out is moved aside, as `restore` does it.

    Raises ConfigError outside the demo, AlreadyRunning while it runs.
    """
    if not config.is_played_with:
        raise ConfigError(
            "reset-demo",
            "only in the demo: without a token, demo not false, no staff in the settings",
        )
    aside = copies.clear(config.database_path, config.files_dir, now=datetime.now(UTC))
    print(plain("reset_done"))
    if aside is not None:
        print(plain("restore_aside", folder=aside))
    return 0
