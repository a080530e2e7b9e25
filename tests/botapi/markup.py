"""Text and keyboards as Telegram takes them: HTML to entities, lengths in UTF-16, button shapes."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.botapi.wire import Json, bad_request

ENTITY_OF_TAG = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>|<|[^<]+", re.DOTALL)
HREF = re.compile(r"""^\s*href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))\s*$""")
KNOWN_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
BUTTON_ACTIONS = {
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "pay",
}  # fmt: skip
MAX_BUTTONS, MAX_ROW, MAX_CALLBACK_BYTES = 100, 8, 64


def utf16_length(text: str) -> int:
    """Count as Telegram does: a character outside the basic plane is two units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_text(text: str, mode: str | None, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """Return the text as shown and its entities; refuse what Telegram cannot parse."""
    if mode is None or mode == "":
        return text, entities or []
    if mode.lower() != "html":
        raise bad_request("unsupported parse_mode")  # the project writes HTML only
    return _parse_html(text)


def _parse_html(source: str) -> tuple[str, list[Json]]:
    shown: list[str] = []
    length = 0
    opened: list[tuple[str, int, str]] = []
    entities: list[Json] = []
    for token in TOKEN.finditer(source):
        at = len(source[: token.start()].encode())
        closing, tag, rest = token.group(1), (token.group(2) or "").lower(), token.group(3) or ""
        if token.group() == "<":
            raise bad_request(
                f'can\'t parse entities: Unsupported start tag "" at byte offset {at}'
            )
        if not tag:
            plain = KNOWN_ENTITY.sub(lambda found: html.unescape(found.group()), token.group())
            shown.append(plain)
            length += utf16_length(plain)
        elif closing:
            entities += _close(opened, tag, at=at, end=length)
        else:
            opened.append((tag, length, _attribute(tag, rest, at)))
    if opened:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\""
        )
    return "".join(shown), sorted(entities, key=lambda each: (each["offset"], -each["length"]))


def _attribute(tag: str, rest: str, at: int) -> str:
    if tag not in ENTITY_OF_TAG or (tag == "span" and "tg-spoiler" not in rest):
        raise bad_request(
            f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}'
        )
    found = HREF.match(rest) if tag == "a" else None
    return html.unescape(next(filter(None, found.groups()), "")) if found else ""


def _close(opened: list[tuple[str, int, str]], tag: str, *, at: int, end: int) -> list[Json]:
    if not opened:
        raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {at}")
    expected, start, address = opened.pop()
    if expected != tag:
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {at}, "
            f'expected "</{expected}>", found "</{tag}>"'
        )
    if end == start or (tag == "a" and not address):
        return []
    entity: Json = {"type": ENTITY_OF_TAG[tag], "offset": start, "length": end - start}
    return [{**entity, "url": address}] if address else [entity]


def checked_text(
    text: str, mode: str | None, entities: list[Json] | None
) -> tuple[str, list[Json]]:
    """Text of a message: 1 to 4096 units after parsing."""
    shown, found = parse_text(text, mode, entities)
    if not shown.strip():
        raise bad_request("message text is empty" if not text else "text must be non-empty")
    if utf16_length(shown) > 4096:
        raise bad_request("message is too long")
    return _within(shown, found)


def checked_caption(
    text: str, mode: str | None, entities: list[Json] | None
) -> tuple[str, list[Json]]:
    """Caption of a file: at most 1024 units after parsing."""
    shown, found = parse_text(text, mode, entities)
    if utf16_length(shown) > 1024:
        raise bad_request("message caption is too long")
    return _within(shown, found)


def _within(shown: str, entities: list[Json]) -> tuple[str, list[Json]]:
    if any(each["offset"] + each["length"] > utf16_length(shown) for each in entities):
        raise bad_request("can't parse entities: entity exceeds the text")
    return shown, entities


def checked_markup(markup: Any) -> Json | None:
    """Return the inline keyboard to store with the message, None for every other kind."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline keyboard")
        return {"inline_keyboard": [[_inline(button) for button in row] for row in rows if row]}
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"], "keyboard"):
            for button in row:
                if not (button if isinstance(button, str) else button.get("text")):
                    raise bad_request("keyboard button text must be non-empty")
    elif not (markup.get("remove_keyboard") is True or markup.get("force_reply") is True):
        raise bad_request("object expected as reply markup")
    return None


def _rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {name}: Array of Arrays expected")
    if any(len(row) > MAX_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _inline(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request(
            'can\'t parse inline keyboard button: Field "text" must be of type String'
        )
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = BUTTON_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if (
        "callback_data" in actions
        and not 1 <= len(button["callback_data"].encode()) <= MAX_CALLBACK_BYTES
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not re.match(r"(https?://[^\s/]+|tg://)\S*$", button["url"]):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    return button
