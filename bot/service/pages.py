"""Cut a message that is too long for one: at a paragraph, then a line, then a sentence; never inside a tag.

Floor 3, pure. Telegram counts UTF-16 units after the markup is parsed, and so do we.
"""

import re
import unicodedata
from html import unescape

from markupsafe import Markup

from bot.core.turn import Outgoing

LIMIT = 4096  # telegram.constants.MessageLimit.MAX_TEXT_LENGTH
_TOKEN = re.compile(r"<[^>]*>|&[#\w]+;|[^<&]|[<&]", re.DOTALL)
_NAME = re.compile(r"</?(\w+)")
_BREAKS = ("\n\n", "\n", "。", "！", "？", "；", ". ", "，", " ")


def units(html: str) -> int:
    """Return the length of a message as Telegram counts it: UTF-16 units without the tags."""
    text = unescape(re.sub(r"<[^>]*>", "", html))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(message: Outgoing, limit: int = LIMIT) -> tuple[Outgoing, ...]:
    """Return the message as pages within the limit; buttons go with the last."""
    if 2 * len(message.html) <= limit or units(message.html) <= limit:
        return (message,)
    parts = _cut(str(message.html), limit)
    last = len(parts) - 1
    return tuple(
        Outgoing(
            Markup(part),  # noqa: S704  # cut from markup, see _cut
            message.buttons if i == last else (),
        )
        for i, part in enumerate(parts)
    )


def _cut(html: str, limit: int) -> list[str]:
    """Walk over tags, entities and characters; cut at the best break of the last stretch."""
    parts: list[str] = []
    rest = html
    open_tags: list[str] = []
    while units(rest) > limit:
        at = _where(rest, limit)
        head, rest = rest[:at].rstrip(), rest[at:].lstrip("\n")
        open_tags = _open_after(head)
        parts.append(head + "".join(f"</{_tag_name(tag)}>" for tag in reversed(open_tags)))
        rest = "".join(open_tags) + rest
    if rest.strip():
        parts.append(rest)
    return parts


def _where(html: str, limit: int) -> int:
    """Return the index to cut at: within the limit, behind a break if one is in the second half."""
    index = count = 0
    for token in _TOKEN.finditer(html):
        piece = token.group()
        width = 0 if piece.startswith("<") and len(piece) > 1 else units(piece)
        if count + width > limit:
            break
        count += width
        index = token.end()
    for mark in _BREAKS:
        found = html.rfind(mark, index // 2, index)
        if found > 0 and not _inside_tag(html, found):
            return found + len(mark)
    return _before_combining(html, index)


def _before_combining(html: str, index: int) -> int:
    """Step back so that no combined character (accent, joined emoji) is torn apart, up to 64 steps."""
    for back in range(min(64, index - 1)):
        here, before = html[index - back : index - back + 1], html[index - back - 1]
        joined = here and (
            unicodedata.combining(here) or here in "\u200d\ufe0f" or before == "\u200d"
        )
        if not joined:
            return index - back
    return index


def _inside_tag(html: str, index: int) -> bool:
    return html.rfind("<", 0, index) > html.rfind(">", 0, index)


def _open_after(html: str) -> list[str]:
    """Return the tags that are open at the end, outermost first."""
    tags: list[str] = []
    for token in re.finditer(r"<[^>]*>", html):
        tag = token.group()
        if tag.startswith("</"):
            if tags:
                tags.pop()
        else:
            tags.append(tag)
    return tags


def _tag_name(tag: str) -> str:
    match = _NAME.match(tag)
    return match.group(1) if match else "b"
