"""Read a follow-up with the exchange before it: 那初中呢, 要带什么.

A question that stands on its own is not bent by what went before. Floor 0; pure.
"""

from knowledge.entry import Context, Entry
from knowledge.lexicon import Lexicon
from knowledge.parse import Parsed, Parser
from knowledge.slots import Slots
from knowledge.text import bare

_LONGEST = 16  # characters of a message that may lean on the last one


def leans(cleaned: str, parsed: Parsed, lexicon: Lexicon) -> bool:
    """Tell whether a message may lean on the last exchange: short, and names no subject of its own."""
    text = bare(cleaned)
    if len(text) > _LONGEST or not text:
        return False
    words = lexicon.clauses
    if text.startswith(words.follow_start) and text.endswith(words.follow_end):
        return True
    return not any(
        _is_subject(idea, lexicon) and not lexicon.slots.get(idea[2:]) for idea in parsed.ideas
    )


def joined(cleaned: str, named: Slots, before: Entry, context: Context, *, parser: Parser) -> str:
    """Return a message that leans, joined with what it leans on; `named` are its own slots."""
    lexicon = parser.lexicon
    text = bare(cleaned)
    asked, _ = parser.clean(context.question)
    base, _ = parser.clean(before.question)
    if _names_aspect(text, lexicon):
        kept = _subjects(bare(base), lexicon) or bare(base)
        stage = _slot_words(bare(asked), lexicon)
        base = kept if any(word in kept for word in stage) else "".join(stage) + kept
    for _, word in list(lexicon.slot_words.find(base)):
        if any(family in named.values for family, _ in lexicon.slots[word]):
            base = base.replace(word, "")
    stripped = text.rstrip("呢吗?")
    for start in lexicon.clauses.follow_start:
        stripped = stripped.removeprefix(start)
    return f"{stripped},{base}"


def _names_aspect(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a message says what it asks about: the time, the papers, the price."""
    return any(
        concept[0] == "A"
        for _, word in lexicon.concept_words.find(text)
        if len(word) > 1
        for concept in lexicon.concepts[word]
    )


def _subjects(text: str, lexicon: Lexicon) -> str:
    """Keep the words of a question that say what it is about."""
    kept = [
        word
        for _, word in lexicon.concept_words.find(text)
        if any(_is_subject(concept, lexicon) for concept in lexicon.concepts[word])
    ]
    return "".join(dict.fromkeys(kept))


def _is_subject(concept: str, lexicon: Lexicon) -> bool:
    return concept[0] == "S" and concept[2:] not in lexicon.abroad.shared


def _slot_words(text: str, lexicon: Lexicon) -> list[str]:
    return [word for _, word in lexicon.slot_words.find(text) if lexicon.slots[word]]
