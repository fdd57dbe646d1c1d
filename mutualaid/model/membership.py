# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs: the fold of all control entries into one answer.

Pure, deterministic, independent of clocks and of the order in which entries came. Control entries
form a graph by ``prev`` and ``after``. They are put in one canonical order (causes first, ties by
hash) and each is judged against what stands before it. A further kind of entry (role, removal) is
one more case in ``_Fold.take``.

Cut-offs reach backwards: a freeze names the heads up to which a device counts, whatever stands
where in the order. So the fold takes cut-offs one device at a time, that of the most senior author
first, and folds anew after each; of two devices that cut each other off, seniority decides, then
the hash. All that cut off one device are taken together: what any of them names stays, and what
any of their authors knew of that device's control chain. So nobody can undo by a freeze what they
themselves build on, and whoever was admitted can still speak up for more.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from mutualaid.model import keys, plain
from mutualaid.model.control import (
    AddDevice,
    Admit,
    CloseInvite,
    Control,
    Freeze,
    Invite,
    KeyShare,
    Purge,
    Rotate,
    Start,
    device_message,
    group_id,
    join_message,
)
from mutualaid.model.entry import SIGNED_DOMAIN, SIGNED_EVERY, Chain, entry_hash
from mutualaid.model.rotation import Gathering, Rotation, epochs_in_order

#: Heads that one freeze may name: all branches of both chains, and no end of them.
MAX_FREEZE_HEADS: Final = 64


class Role(StrEnum):
    MEMBER = "member"
    STEWARD = "steward"


@dataclass(frozen=True, slots=True)
class ControlEntry:
    """A control entry as the fold needs it. ``after`` are hashes of control entries."""

    hash: bytes
    device: bytes
    seq: int
    prev: bytes
    after: tuple[bytes, ...]
    created: int
    control: Control | None
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    id: bytes
    signing: bytes
    sealing: bytes
    role: Role
    joined: int
    admitted_by: bytes | None  # device


@dataclass(frozen=True, slots=True)
class Device:
    key: bytes
    person: bytes
    seniority: int  # place in the canonical order of admission
    added: int
    #: Hashes of heads up to which its entries count; None where nothing cuts it off.
    heads: frozenset[bytes] | None = None

    @property
    def frozen(self) -> bool:
        return self.heads is not None


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    public: bytes
    uses: int
    ends: int
    by: bytes
    used: int = 0
    closed: bool = False


class Share(NamedTuple):
    """An epoch secret as it was sealed to a device, and by which entry: the number ``seq`` in the
    control chain of device ``by``."""

    sealed: bytes
    by: bytes
    seq: int


@dataclass(frozen=True, slots=True)
class Membership:
    """The folded answer; a value, compared and hashed by what it holds."""

    group: bytes
    persons: Mapping[bytes, Person] = field(default_factory=dict)
    devices: Mapping[bytes, Device] = field(default_factory=dict)
    invitations: Mapping[bytes, OpenInvitation] = field(default_factory=dict)
    #: Epoch ids, oldest first; the last is the one that is written with.
    epochs: tuple[bytes, ...] = ()
    #: Rotations that are whole and by a steward, in canonical order.
    rotations: tuple[Rotation, ...] = ()
    #: Device → epoch id → sealer → the key as that person sealed it, in a share or a rotation.
    #: Whether it is the key, only the device can tell, so nobody's share keeps out another's.
    shares: Mapping[bytes, Mapping[bytes, Mapping[bytes, Share]]] = field(default_factory=dict)
    #: Record id, or hash of an entry → whose purges name it; the group's id for a steward's.
    purged: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    #: Control entries that no other names: what a new entry's ``after`` is made of.
    heads: tuple[bytes, ...] = ()
    #: Control entries whose causes are not here yet.
    waiting: int = 0
    #: Control entries that say nothing: unknown types, no right to, beyond a cut-off.
    void: int = 0

    def is_current(self, device: bytes) -> bool:
        """Whether a device may take part: admitted and not frozen."""
        known = self.devices.get(device)
        return known is not None and not known.frozen

    def person_of(self, device: bytes) -> bytes | None:
        known = self.devices.get(device)
        return known.person if known else None

    def current_devices(self) -> list[Device]:
        return [device for device in self.devices.values() if not device.frozen]

    def is_purged(self, name: bytes, owner: bytes) -> bool:
        """Whether a record or entry was purged by its owner (a person) or by a steward."""
        by = self.purged.get(name)
        return by is not None and (owner in by or self.group in by)

    def stewards(self) -> frozenset[bytes]:
        """The people who are stewards now."""
        return frozenset(
            person.id for person in self.persons.values() if person.role is Role.STEWARD
        )

    def is_steward(self, person: bytes) -> bool:
        known = self.persons.get(person)
        return known is not None and known.role is Role.STEWARD


