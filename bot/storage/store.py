"""The inbox set, conversations, and what was asked: the SQL behind one turn.

Floor 3. Every function takes the transaction it runs in; none commits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.core.dialogue import Dialogue, from_json, to_json
from bot.core.people import Person
from bot.core.turn import Asked, Feedback, Incoming
from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp

_INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)


def first_time(tx: Tx, incoming: Incoming, now: datetime) -> bool:
    """Record the update and tell whether it was new."""
    cursor = tx.execute(
        "INSERT INTO updates (bot, update_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (incoming.bot, incoming.update_id, stamp(now)),
    )
    return cursor.rowcount == 1


def updates_like(tx: Tx, bot: str, prefix: str) -> list[str]:
    """Return the ids of a bot's updates that begin with a prefix (plain ASCII, ending in a colon)."""
    rows = tx.execute(
        "SELECT update_id FROM updates WHERE bot = ? AND update_id >= ? AND update_id < ?",
        (bot, prefix, prefix[:-1] + ";"),  # ; is the character after :
    )
    return [str(row["update_id"]) for row in rows]


def first_use(tx: Tx, door: str, key: str, now: datetime) -> bool:
    """Record the key of a form (one that is no update) and tell whether it was new."""
    cursor = tx.execute(
        "INSERT INTO updates (bot, update_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (door, key, stamp(now)),
    )
    return cursor.rowcount == 1


def load_person(
    tx: Tx, channel: str, chat: str, *, language: str, now: datetime
) -> tuple[Person, Dialogue]:
    """Return the conversation and its dialogue, made when it is the first time."""
    row = tx.execute(
        "SELECT id, language, reachable, dialogue FROM people WHERE channel = ? AND chat = ?",
        (channel, chat),
    ).fetchone()
    if row is None:
        cursor = tx.execute(
            "INSERT INTO people (channel, chat, language, created_at) VALUES (?, ?, ?, ?)",
            (channel, chat, language, stamp(now)),
        )
        return Person(row_id(cursor), channel, chat, language, is_new=True), Dialogue()
    person = Person(row["id"], channel, chat, row["language"], bool(row["reachable"]))
    return person, from_json(row["dialogue"])


def nobody_wrote(tx: Tx) -> bool:
    """Tell whether no conversation was ever begun and no case made: a database as it is new."""
    return not tx.execute("SELECT 1 FROM people UNION ALL SELECT 1 FROM cases LIMIT 1").fetchone()


def find_person(tx: Tx, channel: str, chat: str) -> Person | None:
    """Return a conversation by its chat, or None."""
    row = tx.execute(
        "SELECT id FROM people WHERE channel = ? AND chat = ?", (channel, chat)
    ).fetchone()
    return None if row is None else person_by_id(tx, row["id"])


def move_person(tx: Tx, channel: str, old: str, new: str) -> None:
    """Follow a chat whose id changed, unless the new one is known already."""
    tx.execute(
        "UPDATE people SET chat = :new WHERE channel = :channel AND chat = :old AND NOT EXISTS"
        " (SELECT 1 FROM people p WHERE p.channel = :channel AND p.chat = :new)",
        {"channel": channel, "old": old, "new": new},
    )


def person_by_id(tx: Tx, person_id: int) -> Person:
    """Return a conversation by its row."""
    row = tx.execute("SELECT * FROM people WHERE id = ?", (person_id,)).fetchone()
    return Person(row["id"], row["channel"], row["chat"], row["language"], bool(row["reachable"]))


def dialogue_of(tx: Tx, person_id: int) -> Dialogue:
    """Return the dialogue of a conversation by its row."""
    row = tx.execute("SELECT dialogue FROM people WHERE id = ?", (person_id,)).fetchone()
    return from_json(row["dialogue"])


def save_dialogue(tx: Tx, person_id: int, dialogue: Dialogue) -> None:
    """Store the dialogue of a conversation."""
    tx.execute("UPDATE people SET dialogue = ? WHERE id = ?", (to_json(dialogue), person_id))


