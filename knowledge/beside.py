"""What a message asks beside the questions that have an answer, so that nothing of it is dropped in silence.

A clause counts only when it asks something of its own: 可以吗 or 找谁办 behind a question belongs to that question.
Floor 0; pure.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from knowledge.clauses import is_asking
from knowledge.explain import Look
from knowledge.lexicon import Lexicon
from knowledge.text import bare, is_latin, normalise

_PIECES = re.compile(r"[^,\uff0c\u3001.\u3002?\uff1f!\uff01;\uff1b:\uff1a\n]+")
_OWN = 6  # characters of a clause that says by itself what it is about
_OWN_WORDS = 4  # the same, in English
_STORY = 40  # characters; in a longer message only what ends with a question mark counts


def unanswered(looks: Sequence[Look], offer: float, lexicon: Lexicon) -> tuple[Look, ...]:
    """Return the looks at clauses that ask something of their own which no entry is about."""
    whole = looks[0].text
    story = len(bare(whole)) > _STORY
    return tuple(
        look
        for look in looks[1:]
        if is_asking(look.text, lexicon)
        and (
            ((look.top < offer or look.elsewhere) and _stands_alone(look, lexicon))
            or _is_of_others(look, lexicon)
        )
        and (not story or f"{look.text}?" in whole)
    )


def is_only_beside(looks: Sequence[Look], beside: Sequence[Look]) -> bool:
    """Tell whether only questions of their own are another office's, so that the others may be answered.

    Another place colours the whole message (上海怎么摇号?外地户口能上吗?); another office does not.
    """
    foreign = [look for look in looks[1:] if look.elsewhere]
    own = {id(look) for look in beside}
    return bool(foreign) and not looks[0].parsed.slots.place and all(id(f) in own for f in foreign)


def as_written(question: str, looks: Sequence[Look]) -> tuple[str, ...]:
    """Return the pieces of a message that its normalised, repaired clauses were made of, as they were typed."""
    pieces = [piece.strip() for piece in _PIECES.findall(question) if bare(normalise(piece))]
    known = {piece: normalise(piece) for piece in pieces}
    if not pieces:
        return tuple(look.text for look in looks)
    best = (max(known, key=lambda piece: fuzz.ratio(known[piece], look.text)) for look in looks)
    return tuple(dict.fromkeys(best))


def _stands_alone(look: Look, lexicon: Lexicon) -> bool:
    if is_latin(look.text):
        return len(look.text.split()) >= _OWN_WORDS
    if len(bare(look.text)) >= _OWN:
        return True
    named = (word for word in look.parsed.words if len(word) > 1)
    return any(c[0] == "S" for word in named for c in lexicon.concepts.get(word, ()))


def _is_of_others(look: Look, lexicon: Lexicon) -> bool:
    """Tell whether a clause names another office's subject and, but for what it was lent, nothing else: 驾照呢."""
    text = bare(look.text)
    others = {word for _, word in lexicon.abroad.offices.find(text)}
    if not others or lexicon.abroad.papers.issuperset(others):
        return False
    for word in others:
        text = text.replace(word, " ")
    found = (word for _, word in lexicon.concept_words.find(text))
    return not any(kind[0] == "S" for word in found for kind in lexicon.concepts[word])
