"""What both sides said on the web chat page, in order; a row's id is the event id of the page's stream.

Floor 3. A parent's line is written in the transaction of its update, the desk's when the sender delivers it.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.core.turn import Incoming, Media, MediaKind, Outgoing
from bot.storage.db import Tx
from bot.storage.outbox import body_json, read_body
from bot.storage.times import parse, stamp


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `message` is set for the desk's, `text` and `kind` for the parent's."""

    id: int
    side: str  # parent | desk
    at: datetime
    text: str = ""
    kind: str = ""  # Arrival of the parent's line
    name: str = ""  # of a file
    picture: str = ""  # the channel's id of a photo the parent sent
    message: Outgoing | None = None


def add_parent(tx: Tx, person_id: int, incoming: Incoming, now: datetime) -> int:
    """Write down what the parent sent and return the line's id."""
    body = {
        "text": incoming.label or incoming.text,
        "kind": incoming.arrival,
        "name": incoming.media.name if incoming.media else "",
        "picture": _picture(incoming.media),
    }
    row = tx.execute(
        "INSERT INTO transcript (person_id, side, body, at) VALUES (?, 'parent', ?, ?) RETURNING id",
        (person_id, json.dumps(body, ensure_ascii=False), stamp(now)),
    ).fetchone()
    return int(row["id"])


def add_desk(tx: Tx, person_id: int, outbox_id: int, message: Outgoing, now: datetime) -> int:
    """Write down what the desk says and return the line's id; the same row of the outbox only once."""
    tx.execute(
        "INSERT INTO transcript (person_id, side, body, outbox_id, at) VALUES (?, 'desk', ?, ?, ?)"
        " ON CONFLICT (outbox_id) DO NOTHING",
        (person_id, body_json(message), outbox_id, stamp(now)),
    )
    row = tx.execute("SELECT id FROM transcript WHERE outbox_id = ?", (outbox_id,)).fetchone()
    return int(row["id"])


def lines(tx: Tx, person_id: int, *, after: int = 0, limit: int = 200) -> list[Line]:
    """Return the lines after an id, oldest first; with after=0 the newest `limit` of them."""
    rows = tx.execute(
        "SELECT * FROM (SELECT * FROM transcript WHERE person_id = ? AND id > ? ORDER BY"
        " CASE WHEN ? = 0 THEN -id ELSE id END LIMIT ?) ORDER BY id",
        (person_id, after, after, limit),
    )
    return [_read(row) for row in rows]


def line(tx: Tx, person_id: int, line_id: int) -> Line | None:
    """Return one line of this person's conversation; None for any other."""
    row = tx.execute(
        "SELECT * FROM transcript WHERE id = ? AND person_id = ?", (line_id, person_id)
    ).fetchone()
    return None if row is None else _read(row)


def _read(row: sqlite3.Row) -> Line:
    at = parse(row["at"])
    if row["side"] == "desk":
        return Line(row["id"], "desk", at, message=read_body(row["body"]))
    body = json.loads(row["body"])
    picture = body.get("picture", "")  # lines from before pictures were shown have none
    return Line(row["id"], "parent", at, body["text"], body["kind"], body["name"], picture)


def _picture(media: Media | None) -> str:
    return media.file_id if media is not None and media.kind is MediaKind.PHOTO else ""
