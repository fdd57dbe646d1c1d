# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which epoch key is written with: rotations put together from their parts, and their order.

Pure, a part of the fold in ``membership``, and like it independent of clocks and of the order in
which entries came. A rotation is what it is by its place: parts that follow one another in one
chain, by a steward, with an epoch that is new where they stand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mutualaid.model.control import Rotate

if TYPE_CHECKING:
    from mutualaid.model.membership import ControlEntry


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation of which all parts are held. Device, number, hash and time are those of its last
    part: who holds that entry holds all of it."""

    epoch: bytes
    device: bytes
    seq: int
    hash: bytes
    created: int
    #: Receiver (device key) → the epoch secret, sealed to it.
    boxes: Mapping[bytes, bytes] = field(repr=False)


class Gathering:
    """Puts rotations together; parts are given causes first."""

    def __init__(self) -> None:
        #: Hash of the last part so far → all of them.
        self._begun: dict[bytes, list[Rotate]] = {}

    def take(self, entry: "ControlEntry", part: Rotate) -> tuple[bool, Rotation | None]:
        """Whether a part is in its place, and the rotation if it is the last."""
        if part.part == 0:
            parts = [part]
        else:
            before = self._begun.get(entry.prev) if entry.seq else None
            if before is None or not _follows(before[-1], part):
                return False, None
            parts = [*before, part]
        if part.part < part.parts - 1:
            self._begun[entry.hash] = parts
            return True, None
        boxes = {
            device: box
            for each in parts
            for device, box in zip(each.devices, each.boxes, strict=True)
        }
        return True, Rotation(part.epoch, entry.device, entry.seq, entry.hash, entry.created, boxes)


def _follows(before: Rotate, part: Rotate) -> bool:
    same = (part.epoch, part.parts) == (before.epoch, before.parts)
    return same and part.part == before.part + 1 and before.devices[-1] < part.devices[0]


def epochs_in_order(
    first: Sequence[bytes],
    rotations: Sequence[Rotation],
    may_read: Callable[[bytes], bool],
    order: Sequence["ControlEntry"],
) -> tuple[bytes, ...]:
    """All epochs, the one that is written with last.

    ``first`` are those that no rotation began, ``rotations`` are in canonical order, ``order`` is
    that of all control entries. A rotation is not written with if somebody received it who may
    not read what is new (``may_read``, by device key): its epoch then stands in front. Of the
    others one goes before all that it knew of, and of several that were made apart from each
    other the one with the lowest hash.
    """
    fit = [each for each in rotations if all(map(may_read, each.boxes))]
    if not fit:
        return (*(each.epoch for each in rotations), *first)
    current = _newest(fit, order)
    fitting = {each.epoch for each in fit}
    return (
        *(each.epoch for each in rotations if each.epoch not in fitting),
        *first,
        *(each.epoch for each in fit if each is not current),
        current.epoch,
    )


def _newest(rotations: Sequence[Rotation], order: Sequence["ControlEntry"]) -> Rotation:
    """Of the rotations after which none was made, the one with the lowest hash."""
    ends = {each.hash for each in rotations}
    #: Entry → rotations in its past, without those that others in it knew of; absent: none.
    past: dict[bytes, frozenset[bytes]] = {}
    known_later: set[bytes] = set()
    for entry in order:
        known: frozenset[bytes] = frozenset()
        for cause in (*entry.after, entry.prev) if entry.seq else entry.after:
            more = past.get(cause)
            if more is not None and more is not known:
                known = known | more if known else more
        if entry.hash in ends:
            known_later |= known
            known = frozenset((entry.hash,))
        if known:
            past[entry.hash] = known
    newest = (each for each in rotations if each.hash not in known_later)
    return min(newest, key=lambda each: each.hash)