def fold(group: bytes, entries: Iterable[ControlEntry]) -> Membership:
    """Say who belongs to ``group``, from any set of control entries in any order."""
    by_hash = {entry.hash: entry for entry in entries}
    order, heads = _canonical_order(by_hash)
    waiting = len(by_hash) - len(order)
    ancestry = _Ancestry(by_hash)
    taken: dict[bytes, ControlEntry] = {}
    while True:
        state = _Fold(group, ancestry, taken)
        for entry in order:
            state.take(entry)
        fresh = [entry for entry in state.cut_offs if entry.hash not in taken]
        if not fresh:
            return state.result(order, heads, waiting)
        senior = min(fresh, key=lambda entry: (state.devices[entry.device].seniority, entry.hash))
        taken.update((entry.hash, entry) for entry in fresh if _target(entry) == _target(senior))


def _target(entry: ControlEntry) -> bytes:
    assert isinstance(entry.control, Freeze)
    return entry.control.device


def _canonical_order(
    by_hash: Mapping[bytes, ControlEntry],
) -> tuple[list[ControlEntry], tuple[bytes, ...]]:
    """Causes first, ties by hash; what lacks a cause is left out. And the heads."""
    causes: dict[bytes, int] = {}
    effects: dict[bytes, list[bytes]] = {}
    for entry in by_hash.values():
        named = set(entry.after)
        if entry.seq:
            named.add(entry.prev)
        causes[entry.hash] = len(named)
        for cause in named:
            effects.setdefault(cause, []).append(entry.hash)
    ready = [each for each, count in causes.items() if count == 0]
    heapq.heapify(ready)
    order: list[ControlEntry] = []
    heads: list[bytes] = []
    while ready:
        each = heapq.heappop(ready)
        order.append(by_hash[each])
        for effect in effects.get(each, ()):
            causes[effect] -= 1
            if causes[effect] == 0:
                heapq.heappush(ready, effect)
    placed = {entry.hash for entry in order}
    heads = [
        entry.hash
        for entry in order
        if not any(effect in placed for effect in effects.get(entry.hash, ()))
    ]
    return order, tuple(sorted(heads))


class _Ancestry:
    """Questions about what stands before what."""

    def __init__(self, by_hash: Mapping[bytes, ControlEntry]) -> None:
        self.by_hash = by_hash

    def causes(self, entry: ControlEntry) -> set[bytes]:
        """All entries that ``entry`` had in its past."""
        seen: set[bytes] = set()
        stack = [*entry.after, *((entry.prev,) if entry.seq else ())]
        while stack:
            each = stack.pop()
            if each in seen or each not in self.by_hash:
                continue
            seen.add(each)
            cause = self.by_hash[each]
            stack.extend(cause.after)
            if cause.seq:
                stack.append(cause.prev)
        return seen

    def chain_up_to(self, heads: Iterable[bytes]) -> set[bytes]:
        """These entries and those before them in their chains."""
        reached: set[bytes] = set()
        for head in heads:
            at = self.by_hash.get(head)
            while at is not None and at.hash not in reached:
                reached.add(at.hash)
                at = self.by_hash.get(at.prev) if at.seq else None
        return reached


