"""Run the server alone: python -m tests.botapi --port N --token T --state FILE."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.botapi.control import Control, snapshot
from tests.botapi.server import TOKEN, BotApi


async def serve(port: int, token: str) -> str:
    """Serve until SIGTERM or SIGINT; return what happened as JSON."""
    api = BotApi(token, port=port)
    Control(api)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with api:
        sys.stdout.write(f"ready: {api.url}\n")
        sys.stdout.flush()
        await stop.wait()
    return json.dumps(snapshot(api), ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--state", type=Path)
    given = parser.parse_args()
    happened = asyncio.run(serve(given.port, given.token))
    if given.state is not None:
        given.state.write_text(happened, encoding="utf-8")


if __name__ == "__main__":
    main()
