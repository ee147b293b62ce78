"""Where the files that ship with the package lie: in a wheel inside it, in a checkout beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path

NAME = re.compile(
    r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*"
)  # of something shipped: it never leads out of its folder
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(relative: str) -> Path:
    """Path of a shipped file or folder such as `models/default`; it need not exist."""
    packed = _PACKAGE / "_shipped"
    return (packed if packed.is_dir() else _PACKAGE.parent) / relative


def is_file(path: Path) -> bool:
    """Whether a file is there; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


def exists(path: Path) -> bool:
    """As `is_file`, for folders too."""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for a name that is too long)