class _Fold:
    """One pass over the entries in canonical order, under the cut-offs taken so far."""

    def __init__(
        self, group: bytes, ancestry: _Ancestry, taken: Mapping[bytes, ControlEntry]
    ) -> None:
        self.group = group
        self.ancestry = ancestry
        self.taken = taken
        self.persons: dict[bytes, Person] = {}
        self.devices: dict[bytes, Device] = {}
        self.invitations: dict[bytes, OpenInvitation] = {}
        self.admits: dict[bytes, list[bytes]] = {}
        self.epochs: dict[bytes, None] = {}  # those that no rotation began; a set with an order
        self.rotations: dict[bytes, Rotation] = {}
        self.gathering = Gathering()
        self.shares: dict[bytes, dict[bytes, dict[bytes, Share]]] = {}
        self.purged: dict[bytes, frozenset[bytes]] = {}
        self.cut_offs: list[ControlEntry] = []
        self.void = 0
        self.heads_of: dict[bytes, frozenset[bytes]] = {}
        self._allowed: dict[bytes, set[bytes]] = {}
        for entry in taken.values():
            assert isinstance(entry.control, Freeze)
            device, heads = entry.control.device, frozenset(entry.control.heads)
            self.heads_of[device] = self.heads_of.get(device, frozenset()) | heads
            allowed = self._allowed.setdefault(device, set())
            allowed |= ancestry.chain_up_to(heads)
            allowed |= ancestry.causes(entry)

    def take(self, entry: ControlEntry) -> None:
        """Judge one entry; what has no right to be is void and changes nothing."""
        allowed = self._allowed.get(entry.device)
        within = allowed is None or entry.hash in allowed or isinstance(entry.control, Start)
        if not (within and self._apply(entry)):
            self.void += 1

    def _apply(self, entry: ControlEntry) -> bool:
        control = entry.control
        if control is None:
            return False
        if isinstance(control, Start):
            return self._start(entry, control)
        if isinstance(control, AddDevice):
            return self._add_device(entry, control)
        author = self.devices.get(entry.device)
        if author is None:
            return False
        match control:
            case Invite():
                return self._invite(entry, control)
            case CloseInvite():
                return self._close_invite(author, control)
            case Admit():
                return self._admit(entry, control)
            case Freeze():
                return self._freeze(entry, control)
            case KeyShare():
                return self._share(entry, author, control)
            case Purge():
                return self._purge(author, control)
            case Rotate():
                return self._rotate(entry, author, control)

    def _start(self, entry: ControlEntry, start: Start) -> bool:
        if group_id(entry.payload) != self.group or start.device != entry.device or entry.seq:
            return False
        person = keys.person_id(self.group, start.signing)
        self.persons[person] = Person(
            person, start.signing, start.sealing, Role.STEWARD, entry.created, None
        )
        self._new_device(start.device, person, entry.created)
        self.epochs[start.epoch] = None
        return True

    def _new_device(self, device: bytes, person: bytes, created: int) -> None:
        self.devices[device] = Device(
            device, person, len(self.devices), created, self.heads_of.get(device)
        )

    def _invite(self, entry: ControlEntry, invite: Invite) -> bool:
        if invite.public in self.invitations or invite.uses < 1:
            return False
        self.invitations[invite.public] = OpenInvitation(
            invite.public, invite.uses, invite.ends, entry.device
        )
        return True

    def _close_invite(self, author: Device, close: CloseInvite) -> bool:
        invitation = self.invitations.get(close.public)
        if invitation is None:
            return False
        inviter = self.devices.get(invitation.by)
        own = inviter is not None and inviter.person == author.person
        steward = self.persons[author.person].role is Role.STEWARD
        if not (own or steward):
            return False
        self.invitations[close.public] = replace(invitation, closed=True)
        return True

    def _admit(self, entry: ControlEntry, admit: Admit) -> bool:
        invitation = self.invitations.get(admit.invitation)
        if invitation is None or not is_proven(self.group, admit):
            return False
        if admit.device in self.devices:
            # Admitted apart by two machines: one belonging, and both entries stand.
            return self.devices[admit.device].person == keys.person_id(self.group, admit.signing)
        # Judged by what its author knew, never by order: admits made apart all count.
        before = self.admits.get(admit.invitation, [])
        if len(before) >= invitation.uses:
            causes = self.ancestry.causes(entry)
            if sum(each in causes for each in before) >= invitation.uses:
                return False
        self.admits.setdefault(admit.invitation, []).append(entry.hash)
        self.invitations[admit.invitation] = replace(invitation, used=invitation.used + 1)
        person = keys.person_id(self.group, admit.signing)
        if person not in self.persons:
            self.persons[person] = Person(
                person, admit.signing, admit.sealing, Role.MEMBER, entry.created, entry.device
            )
        self._new_device(admit.device, person, entry.created)
        return True

    def _add_device(self, entry: ControlEntry, add: AddDevice) -> bool:
        person = self.persons.get(add.person)
        if person is None or entry.device in self.devices or entry.seq:
            return False
        message = device_message(self.group, add.person, entry.device)
        if not _verify(person.signing, message, add.certificate):
            return False
        self._new_device(entry.device, add.person, entry.created)
        return True

    def _freeze(self, entry: ControlEntry, freeze: Freeze) -> bool:
        if freeze.device not in self.devices or len(freeze.heads) > MAX_FREEZE_HEADS:
            return False
        if not proves_fork(self.group, freeze):
            return False
        self.cut_offs.append(entry)
        return True

    def _share(self, entry: ControlEntry, author: Device, share: KeyShare) -> bool:
        if share.device not in self.devices or not self._has_epoch(share.epoch):
            return False
        by_epoch = self.shares.setdefault(share.device, {})
        sealed = Share(share.sealed, entry.device, entry.seq)
        by_epoch.setdefault(share.epoch, {}).setdefault(author.person, sealed)
        return True

    def _has_epoch(self, epoch: bytes) -> bool:
        return epoch in self.epochs or epoch in self.rotations

    def _rotate(self, entry: ControlEntry, author: Device, part: Rotate) -> bool:
        steward = self.persons[author.person].role is Role.STEWARD
        # An epoch that is there already cannot be gone back to.
        if not steward or self._has_epoch(part.epoch):
            return False
        fits, whole = self.gathering.take(entry, part)
        if whole is not None:
            self.rotations[whole.epoch] = whole
            for device, box in whole.boxes.items():
                by_epoch = self.shares.setdefault(device, {})
                sealed = Share(box, whole.device, whole.seq)
                by_epoch.setdefault(whole.epoch, {})[author.person] = sealed
        return fits

    def _may_read(self, device: bytes) -> bool:
        """Whether an epoch whose key this device received may still be written with.

        Whoever was let in may read what is new. A frozen device is given no new key, but one that
        it received before spoils nothing: its person belongs, and goes on as another device.
        """
        return device in self.devices

    def _purge(self, author: Device, purge: Purge) -> bool:
        # Whose records these are is known where records are: see Membership.is_purged.
        steward = self.persons[author.person].role is Role.STEWARD
        by = frozenset((self.group if steward else author.person,))
        for name in (*purge.records, *purge.entries):
            self.purged[name] = self.purged.get(name, frozenset()) | by
        return True

    def result(
        self, order: Sequence[ControlEntry], heads: tuple[bytes, ...], waiting: int
    ) -> Membership:
        rotations = tuple(self.rotations.values())
        return Membership(
            group=self.group,
            persons=self.persons,
            devices=self.devices,
            invitations=self.invitations,
            epochs=epochs_in_order(tuple(self.epochs), rotations, self._may_read, order),
            rotations=rotations,
            shares=self.shares,
            purged=self.purged,
            heads=heads,
            waiting=waiting,
            void=self.void,
        )


