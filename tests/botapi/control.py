"""Driving the server from another process: players, faults and the state as JSON under /control."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.botapi.faults import Fault, FaultKind, Limits
from tests.botapi.players import Group, Seen, User
from tests.botapi.server import BotApi
from tests.botapi.updates import Shape
from tests.botapi.wire import Json

ACTIONS = {
    "says", "sends_photo", "sends_album", "sends_document", "sends_voice", "sends_video",
    "sends_location", "sends_contact", "sends_sticker", "edits", "presses", "told", "blocks",
    "unblocks", "deletes_account", "sees", "opens_topic", "delete_topic", "upgrade", "grants",
}  # fmt: skip


class Control:
    """Routes that translate JSON to players' methods; people and groups go by their names."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.players: dict[str, User | Group] = {}
        for route in (
            self.cast,
            self.act,
            self.fault,
            self.limit,
            self.shape,
            self.repeat,
            self.state,
            self.count,
        ):
            api.app.router.add_post(f"/control/{route.__name__}", route)

    async def cast(self, request: web.Request) -> web.Response:
        """{"user": name, "id": n} or {"supergroup"|"group": title, "forum": bool}: its id.

        {"users": name, "count": n}: many people at once, numbered; the list of their ids.
        """
        asked = await request.json()
        if "users" in asked:
            crowd = [self.api.user(f"{asked['users']}{one}") for one in range(asked["count"])]
            return web.json_response([one.id for one in crowd])
        if "user" in asked:
            self.players[asked["user"]] = user = self.api.user(asked["user"], asked.get("id"))
            return web.json_response({"id": user.id})
        title = asked.get("supergroup") or asked["group"]
        made = (
            self.api.supergroup(title, forum=bool(asked.get("forum")))
            if "supergroup" in asked
            else self.api.group(title)
        )
        self.players[title] = made
        return web.json_response({"id": made.id})

    async def act(self, request: web.Request) -> web.Response:
        """[{"who", "does", "args", "kwargs"}, …]: done at once and in order, results listed."""
        return web.json_response([self._act(each) for each in await request.json()])

    def _act(self, asked: Json) -> Any:
        if asked["does"] not in ACTIONS:
            raise web.HTTPBadRequest(text=f"no action {asked['does']!r}")
        method = getattr(self.players[asked["who"]], asked["does"])
        named = {key: self._given(value) for key, value in asked.get("kwargs", {}).items()}
        return self._told(method(*map(self._given, asked.get("args", [])), **named))

    def _given(self, value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"base64"}:
            return base64.b64decode(value["base64"])
        if isinstance(value, dict) and value.keys() == {"player"}:
            return self.players[value["player"]]
        return [self._given(each) for each in value] if isinstance(value, list) else value

    def _told(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._told(each) for each in value]
        if isinstance(value, Group):
            self.players[value.chat.title] = value
            return {"id": value.id}
        return asdict(value) if isinstance(value, Seen) else value

    async def fault(self, request: web.Request) -> web.Response:
        """The fields of Fault; {} clears them all."""
        asked = await request.json()
        if asked:
            self.api.faults.add(Fault(**(asked | {"kind": FaultKind(asked["kind"])})))
        else:
            self.api.faults.clear()
        return web.json_response(True)

    async def limit(self, request: web.Request) -> web.Response:
        """The fields of Limits; null switches flood control off."""
        asked = await request.json()
        self.api.limit(None if asked is None else Limits(**asked))
        return web.json_response(True)

    async def shape(self, request: web.Request) -> web.Response:
        """ "doubled" or "reversed": how the next batch of updates comes out."""
        self.api.updates.next_shape = Shape(await request.json())
        return web.json_response(True)

    async def repeat(self, request: web.Request) -> web.Response:
        """An update as it stands, queued (again)."""
        self.api.updates.put_raw(await request.json(), at=self.api.world.clock())
        return web.json_response(True)

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(snapshot(self.api))

    async def count(self, request: web.Request) -> web.Response:
        """How far things are, cheap enough to ask all the time."""
        updates, bot = self.api.updates, self.api.world.bot["id"]
        chats = self.api.world.chats.values()
        sent = sum(each["from"]["id"] == bot for chat in chats for each in chat.messages.values())
        done = {"pending": len(updates.pending), "confirmed": len(updates.confirmed)}
        return web.json_response(done | {"calls": len(self.api.calls), "sent": sent})


def snapshot(api: BotApi) -> Json:
    """All that happened, as JSON: chats with their messages, updates, calls."""
    chats = {str(chat.id): list(chat.messages.values()) for chat in api.world.chats.values()}
    return {
        "chats": chats,
        "pending": sorted(api.updates.pending),
        "confirmed": api.updates.confirmed,
        "deliveries": {str(key): times for key, times in api.updates.deliveries.items()},
        "calls": [asdict(call) for call in api.calls],
        "flood_refusals": api.flood.refused,
    }
