# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Machines that know just enough to greet each other, and a wire to greet over."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from mutualaid.model.keys import EpochKey, SigningKey, derive
from mutualaid.sync.ending import ChannelError
from mutualaid.sync.handshake import Handshake
from mutualaid.sync.recognition import Recognition, RefusedError, Standing

STREET = b"group of 1 road."
CHOIR = b"group of singers"


@dataclass
class Machine:
    """A replica held in dictionaries; ``epochs`` newest first."""

    epochs: dict[bytes, list[EpochKey]] = field(default_factory=dict)
    current: dict[bytes, set[bytes]] = field(default_factory=dict)
    #: Public keys of invitations into a group of this machine.
    hosting: list[tuple[bytes, bytes]] = field(default_factory=list)
    #: Invitations this machine was given.
    visiting: list[tuple[bytes, SigningKey]] = field(default_factory=list)
    introductions: dict[bytes, bytes] = field(default_factory=dict)
    #: What counts as a good introduction of a device not heard of.
    convinced_by: bytes | None = None
    devices: dict[bytes, SigningKey] = field(default_factory=dict)

    def device(self, group: bytes) -> SigningKey:
        return self.devices.setdefault(group, SigningKey.generate())

    def recognitions(self) -> Sequence[Recognition]:
        return [
            *(
                Recognition(Standing.MEMBER, group, epoch.recognition, epoch.id)
                for group, epochs in self.epochs.items()
                for epoch in epochs
            ),
            *(
                Recognition(Standing.HOST, group, derive(public, "test"), public)
                for group, public in self.hosting
            ),
            *(
                Recognition(Standing.GUEST, group, derive(key.public, "test"), key.public)
                for group, key in self.visiting
            ),
        ]

    def signer(self, known: Recognition) -> SigningKey:
        if known.standing is Standing.GUEST:
            return next(key for _, key in self.visiting if key.public == known.name)
        return self.device(known.group)

    def introduction(self, known: Recognition) -> bytes:
        return self.introductions.get(known.group, b"")

    def accepts(self, known: Recognition, device: bytes, introduction: bytes) -> bool:
        if known.standing is Standing.GUEST:
            return True
        if device in self.current.get(known.group, ()):
            return True
        return self.convinced_by is not None and introduction == self.convinced_by


def neighbours(count: int = 2, group: bytes = STREET) -> list[Machine]:
    """Machines of one group, at one epoch, who all know each other."""
    machines = [Machine() for _ in range(count)]
    join(group, EpochKey.generate(), machines)
    return machines


def join(group: bytes, epoch: EpochKey, machines: Sequence[Machine]) -> None:
    """Give these machines an epoch key of the group, newer than those they hold."""
    devices = {machine.device(group).public for machine in machines}
    for machine in machines:
        machine.epochs.setdefault(group, []).insert(0, epoch)
        machine.current.setdefault(group, set()).update(devices)


@dataclass
class Outcome:
    """What became of a handshake: what went over the wire, and how each side failed, if it did."""

    sent: dict[str, list[bytes]]
    errors: dict[str, ChannelError]


def greet(initiator: Handshake, responder: Handshake) -> Outcome:
    """Carry messages between two handshakes until neither has anything to say."""
    sides = {"initiator": initiator, "responder": responder}
    other = {"initiator": "responder", "responder": "initiator"}
    sent: dict[str, list[bytes]] = {"initiator": [], "responder": []}
    errors: dict[str, ChannelError] = {}
    wire: deque[tuple[str, bytes]] = deque()

    def say(side: str, messages: Sequence[bytes]) -> None:
        sent[side] += messages
        wire.extend((other[side], message) for message in messages)

    for side, handshake in sides.items():
        say(side, handshake.start())
    while wire:
        side, message = wire.popleft()
        if side in errors or sides[side].peer is not None:
            continue
        try:
            say(side, sides[side].receive(message))
        except RefusedError as refused:
            errors[side] = refused
            say(side, refused.last_words)
        except ChannelError as error:
            errors[side] = error
    return Outcome(sent, errors)
