"""`schema`: write the JSON Schemas of the content files; their first lines point to them.

Floor 5. Needs no configuration.
"""

from pathlib import Path

from bot.core.errors import ConfigError
from knowledge.schema_files import write_schemas


def schema(folder: Path) -> int:
    """Write every schema into the folder and name the files."""
    try:
        written = write_schemas(folder)
    except OSError as error:
        raise ConfigError("--out", f"cannot write to {folder}: {error.strerror}") from None
    for path in written:
        print(path)
    return 0
