"""Recognise small talk: greetings, thanks, lead-ins, questions about the bot, abuse. It is never searched.

Only whole messages count: 老师好，请问外地户口能上吗 is a question with a greeting before it. Floor 0; pure.
"""

from dataclasses import dataclass

from knowledge.entry import Small
from knowledge.lexicon import Lexicon
from knowledge.text import bare

_SHORT = 12  # characters of a message that may be nothing but abuse
_TOLD = ("体罚", "欺凌")  # subjects whose very matter is abuse


@dataclass(frozen=True, slots=True)
class Chat:
    """A message that asks nothing of the bureau; `kind` is None for idle talk that has no fixed answer."""

    kind: Small | None


def small_talk(cleaned: str, lexicon: Lexicon) -> Chat | None:
    """Tell whether a normalised message is small talk and which; None for anything that may be a question."""
    text = bare(cleaned).replace(" ", "")
    small = lexicon.small
    if not text or text.isdigit():
        return Chat(None)
    if len(set(text)) == 1 and len(text) > 2:
        return Chat(None)
    polite = courtesy(text, lexicon)
    if polite is not None:
        return polite
    if any(small.jailbreak.find(text)):
        return Chat(Small.ABUSE)
    abuse = [word for _, word in small.abuse.find(text)]
    abuse += [word for word in cleaned.replace(",", " ").split() if word in small.abuse_latin]
    if text in small.abuse_latin:
        abuse.append(text)
    if abuse and not _asks(text, abuse, lexicon):
        return Chat(Small.ABUSE)
    pieces = [piece for piece in cleaned.replace("!", ",").replace("?", ",").split(",") if piece]
    if 1 < len(pieces) <= 4:
        last = None
        for piece in pieces:
            last = small_talk(piece, lexicon)
            if last is None:
                break
        return last
    return None


def courtesy(text: str, lexicon: Lexicon) -> Chat | None:
    """Tell whether a bare text without blanks is word for word a greeting, thanks, a lead-in or the like."""
    small = lexicon.small
    for form in (text, text.rstrip(small.endings)):
        for kind, messages in (
            (Small.GREETING, small.greeting),
            (Small.THANKS, small.thanks),
            (Small.LEAD_IN, small.lead_in),
            (Small.IDENTITY, small.identity),
            (None, small.chat),
        ):
            if form in messages:
                return Chat(kind)
    return None


def _asks(text: str, abuse: list[str], lexicon: Lexicon) -> bool:
    """Tell whether a message with abuse in it still asks something of the field."""
    rest = text
    for word in abuse:
        rest = rest.replace(word, "")
    subjects = [
        word
        for _, word in lexicon.concept_words.find(rest)
        if len(word) > 1 and any(concept[0] == "S" for concept in lexicon.concepts[word])
    ]
    if any(f"S:{told}" in lexicon.concepts[word] for word in subjects for told in _TOLD):
        return True  # 老师骂孩子是猪 tells what somebody else said
    subjects = [word for word in subjects if word not in {"教育局", "你们局", "老师"}]
    return bool(subjects) and (len(text) > _SHORT or len(subjects) > 1)
