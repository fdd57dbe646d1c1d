# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a code that a person typed to the record it means."""

from typing import TYPE_CHECKING, Final, NamedTuple

from mutualaid.errors import BadValueError

if TYPE_CHECKING:
    from mutualaid.model.group import Group

_NAMES: Final = {
    "post": "a need or an offer",
    "response": "an answer to a post",
    "comment": "a comment",
    "person": "a person",
    "place": "a place",
    "repair": "a repair",
    "notice": "a notice",
    "group": "the group",
}


class Found(NamedTuple):
    """A record that a code stands for."""

    number: int
    id: bytes
    kind: str


def describe(kind: str) -> str:
    """A kind of record in words, with its article."""
    return _NAMES.get(kind, "something of a newer version")


def find(group: "Group", code: str, *kinds: str) -> Found:
    """The record with that code, or a sentence about what was asked for instead.

    Raises NotFoundError and AmbiguousError as the group does, BadValueError for another kind.
    """
    found = Found(*group.find(code))
    if kinds and found.kind not in kinds:
        wanted = " or ".join(describe(kind) for kind in kinds)
        raise BadValueError(f"{code} is {describe(found.kind)}, not {wanted}. Nothing was changed.")
    return found
