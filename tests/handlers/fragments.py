"""An index whose decisions are given, for dialogues that must not depend on how well questions are matched."""

from dataclasses import replace
from datetime import date

from knowledge.entry import Answer, Context, Decision, Outcome, Small
from knowledge.lexicon import Lexicon
from tests.handlers.talk import Talk, shipped


class Fragments:
    """Decides what it was told to; everything else is a miss, and a greeting is a greeting."""

    def __init__(self, *decisions: Decision) -> None:
        self._decisions = {one.question: one for one in decisions}

    @property
    def lexicon(self) -> Lexicon:
        """Give the words of the real index."""
        return shipped().index.lexicon

    @staticmethod
    def hit(question: str, entry_id: str) -> Decision:
        """Make the decision that a question hits an entry."""
        return Decision(question, Outcome.HIT, (Answer(entry_id, 95.0, question),))

    def ask(self, question: str, *, today: date, context: Context | None = None) -> Decision:
        """Decide as the real index would, from memory."""
        small = Small.GREETING if question.endswith("老师好") else None
        return self._decisions.get(question) or Decision(question, Outcome.MISS, small=small)

    def talk(self) -> Talk:
        """Open a talk with a desk that asks this index."""
        return Talk(knowledge=replace(shipped(), index=self))  # type: ignore[arg-type]  # asked only for `ask` and its words
