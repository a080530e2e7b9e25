"""Read a follow-up with the exchange before it: 那初中呢, 要带什么.

A question that stands on its own is not bent by what went before. Floor 0; pure.
"""

from knowledge.entry import Context, Entry
from knowledge.lexicon import Lexicon
from knowledge.parse import Parsed, Parser
from knowledge.text import bare

_LONGEST = 16  # characters of a message that may lean on the last one


def follow_up(
    cleaned: str, parsed: Parsed, *, before: Entry, context: Context, parser: Parser
) -> str:
    """Return the message joined with what it leans on, or nothing if it stands on its own."""
    lexicon = parser.lexicon
    text = bare(cleaned)
    if len(text) > _LONGEST or not text:
        return ""
    if _stands_alone(text, parsed, lexicon):
        return ""
    asked, _ = parser.clean(context.question)
    base, _ = parser.clean(before.question)
    if _names_aspect(text, lexicon):
        kept = _subjects(bare(base), lexicon) or bare(base)
        stage = _slot_words(bare(asked), lexicon)
        base = kept if any(word in kept for word in stage) else "".join(stage) + kept
    named = parsed.slots.values
    for _, word in list(lexicon.slot_words.find(base)):
        if any(family in named for family, _ in lexicon.slots[word]):
            base = base.replace(word, "")
    stripped = text.rstrip("呢吗?")
    for start in lexicon.clauses.follow_start:
        stripped = stripped.removeprefix(start)
    return f"{stripped},{base}"


def _stands_alone(text: str, parsed: Parsed, lexicon: Lexicon) -> bool:
    """Tell whether a message names its own subject."""
    if text.startswith(lexicon.clauses.follow_start) and text.endswith(lexicon.clauses.follow_end):
        return False
    stages = {idea for word, pairs in lexicon.slots.items() if pairs for idea in (f"S:{word}",)}
    own = [
        idea
        for idea in parsed.ideas
        if idea[0] == "S" and idea[2:] not in lexicon.abroad.shared and idea not in stages
    ]
    return bool(own)


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
