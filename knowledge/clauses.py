"""Split a message into its clauses, and see which of them ask something.

A parent tells a story with the question inside, or asks two things at once; the whole and the parts are scored.
Floor 0; pure.
"""

import re

from knowledge.lexicon import Lexicon
from knowledge.smalltalk import courtesy
from knowledge.text import bare, is_latin

MOST_PARTS = 4
_STRONG = re.compile(r"[.?!;\n]+")
_WEAK = re.compile(r"[,:]+")
_UNMARKED = re.compile(r" +|(?<=吗)(?=[^吗])")  # where a question may end without a mark
_ENGLISH_AND = re.compile(r"\band\b(?= (?:what|when|where|how|which|who|do|can|is|are)\b)")
_WHETHER = re.compile(r"([\u4e00-\u9fff])[不没]\1")  # 加不加分, 收没收到
_SHORTEST_QUESTION = 4  # characters of one that nothing but a blank parts from the next
_TALE = 40  # characters without a mark: speech turned into text, in which a blank is a breath
_SHORTEST = 3  # Chinese characters of a clause that can stand alone
_LEANING = 6  # characters of one that asks about what was said just before
_FRAGMENT = 14  # characters of a message that may be half of one


def split(cleaned: str, lexicon: Lexicon) -> tuple[str, list[str]]:
    """Split a normalised message: what is worth scoring as a whole, and its clauses in order, none if it is one.

    老师好, 想问一下 and the like before or after the one clause there is belong to neither, nor does what a message
    says it does not ask about.
    """
    latin = is_latin(cleaned)
    cleaned = _ENGLISH_AND.sub(".", cleaned) if latin else without_denied(cleaned, lexicon)
    parts: list[str] = []
    for sentence in _STRONG.split(cleaned):
        pieces = [sentence] if latin else _questions(_WEAK.split(sentence), lexicon)
        for piece in pieces:
            text = piece.strip()
            if not text:
                continue
            if parts and not latin and _is_tail(bare(text), lexicon):
                parts[-1] += text
            else:
                parts.append(text)
    told = [part for part in parts if not _is_polite(part, lexicon)]
    if len(told) < 2:
        return (told[0] if told and len(parts) > 1 else cleaned), []
    if len(told) > MOST_PARTS:
        told = _with_statements(told, lexicon)
        told = [part for part in told if is_asking(part, lexicon)] or told
    return cleaned, told[-MOST_PARTS:]


def _questions(pieces: list[str], lexicon: Lexicon) -> list[str]:
    """Part questions between which only a blank or 吗 stands: 校服能不买吗 晚托能不参加吗.

    A blank beside anything else (外地户口 能报名吗), or in a tale, parts nothing that is worth reading alone.
    """
    found: list[str] = []
    for piece in pieces:
        parts = _UNMARKED.split(piece) if len(bare(piece)) <= _TALE else [piece]
        start = len(found)
        for text in parts:
            if len(found) > start and not all(
                _is_question(one, lexicon) for one in (found[-1], text)
            ):
                found[-1] += f" {text}"
            else:
                found.append(text)
    return found


def _is_question(text: str, lexicon: Lexicon) -> bool:
    words = bare(text)
    return (
        len(words) >= _SHORTEST_QUESTION
        and words not in lexicon.clauses.tags
        and is_asking(text, lexicon)
    )


def _with_statements(parts: list[str], lexicon: Lexicon) -> list[str]:
    """Join what asks in a word or two with the statement before it: 老大要转学, 怎么办理."""
    kept: list[str] = []
    for part in parts:
        leans = len(bare(part)) <= _LEANING and is_asking(part, lexicon)
        if kept and leans and not is_asking(kept[-1], lexicon):
            kept[-1] += f",{part}"
        else:
            kept.append(part)
    return kept


def without_denied(cleaned: str, lexicon: Lexicon) -> str:
    """Take out of a normalised message what it denies or knows already: 不是问转学,是问休学 asks about 休学 only.

    Everything stays where the rest would ask nothing, though the whole does.
    """
    rest = cleaned
    for pattern in lexicon.clauses.denied:
        rest = pattern.sub(lambda found: found.groupdict().get("kept", ""), rest)
    asks_less = is_asking(cleaned, lexicon) and not is_asking(rest, lexicon)
    return cleaned if asks_less or len(bare(rest)) < _SHORTEST else rest


def _is_polite(part: str, lexicon: Lexicon) -> bool:
    """Tell whether a clause only greets, addresses, thanks or fills: 老师, 那个, 想问一下, 在线等."""
    text = bare(part)
    return (
        text in lexicon.clauses.address
        or not bare(lexicon.noise.replace(text, {}))
        or courtesy(text.replace(" ", ""), lexicon) is not None
    )


def _is_tail(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a clause belongs to the one before: too short, or a mere 可以吗."""
    return len(text) < _SHORTEST or text in lexicon.clauses.tags


def is_asking(part: str, lexicon: Lexicon) -> bool:
    """Tell whether a clause asks something."""
    words = lexicon.clauses
    if is_latin(part):
        return "?" in part or not words.asking_latin.isdisjoint(part.split())
    text = bare(part)
    return (
        "?" in part
        or any(words.asking.find(text))
        or text.endswith(words.asking_end)
        or _WHETHER.search(text) is not None
    )


def is_bare_fact(cleaned: str, lexicon: Lexicon) -> bool:
    """Tell whether a message is nothing but what somebody is or has: 外地户口, 没社保."""
    return bare(cleaned) in lexicon.small.fragment


def is_fragment(cleaned: str, lexicon: Lexicon) -> bool:
    """Tell whether a message plainly waits for its other half: 我家孩子9月5号的."""
    text = bare(cleaned)
    if not text or len(text) > _FRAGMENT or is_latin(cleaned) or is_asking(cleaned, lexicon):
        return False
    small = lexicon.small
    return cleaned.endswith(",") or (
        text.startswith(small.fragment_start) and text.endswith(small.fragment_end)
    )
