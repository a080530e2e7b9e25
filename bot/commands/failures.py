"""`failures`: the updates that could not be handled. They are replayed in the console, by an admin.

Floor 5.
"""

from bot.core.config import Config
from bot.storage import store
from bot.storage.migrate import reading


def failures(config: Config) -> int:
    """Print the dead letters: error number, time, channel, error; 1 if there are any."""
    with reading(config.database_path) as tx:
        found = store.failures(tx)
    for one in found:
        print(f"{one.reference}\t{one.at.isoformat()}\t{one.channel}\t{one.error}")
    return int(bool(found))