def set_person(
    tx: Tx, person_id: int, *, language: str | None = None, reachable: bool | None = None
) -> None:
    """Change the language or whether the channel reaches the person; None leaves it."""
    tx.execute(
        "UPDATE people SET language = coalesce(?, language), reachable = coalesce(?, reachable)"
        " WHERE id = ?",
        (language, None if reachable is None else int(reachable), person_id),
    )


def record_asked(tx: Tx, person_id: int, asked: Asked, now: datetime) -> None:
    """Log what a question led to."""
    tx.execute(
        "INSERT INTO asked (at, person_id, question, outcome, entry_id, score) VALUES (?,?,?,?,?,?)",
        (stamp(now), person_id, asked.question, asked.outcome, asked.entry_id, asked.score),
    )


def record_feedback(tx: Tx, person_id: int, feedback: Feedback, now: datetime) -> None:
    """Log whether an answer helped: of what somebody says of one entry the last counts, whatever was asked since.

    It keeps the words in which it was asked first, when the new press no longer knows them.
    """
    judged = (person_id, feedback.entry_id)
    before = tx.execute(
        "SELECT question FROM feedback WHERE person_id = ? AND entry_id = ? ORDER BY id DESC",
        judged,
    ).fetchone()
    question = before["question"] if before and not feedback.in_words else feedback.question
    tx.execute("DELETE FROM feedback WHERE person_id = ? AND entry_id = ?", judged)
    tx.execute(
        "INSERT INTO feedback (at, person_id, entry_id, question, helpful) VALUES (?, ?, ?, ?, ?)",
        (stamp(now), *judged, question, int(feedback.helpful)),
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """A dead letter: an update whose handling raised."""

    id: int
    reference: str
    channel: str
    at: datetime
    error: str
    incoming: Incoming
    replayed: bool


def record_failure(
    tx: Tx, incoming: Incoming, *, reference: str, error: str, now: datetime
) -> None:
    """Keep an update that could not be handled, so that an admin can replay it."""
    tx.execute(
        "INSERT INTO failures (reference, bot, update_id, channel, chat, at, error, incoming)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            reference,
            incoming.bot,
            incoming.update_id,
            incoming.channel,
            incoming.chat,
            stamp(now),
            error,
            _INCOMING.dump_json(incoming).decode(),
        ),
    )


def failures(tx: Tx, *, pending_only: bool = True) -> list[Failure]:
    """List the dead letters, oldest first."""
    rows = tx.execute(
        "SELECT * FROM failures WHERE replayed_at IS NULL OR :all ORDER BY id",
        {"all": int(not pending_only)},
    )
    return [
        Failure(
            row["id"],
            row["reference"],
            row["channel"],
            parse(row["at"]),
            row["error"],
            _INCOMING.validate_json(row["incoming"]),
            row["replayed_at"] is not None,
        )
        for row in rows
    ]


def mark_replayed(tx: Tx, reference: str, now: datetime) -> bool:
    """Mark a dead letter as replayed; False when it was already."""
    cursor = tx.execute(
        "UPDATE failures SET replayed_at = ? WHERE reference = ? AND replayed_at IS NULL",
        (stamp(now), reference),
    )
    return cursor.rowcount == 1


def count_try(tx: Tx, key: str, now: datetime) -> None:
    """Count a wrong try."""
    tx.execute("INSERT INTO tries (key, at) VALUES (?, ?)", (key, stamp(now)))


def recent_tries(tx: Tx, key: str, now: datetime, *, within: timedelta = timedelta(hours=1)) -> int:
    """Return how many wrong tries the key had of late."""
    row = tx.execute(
        "SELECT count(*) FROM tries WHERE key = ? AND at > ?", (key, stamp(now - within))
    ).fetchone()
    return int(row[0])


def get_fact(tx: Tx, key: str) -> str | None:
    """Return a fact the desk learned, or None."""
    row = tx.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_fact(tx: Tx, key: str, value: str) -> None:
    """Remember a fact."""
    tx.execute(
        "INSERT INTO facts (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def forget_fact(tx: Tx, key: str) -> None:
    """Forget a fact that holds no more."""
    tx.execute("DELETE FROM facts WHERE key = ?", (key,))
