"""`doctor`: ask Telegram, read the content, and say line by line what is wrong and what to do.

Floor 5.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.telegram.examine import examine_account
from bot.core.config import Config
from bot.service import understanding
from bot.service.content_state import look_at
from bot.service.doctor import Level, TelegramState, examine
from bot.service.pictures import Pictures


def doctor(config: Config, config_file: Path | None) -> int:
    """Print every line; 1 if one of them is an error."""
    now = datetime.now(UTC)
    telegram: TelegramState | None = None
    if config.telegram_on:
        telegram = asyncio.run(examine_account(config.telegram))
    shown = config_file or (Path("config.yaml") if Path("config.yaml").exists() else None)
    lines = examine(
        config,
        now=now,
        config_file=shown,
        content=look_at(config.content_dir, today=now.date()),
        telegram=telegram,
        charts=Pictures().trouble(),
        semantic=understanding.look_at(config),
    )
    for line in lines:
        print(line)
    return int(any(line.level is Level.ERROR for line in lines))