@lru_cache(maxsize=4096)
def _verify(public: bytes, message: bytes, signature: bytes) -> bool:
    return keys.verify(public, message, signature)


def is_proven(group: bytes, admit: Admit) -> bool:
    """Whether invitation, device and person each signed that this device asks to be let in."""
    message = join_message(group, admit.invitation, admit.device, admit.signing, admit.sealing)
    return (
        _verify(admit.invitation, message, admit.proof)
        and _verify(admit.device, message, admit.consent)
        and _verify(admit.signing, message, admit.vow)
    )


def proves_fork(group: bytes, freeze: Freeze) -> bool:
    """Whether the two lines of headers are by that device, in one chain, from one number on,
    differ from the first, and end in a signature that fits."""
    one = _line_start(group, freeze.device, freeze.one)
    other = _line_start(group, freeze.device, freeze.other)
    if one is None or other is None or not freeze.heads:
        return False
    return one[0] == other[0] and one[1] != other[1]


@lru_cache(maxsize=256)
def _line_start(
    group: bytes, device: bytes, line: tuple[bytes, ...]
) -> tuple[tuple[Chain, int], bytes] | None:
    """Place and hash of the first entry of a line of headers that checks out; else None."""
    if not line or len(line) % 2 or len(line) > 2 * SIGNED_EVERY + 2:
        return None
    first: tuple[tuple[Chain, int], bytes] | None = None
    previous = b""
    place: tuple[bytes, bytes, Chain, int, bytes] | None = None
    for header, signature in zip(line[::2], line[1::2], strict=True):
        before, place = place, header_place(header)
        if place is None or place[:2] != (group, device):
            return None
        digest = entry_hash(header, signature)
        if before is None:
            first = (place[2:4], digest)
        elif place[2:4] != (before[2], before[3] + 1) or place[4] != previous:
            return None
        previous = digest
    return first if _verify(device, SIGNED_DOMAIN + line[-2], line[-1]) else None


