"""The messages that plainly are a complaint, a report or a suggestion: 我要举报…, 投诉三中食堂, 我想提个建议.

Floor 0; pure. The words are the bureau's, in routing.yaml. 怎么投诉 and 举报电话是多少 are questions about it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.folding import fold, has_any, needles
from knowledge.schema_desk import WordsRow

_FIRST_MARK = re.compile(r"[,.!:;~\s\uff0c\u3002\uff01\uff1a\uff1b]+")
_ADDRESS = 6  # characters before the first mark that may be no more than 老师您好


@dataclass(frozen=True, slots=True)
class PlainWords:
    """The words of each kind, and those that make a message a question."""

    rows: tuple[WordsRow, ...]
    questions: tuple[str, ...]

    def kind(self, text: str) -> str | None:
        """Return the kind a message plainly is, or None."""
        folded = fold(text)
        for row in self.rows:
            if has_any(folded, row.words):
                return None if has_any(folded, row.unless) else row.kind
        beginnings = _beginnings(text, folded)
        for row in self.rows:
            starts = needles(row.starts)
            if any(one.startswith(starts) for one in beginnings):
                asking = (*row.unless, *self.questions)
                is_asked = "?" in text or "\uff1f" in text or has_any(folded, asking)
                return None if is_asked else row.kind
        return None


def _beginnings(text: str, folded: str) -> Sequence[str]:
    """Return the message from its first word on, and from behind a short 老师您好 at its beginning."""
    first, *rest = _FIRST_MARK.split(text.strip(), maxsplit=1)
    behind = (fold(rest[0]),) if rest and 0 < len(first) <= _ADDRESS else ()
    return [variant for one in (folded, *behind) for variant in (one, one.strip())]
