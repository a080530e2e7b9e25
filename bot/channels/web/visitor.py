"""Who writes on the chat page: a random cookie names the conversation; the database holds only its hash.

Floor 4. The token in the page's forms is another hash of the same cookie, so it survives a restart and nobody
else's page can make it.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.service.job import Chance

_SECRET = re.compile(r"[0-9a-f]{64}")
YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser. `secret` never leaves its cookie."""

    secret: str

    @property
    def chat(self) -> str:
        """Return the conversation's name in the database."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @property
    def csrf(self) -> str:
        """Return the token that this visitor's forms carry."""
        return hashlib.sha256(f"form:{self.secret}".encode()).hexdigest()

    def sent(self, token: object) -> bool:
        """Tell whether a form's token is this visitor's."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.csrf.encode())


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; a browser takes __Host- only from https and this very host."""
    return "__Host-conversation" if secure else "conversation"


def recognise(request: Request, *, secure: bool) -> Visitor | None:
    """Return who the cookie names, or None."""
    secret = request.cookies.get(cookie_name(secure=secure), "")
    return Visitor(secret) if _SECRET.fullmatch(secret) else None


def meet(chance: Chance) -> Visitor:
    """Make a visitor nobody can guess."""
    return Visitor(f"{chance.bits(256):064x}")


def remember(response: Response, visitor: Visitor, *, secure: bool) -> None:
    """Set, or prolong, the cookie."""
    response.set_cookie(
        cookie_name(secure=secure),
        visitor.secret,
        max_age=YEAR_S,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
