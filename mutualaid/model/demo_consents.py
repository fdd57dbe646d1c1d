# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people of a made-up neighbourhood let leave, and how its group can be asked."""

import random
from typing import Final

from mutualaid.model.values import Audience, ContactKind, Scalar
from mutualaid.model.values.directories import GroupContact, ShareField

#: No such numbers are given to anybody (555 01xx), no such names to any machine (RFC 2606).
CONTACT: Final = GroupContact(
    about="Neighbours around Elm Street who lend a hand, a ladder or an hour.",
    email="hello@elmstreet.example",
    phone="555 0100",
    where="the library door, Tuesdays 17:00 to 19:00",
    points={
        "North side": (44.6612, -63.5954),
        "South side": (44.6437, -63.5907),
        "Mill Lane": (44.6534, -63.6041),
        "Old harbour": (44.6491, -63.5699),
        "Hill houses": (44.6569, -63.5832),
        "Library": (44.6453, -63.5755),
    },
)

#: Fields of pages, with how many of ten who share their name share this as well.
_OFTEN: Final = {
    ShareField.AREA: 8,
    ShareField.LANGUAGES: 7,
    ShareField.AVAILABILITY: 4,
    ShareField.SKILLS: 9,
    ShareField.FIXES: 9,
    ShareField.REPAIRS: 5,
    ShareField.POSTS: 6,
    ShareField.HELPING: 2,
}
_WHERE: Final = (Audience.LINKED, Audience.PRINT, Audience.PRINT, Audience.PUBLIC)


def shares(chance: random.Random) -> dict[ShareField, Audience]:
    """What somebody lets leave: of ten, three nothing at all."""
    if chance.random() < 0.3:
        return {}
    widest = chance.choice(_WHERE)
    return {
        ShareField.NAME: widest,
        **{field: widest for field, often in _OFTEN.items() if chance.random() * 10 < often},
    }


def page(shared: dict[ShareField, Audience]) -> dict[str, Scalar]:
    """The same as fields of a page."""
    return {f"share:{field}": str(audience) for field, audience in shared.items()}


def contact(
    chance: random.Random, shared: dict[ShareField, Audience], number: int
) -> dict[str, Scalar] | None:
    """A number that may stand in a directory, of some who are in one."""
    if not shared or chance.random() < 0.4:
        return None
    return {
        "kind": str(ContactKind.PHONE),
        "value": f"555 01{number % 100:02d}",
        "audience": str(shared[ShareField.NAME]),
    }
