# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a channel ended, or never came to be."""

from enum import IntEnum, unique
from typing import Final

from mutualaid.errors import NetworkError


@unique
class Ending(IntEnum):
    """A reason. Those below 64 are told to the other machine, inside the encryption."""

    GOODBYE = 0
    DUPLICATE = 1
    NOT_ADMITTED = 2
    BROKE_PROTOCOL = 4
    TOO_SLOW = 5
    TOO_BUSY = 6

    # What this machine concludes by itself; never on the wire.
    NO_COMMON_GROUP = 64
    NOT_OURS = 65
    UNREACHABLE = 66
    TIMED_OUT = 67
    LOST = 68
    #: The connection led back into this very process, by whatever way.
    THIS_MACHINE = 69
    #: Another process proved to hold this machine's own device key: one is a copy of the other.
    SAME_DEVICE = 70


_SENTENCES: Final = {
    Ending.GOODBYE: "The connection was closed; nothing is lost, it is opened again when needed.",
    Ending.DUPLICATE: "These two machines are already connected.",
    Ending.NOT_ADMITTED: "One of the two machines does not know the other as part of the group.",
    Ending.THIS_MACHINE: "That address leads back to this machine.",
    Ending.SAME_DEVICE: "Another machine works with a copy of this machine's data.",
    Ending.BROKE_PROTOCOL: "The other machine sent something unreadable; it was dropped.",
    Ending.TOO_SLOW: "The other machine did not keep up; it is tried again later.",
    Ending.TOO_BUSY: "The other machine has no room for one more connection at the moment.",
    Ending.NO_COMMON_GROUP: "The machine at that address shares no group with this one.",
    Ending.NOT_OURS: "What answers at that address is not Mutual Aid, or not a version like this.",
    Ending.UNREACHABLE: "No machine answers at that address.",
    Ending.TIMED_OUT: "The other machine did not answer in time; it is tried again later.",
    Ending.LOST: "The connection broke off; nothing is lost, it is opened again when possible.",
}


class ChannelError(NetworkError):
    """A channel could not be opened or is open no longer; ``ending`` says why."""

    def __init__(self, ending: Ending, *, by_peer: bool = False) -> None:
        super().__init__(_SENTENCES[ending])
        self.ending = ending
        #: The other machine gave this reason, authenticated.
        self.by_peer = by_peer


def from_wire(code: int) -> Ending:
    """Return the reason that a peer gave; one from a newer version is a plain goodbye."""
    return Ending(code) if code in _TOLD else Ending.GOODBYE


_TOLD: Final = frozenset(int(ending) for ending in Ending if ending < Ending.NO_COMMON_GROUP)
