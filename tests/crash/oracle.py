"""What must be true after any number of kills: counted from Telegram's side and from the database, never from the bot.

Telegram's side says what was confirmed and what arrived; the parents say what they asked and filed; the database
says what the desk believes. The three have to agree.
"""

import html
import json
import re
import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.crash.load import Parents

BOT = "123456789"
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The table. `repeated` counts messages that arrived once more than they were owed."""

    kills: int
    updates: int
    sent: int
    lost: int
    twice: int
    owed_lost: int
    out_of_order: int
    repeated: int
    most_repeated_by_one_kill: int
    damage: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = "kills  updates  sent   lost  twice  owed lost  out of order  repeated  (most by one kill)"
        figures = (
            f"{self.kills:<6} {self.updates:<8} {self.sent:<6} {self.lost:<5} {self.twice:<6}"
            f" {self.owed_lost:<10} {self.out_of_order:<13} {self.repeated:<9}"
            f" {self.most_repeated_by_one_kill}"
        )
        return "\n".join((head, figures, *self.damage))


@dataclass(slots=True)
class Oracle:
    """Everything that was recorded, ready to be compared."""

    database: Path
    telegram: dict[str, Any]
    parents: Parents
    kills: Sequence[float] = ()
    _db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._db = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        self._db.row_factory = sqlite3.Row

    def verdict(self) -> Verdict:
        repeats = self._repeats()
        lost = (*self._lost_updates(), *self._lost_questions(), *self._lost_complaints())
        bursts = Counter(bisect_left(self.kills, moment) for moment in repeats)
        try:
            return Verdict(
                kills=len(self.kills),
                updates=len(self.telegram["confirmed"]),
                sent=sum(len(each) for each in self._messages().values()),
                lost=len(lost),
                twice=self._answered_twice() + self._filed_twice(),
                owed_lost=self._owed_lost(),
                out_of_order=self._out_of_order(),
                repeated=len(repeats),
                most_repeated_by_one_kill=max(bursts.values(), default=0),
                damage=(*self._damage(), *(f"lost: {one}" for one in lost)),
            )
        finally:
            self._db.close()

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    # in

    def _lost_updates(self) -> tuple[str, ...]:
        """Name confirmed updates that the desk has never seen, and seen ones that nobody confirmed.

        That a topic was made or closed comes as an update too; it is no person's message and is not kept.
        """
        seen = {
            int(row[0]) for row in self._all("SELECT update_id FROM updates WHERE bot = ?", BOT)
        }
        confirmed = set(self.telegram["confirmed"])
        notices = sum(
            any(key.startswith("forum_topic_") for key in each)
            for messages in self.telegram["chats"].values()
            for each in messages
        )
        unseen = sorted(confirmed - seen)
        unasked = seen - confirmed - set(self.telegram["pending"])
        updates = (*unseen[: max(0, len(unseen) - notices)], *unasked)
        return tuple(f"update {each}" for each in updates)

    def _asked(self, chat: int) -> list[str]:
        rows = self._all(
            "SELECT question FROM asked JOIN people p ON p.id = person_id WHERE p.chat = ?"
            " ORDER BY asked.id",
            str(chat),
        )
        return [row[0] for row in rows]

    def _lost_questions(self) -> tuple[str, ...]:
        return tuple(
            f"{each.name} asked {text}"
            for each in self.parents.askers
            for text in sorted(set(each.asked) - set(self._asked(self._chat(each.name))))
        )

    def _answered_twice(self) -> int:
        doubled = (Counter(self._asked(self._chat(each.name))) for each in self.parents.askers)
        return sum(times - 1 for counts in doubled for times in counts.values())

    def _cases_that_say(self, text: str) -> int:
        sql = "SELECT count(*) FROM events WHERE kind = 'opened' AND instr(text, ?)"
        return int(self._all(sql, text)[0][0])

    def _lost_complaints(self) -> tuple[str, ...]:
        filed = [text for each in self.parents.filers for text in each.filed]
        return tuple(f"filed {text}" for text in filed if self._cases_that_say(text) == 0)

    def _filed_twice(self) -> int:
        filed = [text for each in self.parents.filers for text in each.filed]
        extra = sum(max(0, self._cases_that_say(text) - 1) for text in filed)
        for each in self.parents.filers:
            sql = "SELECT count(*) FROM cases JOIN people p ON p.id = person_id WHERE p.chat = ?"
            cases = int(self._all(sql, str(self._chat(each.name)))[0][0])
            extra += max(0, cases - len(each.filed))
        return extra

    # out

    def _owed_lost(self) -> int:
        """Count rows that are not sent, sent ones that did not arrive as written, and unanswered questions.

        What is held back on purpose, as the digest of a flood of cases is for a minute, is still owed.
        """
        rows = self._all("SELECT * FROM outbox ORDER BY id")
        messages = self._messages()
        lost = 0
        for row in rows:
            if row["state"] != "sent":
                lost += not (row["state"] == "queued" and row["slot"] == "digest")
                continue
            if row["chat"].startswith("-"):
                continue
            arrived = messages.get(row["chat"], {}).get(row["message_id"])
            lost += arrived is None or _squeezed(arrived["text"]) != _squeezed(_text(row["body"]))
        answers = Counter(row["chat"] for row in rows)
        for each in self.parents.askers:
            lost += max(0, len(each.asked) - answers[str(self._chat(each.name))])
        return lost

    def _out_of_order(self) -> int:
        """Count answers that overtook an earlier one of their chat, and questions taken out of turn."""
        rows = self._all(
            "SELECT lane, message_id FROM outbox WHERE state = 'sent' AND slot = ''"
            " AND lane NOT LIKE 'staff:%' AND message_id <> '' ORDER BY lane, id"
        )
        lanes = [(str(row["lane"]), int(row["message_id"])) for row in rows]
        overtaken = sum(one[0] == two[0] and one[1] > two[1] for one, two in pairwise(lanes))
        for each in self.parents.askers:
            taken = [text for text in self._asked(self._chat(each.name)) if text in each.asked]
            overtaken += sum(
                one != two for one, two in zip(taken, each.asked[: len(taken)], strict=False)
            )
        return overtaken

    def _repeats(self) -> list[float]:
        """Return the moments of the sends that no row accounts for, and that were made again right after.

        A message of a dialogue that went out while its successor took its row was sent once: no repeat. Where both
        say the same, the number of the row that was taken is missing below that of its successor.
        """
        known = {
            (row["chat"], row["message_id"]): row["slot"] != "" and self._took_a_row(row)
            for row in self._all(
                "SELECT id, chat, message_id, slot, lag(id) OVER (PARTITION BY chat ORDER BY id) AS before"
                " FROM outbox WHERE state = 'sent'"
            )
        }
        moments: dict[str, list[float]] = {}
        for call in self.telegram["calls"]:
            if call["method"] == "sendMessage" and call["ok"]:
                moments.setdefault(str(call["params"]["chat_id"]), []).append(call["at"])
        found = []
        for chat, messages in self._messages().items():
            if chat.startswith("-"):
                continue
            sent = list(zip(messages.items(), moments.get(chat, ()), strict=True))
            for ((number, one), moment), ((successor, two), _) in pairwise(sent):
                replaced = known.get((chat, successor), False)
                if (chat, number) not in known and _content(one) == _content(two) and not replaced:
                    found.append(moment)
        return found

    def _took_a_row(self, row: sqlite3.Row) -> bool:
        """Tell whether a row is missing between one and the row before it in its chat."""
        first, last = int(row["before"] or 0) + 1, int(row["id"])
        there = int(
            self._all("SELECT count(*) FROM outbox WHERE id BETWEEN ? AND ?", first, last)[0][0]
        )
        return there < last - first + 1

    def _damage(self) -> tuple[str, ...]:
        found = [str(row[0]) for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"foreign key: {tuple(row)}" for row in self._all("PRAGMA foreign_key_check")]
        found += [f"dead letter: {row[0]}" for row in self._all("SELECT error FROM failures")]
        rows = self._all(
            "SELECT chat, message_id FROM outbox WHERE lane LIKE 'staff:%' AND case_id IS NOT NULL"
            " AND state = 'sent' AND message_id <> ''"
        )
        messages = self._messages()
        found += [
            f"a case in General: message {row['message_id']}"
            for row in rows
            if "message_thread_id" not in messages[row["chat"]][row["message_id"]]
        ]
        return tuple(found)

    # helpers of this page

    def _chat(self, name: str) -> int:
        return self.parents.chats[name]

    def _messages(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the bot's messages: chat -> message id -> message, in the order in which they arrived."""
        return {
            chat: {
                str(each["message_id"]): each
                for each in sorted(messages, key=lambda each: int(each["message_id"]))
                if str(each["from"]["id"]) == BOT and "text" in each
            }
            for chat, messages in self.telegram["chats"].items()
        }


def _text(body: str) -> str:
    return html.unescape(TAG.sub("", json.loads(body)["html"]))


def _content(message: dict[str, Any]) -> tuple[object, object]:
    return message["text"], message.get("reply_markup")


def _squeezed(text: str) -> str:
    return "".join(text.split())
