# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report of a problem that can be sent to strangers: no names, no texts, no addresses."""

import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutualaid import __version__
from mutualaid.cli.shapes import health
from mutualaid.paths import write_whole

if TYPE_CHECKING:
    from mutualaid.model.values import Health

_LIBRARIES: Final = (
    "PySide6-Essentials",
    "automerge",
    "sqlcipher3",
    "sqlite-utils",
    "PyNaCl",
    "websockets",
    "noiseprotocol",
    "zeroconf",
)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def write_report(file: Path, found: "Health") -> None:
    """Write what doctor found and what runs here."""
    document = {
        "mutualaid": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "byte_order": sys.byteorder,
        "libraries": {library: _version(library) for library in _LIBRARIES},
        **health(found),
    }
    write_whole(file, json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")
