# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whence records of imports came, and what their lists said beside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.model.directories.directory import Source

#: Licences by which something was published for everybody, as people write them.
_OPEN: Final = re.compile(
    r"(cc[- ]?(0|by)|creative commons|odbl|odc|open data commons|pddl|public domain|ogl"
    r"|open government|dl-de|etalab)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sources:
    """By the number of a record of one kind."""

    by_number: Mapping[int, Source]
    more_by_number: Mapping[int, Mapping[str, str]]

    def source(self, number: int) -> Source | None:
        return self.by_number.get(number)

    def more(self, number: int) -> Mapping[str, str]:
        return self.more_by_number.get(number, {})


def read(db: Any, kind: str) -> Sources:
    """All of a kind with ``records.sharing.source_tables``. What lists say of people beside is
    sealed, and not among it."""
    more: dict[int, dict[str, str]] = {}
    if kind != "listed":
        for number, name, value in db.execute(
            f"SELECT record, name, value FROM {kind}_more ORDER BY record, name"
        ):
            more.setdefault(number, {})[name] = value
    found = {
        number: Source(origin, origin_id, licence)
        for number, origin, origin_id, licence in db.execute(
            f"SELECT record, origin, origin_id, licence FROM {kind}_source"
        )
    }
    return Sources(found, more)


def is_published(source: Source | None) -> bool:
    """Whether a list was published for everybody before it came here: under an open licence."""
    return source is not None and _OPEN.match(source.licence.strip()) is not None


def source_of(origin: str, origin_id: str, licence: str) -> Source | None:
    """The source of a repair. Older ones say list and id in one: ``ords:anstiftung-123``."""
    if not (origin or origin_id or licence):
        return None
    if not origin_id and origin.startswith("ords:"):
        return Source("Open Repair Data", origin.removeprefix("ords:"), licence)
    return Source(origin, origin_id, licence)
