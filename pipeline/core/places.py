"""Where the files that ship with the package lie: in a wheel inside it, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(relative: str) -> Path:
    """Path of a shipped file or folder such as `models/default`; it need not exist."""
    packed = _PACKAGE / "_shipped"
    return (packed if packed.is_dir() else _PACKAGE.parent) / relative
