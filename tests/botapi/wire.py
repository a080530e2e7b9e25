"""What goes over the wire: JSON shapes and refusals in Telegram's own words."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

ANONYMOUS_ADMIN = 1087968824  # every anonymous administrator arrives as this one account


class Refused(Exception):
    """An answer with ok=false: HTTP code, Telegram's description, response parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(problem: str, **parameters: int) -> Refused:
    return Refused(400, f"Bad Request: {problem}", **parameters)


def forbidden(problem: str) -> Refused:
    return Refused(403, f"Forbidden: {problem}")


def flood(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
