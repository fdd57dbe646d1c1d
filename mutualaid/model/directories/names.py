# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of files inside an export, such as every file system keeps."""

import re
from typing import Final

from mutualaid.model.text import plain

LONGEST_NAME: Final = 100
LONGEST_PATH: Final = 180

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_RESERVED: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10)))
)


def is_safe(path: str) -> bool:
    """Whether a path with ``/`` can be a file's inside an export: plain letters, nothing hidden,
    no way out, no name that some system keeps for itself."""
    if not 0 < len(path) <= LONGEST_PATH:
        return False
    return all(
        _SAFE.fullmatch(part) is not None
        and len(part) <= LONGEST_NAME
        and not part.endswith(".")
        and part.split(".")[0].lower() not in _RESERVED
        for part in path.split("/")
    )


def file_name(text: str, otherwise: str) -> str:
    """A safe name, without suffix, that reminds of a text; ``otherwise`` where none can be
    made, as for scripts other than Latin."""
    bare = "".join(letter if letter.isascii() else " " for letter in plain(text))
    name = "-".join(bare.split())[:60].strip("-")
    return name if name and is_safe(name) else otherwise
