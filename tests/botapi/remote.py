"""The server as a separate process, for tests that kill things: start it, drive it, read its state."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.botapi.wire import Json

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Remote:
    """A running server at `url`; every call blocks until it is done."""

    url: str

    def post(self, route: str, body: Any) -> Any:
        data = json.dumps(body, default=_encoded).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/control/{route}", data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def user(self, name: str, user_id: int | None = None) -> int:
        return int(self.post("cast", {"user": name, "id": user_id})["id"])

    def users(self, name: str, count: int) -> list[int]:
        """Many people at once."""
        return [int(one) for one in self.post("cast", {"users": name, "count": count})]

    def supergroup(self, title: str, *, forum: bool = True) -> int:
        return int(self.post("cast", {"supergroup": title, "forum": forum})["id"])

    def act(self, who: str, does: str, *args: Any, **kwargs: Any) -> Any:
        return self.act_all([{"who": who, "does": does, "args": args, "kwargs": kwargs}])[0]

    def act_all(self, acts: list[Json]) -> list[Any]:
        """Many acts in one request, for load."""
        return list(self.post("act", acts))

    def count(self) -> dict[str, int]:
        """Pending and confirmed updates, calls, and messages the bot has sent so far."""
        return dict(self.post("count", {}))

    def state(self) -> Json:
        return dict(self.post("state", {}))


def _encoded(value: object) -> Json:
    assert isinstance(value, bytes)
    return {"base64": base64.b64encode(value).decode()}


@contextmanager
def running(token: str, *, port: int = 0, state: Path | None = None) -> Iterator[Remote]:
    """Start the server in its own process and stop it at the end."""
    command = [sys.executable, "-m", "tests.botapi", "--port", str(port), "--token", token]
    command += ["--state", str(state)] if state else []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("ready: "), line
            yield Remote(line.removeprefix("ready: ").strip())
        finally:
            process.terminate()
