"""A strict Telegram Bot API server for tests: real HTTP, real refusals, scripted faults.

It stands in for api.telegram.org so that python-telegram-bot runs unmodified. `BotApi` is the
server in-process; `python -m tests.botapi` runs it alone, driven over /control by `Remote`.
"""

from tests.botapi.faults import Fault, FaultKind, Limits
from tests.botapi.players import Group, Seen, User
from tests.botapi.server import BotApi

__all__ = ["BotApi", "Fault", "FaultKind", "Group", "Limits", "Seen", "User"]
