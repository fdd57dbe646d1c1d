# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every value is made of, and what a commit changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: A value of one field of a record. ``Millis`` is an ``int`` that automerge keeps as a timestamp.
Scalar = str | int | float | bool | bytes | None


class Millis(int):
    """Milliseconds since 1970-01-01 UTC; written to automerge as a timestamp, not an integer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one commit changed, told to every view.

    ``records`` maps the name of a kind ("post", "person", …) to the local record numbers that
    were added, changed or removed. ``everything`` is set where the list would be too long
    (first sync, rebuild): views then read anew. ``members`` says that membership, devices or the
    group's own settings changed. ``created`` is the record that a command made, if it made one.
    """

    records: Mapping[str, frozenset[int]] = field(default_factory=dict)
    everything: bool = False
    members: bool = False
    created: bytes | None = None

    def concerns(self, *kinds: str) -> bool:
        """Whether a view that shows records of these kinds has to look again."""
        return self.everything or any(self.records.get(kind) for kind in kinds)


NOTHING_CHANGED: Final = ChangeSet()
