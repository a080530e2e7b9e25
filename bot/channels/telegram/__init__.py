"""Telegram: receiving updates, sending messages, and what Telegram's refusals mean.

Floor 4. Built on python-telegram-bot's Bot, types and errors; its Application is not used.
"""

import os

# RetryAfter.retry_after as timedelta, as PTB's next major version has it; without this PTB 22
# warns at every 429, and its warning would hide the error where warnings are errors.
os.environ.setdefault("PTB_TIMEDELTA", "true")
