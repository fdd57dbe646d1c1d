# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every format in which a directory leaves, one file each; imported only when it is asked for."""

from importlib import import_module
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.directories.formats.format import Format

#: On the command line and in the window, in this order. "automerge" is made from the group itself.
NAMES: Final = (
    "hsds",
    "ords",
    "csv",
    "xlsx",
    "vcard",
    "icalendar",
    "murmurations",
    "valueflows",
    "geojson",
    "schemaorg",
    "site",
    "text",
    "automerge",
)


def format_named(name: str) -> Format:
    """The format with this name; raises BadValueError for any other."""
    if name not in NAMES:
        raise BadValueError(f"“{name[:40]}” is no format. There are: {', '.join(NAMES)}.")
    found = import_module(f"mutualaid.model.directories.formats.{name}").FORMAT
    assert isinstance(found, Format)
    return found
