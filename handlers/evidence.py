"""What a parent may send as evidence, and keeping it: size and kind are checked before anything is fetched.

Floor 2: pure. What cannot be taken is refused in words, with another way.
"""

import re
from dataclasses import replace

from markupsafe import Markup

from bot.core.dialogue import Draft
from bot.core.texts import say
from bot.core.turn import Media, MediaKind, Turn

MEGABYTE = 1024 * 1024
LARGEST = (
    20 * MEGABYTE
)  # telegram.constants.FileSizeLimit.FILESIZE_DOWNLOAD; the web page has the same
_MIMES = ("image/", "audio/", "video/", "application/pdf", "application/msword")
_NEVER = (
    "image/svg",
    "text/",
)  # what can hold scripts or cannot be told from its bytes; the store refuses it
_OFFICE = (
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.ms-",
    "application/wps",
)
_UNKNOWN = ("", "application/octet-stream")
_KNOWN_NAME = re.compile(
    r"\.(jpe?g|png|gif|webp|hei[cf]|bmp|pdf|docx?|xlsx?|pptx?|wps|et"
    r"|mp3|m4a|amr|og[ga]|wav|aac|mp4|mov|avi|3gp|mkv|webm)$",
    re.IGNORECASE,
)


def refusal(turn: Turn, media: Media) -> Markup | None:
    """Return why a file cannot be taken and what to do instead, or None when it can."""
    if media.size is not None and media.size > LARGEST:
        key = "evidence.video_too_big" if media.kind is MediaKind.VIDEO else "evidence.too_big"
        size = f"{media.size / MEGABYTE:.0f}"
        return say(key, turn.language, size=size, limit=LARGEST // MEGABYTE)
    unknown = media.kind is MediaKind.DOCUMENT and not _is_known(media)
    if unknown or media.mime.lower().startswith(_NEVER):
        return say("evidence.wrong_kind", turn.language)
    return None


def with_file(turn: Turn, draft: Draft) -> Draft:
    """Count the file of this message in a draft, and remember in which message it came."""
    media = turn.incoming.media
    brought = (turn.incoming.message, media.file_id if media is not None else "")
    return replace(draft, files=draft.files + 1, sent=(*draft.sent, brought))


def _is_known(media: Media) -> bool:
    mime = media.mime.lower()
    if mime not in _UNKNOWN:
        return mime.startswith((*_MIMES, *_OFFICE))
    return not media.name or _KNOWN_NAME.search(media.name) is not None
