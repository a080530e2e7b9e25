"""The baseline: a bot as python-telegram-bot's first page shows it, which echoes and stores nothing."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


def main(base_url: str, token: str) -> None:
    bot = Application.builder().token(token).base_url(base_url).build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))
    bot.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
