"""The parameters of one call: which a method knows, which it needs, and their types."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.wire import Json, Refused, bad_request

_SEND = (
    "chat_id! message_thread_id disable_notification protect_content reply_parameters reply_markup"
    " business_connection_id message_effect_id allow_paid_broadcast"
)
_CAPTION = "caption parse_mode caption_entities show_caption_above_media"
_EDIT = "chat_id message_id inline_message_id business_connection_id reply_markup"
_TOPIC = "chat_id! message_thread_id!"
_SCOPE = "scope language_code"
_VIDEO = "duration width height thumbnail cover start_timestamp has_spoiler supports_streaming"

SPEC = {
    "getMe": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url! certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    "sendMessage": f"{_SEND} text! parse_mode entities link_preview_options",
    "sendPhoto": f"{_SEND} {_CAPTION} photo! has_spoiler",
    "sendDocument": f"{_SEND} {_CAPTION} document! thumbnail disable_content_type_detection",
    "sendVoice": f"{_SEND} {_CAPTION} voice! duration",
    "sendVideo": f"{_SEND} {_CAPTION} video! {_VIDEO}",
    "sendMediaGroup": f"{_SEND} media!",
    "copyMessage": f"{_SEND} {_CAPTION} from_chat_id! message_id! video_start_timestamp",
    "editMessageText": f"{_EDIT} text! parse_mode entities link_preview_options",
    "editMessageCaption": f"{_EDIT} {_CAPTION}",
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id! message_id!",
    "setMessageReaction": "chat_id! message_id! reaction is_big",
    "pinChatMessage": "chat_id! message_id! disable_notification business_connection_id",
    "sendChatAction": "chat_id! action! message_thread_id business_connection_id",
    "answerCallbackQuery": "callback_query_id! text show_alert url cache_time",
    "getFile": "file_id!",
    "setMyCommands": f"commands! {_SCOPE}",
    "getMyCommands": _SCOPE,
    "deleteMyCommands": _SCOPE,
    "setMyDescription": "description language_code",
    "setMyShortDescription": "short_description language_code",
    "getChat": "chat_id!",
    "getChatMember": "chat_id! user_id!",
    "getChatAdministrators": "chat_id!",
    "leaveChat": "chat_id!",
    "createForumTopic": "chat_id! name! icon_color icon_custom_emoji_id",
    "editForumTopic": f"{_TOPIC} name icon_custom_emoji_id",
    "closeForumTopic": _TOPIC,
    "reopenForumTopic": _TOPIC,
    "deleteForumTopic": _TOPIC,
}


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Params:
    """Typed access to what was sent; everything arrives as text or as an uploaded part."""

    fields: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def check(self, method: str) -> None:
        """Refuse a method or a parameter that Telegram does not have, and a missing one."""
        if method not in SPEC:
            raise Refused(404, "Not Found")
        needed = {name[:-1] for name in SPEC[method].split() if name.endswith("!")}
        known = {name.rstrip("!") for name in SPEC[method].split()}
        attached = json.dumps(self.fields)
        unknown = self.fields.keys() - known
        unknown |= {
            part for part in self.uploads.keys() - known if f"attach://{part}" not in attached
        }
        if unknown:  # the real server ignores them; here a misspelling must not go unseen
            raise bad_request(f"unknown parameter {sorted(unknown)[0]!r}")
        missing = sorted(needed - self.fields.keys() - self.uploads.keys())
        if missing:
            text = "message text is empty" if missing == ["text"] else f"{missing[0]} is empty"
            raise bad_request(text)

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            raise bad_request(f'field "{name}" must be of type String')
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self.fields.get(name, default)
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f'invalid integer "{name}" specified') from None

    def optional_number(self, name: str) -> int | None:
        return self.number(name) if name in self.fields else None

    def flag(self, name: str) -> bool:
        return str(self.fields.get(name, "")).lower() in {"true", "1", "yes"}

    def data(self, name: str) -> Any:
        """A value that travels as JSON text; None when it is absent."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def summary(self) -> Json:
        """For the record of calls: values as sent, uploads by size."""
        parts = {name: f"<{len(part.content)} bytes>" for name, part in self.uploads.items()}
        return {**self.fields, **parts}