def header_place(header: bytes) -> tuple[bytes, bytes, Chain, int, bytes] | None:
    """Group, device, chain, sequence number and prev of a header, or None if it is none."""
    try:
        version, group, device, chain, seq, prev, *rest = plain.read(header)
        named = type(group) is type(device) is type(prev) is bytes and type(seq) is int
        if version != 1 or not named or len(rest) != 4:
            return None
        return group, device, Chain(chain), seq, prev
    except Exception:  # noqa: BLE001 - hostile bytes raise many kinds
        return None


def canonical(membership: Membership) -> list[object]:
    """What the fold says, in one canonical form, for comparing two machines."""
    return [
        [
            [person.id, person.signing, person.sealing, str(person.role), person.joined]
            for person in sorted(membership.persons.values(), key=lambda each: each.id)
        ],
        [
            [device.key, device.person, sorted(device.heads) if device.heads else None]
            for device in sorted(membership.devices.values(), key=lambda each: each.key)
        ],
        [
            [each.public, each.uses, each.ends, each.used, each.closed]
            for each in sorted(membership.invitations.values(), key=lambda each: each.public)
        ],
        list(membership.epochs),
        sorted((name, sorted(by)) for name, by in membership.purged.items()),
    ]


def by_knowledge(hashes: Iterable[bytes], entries: Mapping[bytes, ControlEntry]) -> list[bytes]:
    """Control entries in the order of how much stands before them, the most first."""
    ancestry = _Ancestry(entries)
    return sorted(hashes, key=lambda each: (-len(ancestry.causes(entries[each])), each))


def chain_order(entries: Sequence[ControlEntry]) -> list[ControlEntry]:
    """Entries in an order in which each comes after its causes."""
    order, _heads = _canonical_order({entry.hash: entry for entry in entries})
    return order
