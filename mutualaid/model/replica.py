# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One machine's copy of a group: its keys, its journal, and the two stages that fill it.

What people do with a group is in ``group``; what another machine may do with it is here: take in
what it sends, tell what is held, admit who proved an invitation. A replica belongs to one thread;
several, in any number of processes, may share one database.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from mutualaid.errors import DamagedError, InvitationError, MutualAidError, ProtocolError
from mutualaid.model import control, crdt, keys
from mutualaid.model.apply import Applier
from mutualaid.model.blobs import Blobs
from mutualaid.model.control import AddDevice, Admit, Control, Freeze, KeyShare, Purge, Start
from mutualaid.model.entry import Chain, Run
from mutualaid.model.invitation import Invitation
from mutualaid.model.journal import Accepted, Journal
from mutualaid.model.keyring import Keyring, keep_epoch
from mutualaid.model.membership import Membership, is_proven, proves_fork
from mutualaid.model.statements import now_ms
from mutualaid.model.store import Store
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet

#: Records and entries that one purge names: well below what one payload holds.
MOST_NAMED: Final = 500
APPLY_BATCH: Final = 2_000
MANY: Final = 100


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a newcomer shows to any member's machine; see :class:`control.Admit`."""

    invitation: bytes
    device: bytes
    signing: bytes
    sealing: bytes
    proof: bytes
    consent: bytes
    vow: bytes


class Replica(Keyring):
    """One group in one database."""

    def __init__(self, store: Store, *, clock: Callable[[], int] = now_ms) -> None:
        """Open what :meth:`start` or :meth:`begin_join` wrote before."""
        group = store.meta("group")
        if group is None:
            raise DamagedError(
                f"{store.path.parent} holds no group: it was left half made. It can be deleted."
            )
        self.store = store
        self.clock = clock
        self.group: bytes = bytes(group)
        self.journal = Journal(store, self.group)
        self._load_keys()
        self.applier = Applier(
            store, self.journal, lambda: (self.device.public, self.me), lambda: self.sealing
        )
        self.blobs = Blobs(store)
        self._seen_data: int | None = None
        self._seen_membership: Membership | None = None
        self._seen_touched = self.last_touched()
        self._dirty = False
        self.journal.refresh()
        self._seen_membership = self.journal.membership()
        self._mend()

    def _load_keys(self) -> None:
        meta = self.store.meta
        self.device = keys.SigningKey(bytes(meta("device")))
        self.person = keys.SigningKey(bytes(meta("person")))
        self.sealing = keys.SealingKey(bytes(meta("sealing")))
        self.me = keys.person_id(self.group, self.person.public)
        self.actor = crdt.new_actor(keys.device_hash(self.device.public))
        self.journal.own_device = self.device.public
        self._load_epochs()

    # -- beginnings

    @classmethod
    def start(cls, store: Store, *, clock: Callable[[], int] = now_ms) -> Self:
        """Begin a group on this machine, offline, with nobody's permission."""
        device, person = keys.SigningKey.generate(), keys.SigningKey.generate()
        sealing, epoch = keys.SealingKey.generate(), keys.EpochKey.generate()
        payload = control.encode(
            Start(device.public, person.public, sealing.public, epoch.id, keys.random(16))
        )
        group = control.group_id(payload)
        with store.write(durable=True):
            _keep_keys(store, group, device, person, sealing)
            keep_epoch(store, epoch)
            journal = Journal(store, group)
            journal.refresh()
            journal.append(device, Chain.CONTROL, [payload], clock())
            share = KeyShare(
                epoch.id,
                device.public,
                keys.seal(keys.sealing_public_of(device.public), epoch.secret),
            )
            journal.append(device, Chain.CONTROL, [control.encode(share)], clock())
        return cls(store, clock=clock)

    @classmethod
    def begin_join(
        cls, store: Store, invitation: Invitation, *, clock: Callable[[], int] = now_ms
    ) -> Self:
        """Make the keys of a newcomer; the rest comes from any member's machine."""
        device, person = keys.SigningKey.generate(), keys.SigningKey.generate()
        sealing = keys.SealingKey.generate()
        with store.write(durable=True):
            _keep_keys(store, invitation.group, device, person, sealing)
            store.set_meta("invitation", invitation.text)
        return cls(store, clock=clock)

    # -- transactions

    @contextlib.contextmanager
    def write(self, *, durable: bool) -> Iterator[None]:
        """One transaction on a fresh view of the database; on failure every cache is dropped,
        and the automerge actor with them, for a number once used must not be used again."""
        try:
            with self.store.write(durable=durable):
                self.journal.refresh()
                if self.store.meta("device") != self.device.seed:
                    # Another process went on as a new device, or a change of device failed.
                    self._load_keys()
                yield
        except BaseException:
            self.journal.forget()
            self.blobs.forget()
            self.actor = crdt.new_actor(keys.device_hash(self.device.public))
            with contextlib.suppress(MutualAidError):
                self.journal.refresh()
            raise
        finally:
            self._dirty = True

    def append_content(self, payloads: Sequence[bytes]) -> None:
        """Write and apply content of one's own; inside :meth:`write`."""
        numbers = self.journal.append(self.device, Chain.CONTENT, payloads, self.clock())
        self.applier.apply_own(numbers)

    def append_control(self, *entries: Control) -> None:
        """Write control entries of one's own and let records follow; inside :meth:`write`."""
        before = self.journal.membership()
        self.journal.append(
            self.device, Chain.CONTROL, [control.encode(entry) for entry in entries], self.clock()
        )
        self.applier.follow_membership(before, self.journal.membership())

    # -- what changed

    def last_touched(self) -> int:
        """The revision of the table ``touched`` up to which all is told; see touched_since."""
        row = self.store.connection.execute("SELECT max(revision) FROM touched").fetchone()
        return int(row[0] or 0)

    def touched_since(self, revision: int) -> ChangeSet:
        """What commits after ``revision`` of the table ``touched`` changed."""
        records: dict[str, set[int]] = {}
        everything = False
        oldest = self.store.connection.execute("SELECT min(revision) FROM touched").fetchone()[0]
        if oldest is not None and revision and oldest > revision + 1:
            everything = True
        for kind, number in self.store.connection.execute(
            "SELECT kind, record FROM touched WHERE revision > ?", (revision,)
        ):
            if number is None:
                everything = True
            elif kind is not None:
                records.setdefault(kind, set()).add(number)
        return ChangeSet(
            {kind: frozenset(numbers) for kind, numbers in records.items()}, everything=everything
        )

    def refresh(self) -> ChangeSet:
        """What any connection has committed since the last call; microseconds when nothing."""
        version = self.store.data_version()
        if version == self._seen_data and not self._dirty:
            return NOTHING_CHANGED
        with self.store.explained():
            self._seen_data, self._dirty = version, False
            self.journal.refresh()
            changed = self.touched_since(self._seen_touched)
            self._seen_touched = self.last_touched()
        membership = self.journal.membership()
        if membership is not self._seen_membership:
            self._seen_membership = membership
            changed = ChangeSet(changed.records, changed.everything, members=True)
            if bytes(self.store.meta("device")) != self.device.seed:
                self._load_keys()
            # Another process may have taken in a key that was shared with this machine.
            self._load_epochs()
            self._mend()
        return changed

    # -- keys and membership

    @property
    def joined(self) -> bool:
        """Whether this machine belongs, and holds a key with which it can talk to others."""
        return self.device.public in self.membership().devices and bool(self._epochs)

    @property
    def invitation(self) -> Invitation | None:
        """The invitation this machine waits on, until it is admitted."""
        from mutualaid.model.invitation import parse_invitation

        text = self.store.meta("invitation")
        return parse_invitation(text) if text is not None and not self.joined else None

    def join_request(self) -> JoinRequest:
        """What this newcomer shows to a member's machine."""
        invitation = self.invitation
        if invitation is None:
            raise InvitationError("This machine already belongs to the group.")
        secret = invitation.signing
        message = control.join_message(
            self.group,
            secret.public,
            self.device.public,
            self.person.public,
            self.sealing.public,
        )
        return JoinRequest(
            secret.public,
            self.device.public,
            self.person.public,
            self.sealing.public,
            secret.sign(message),
            self.device.sign(message),
            self.person.sign(message),
        )

    def admit(self, request: JoinRequest) -> None:
        """Let a newcomer in who proved an open invitation, and share the key with them.

        Raises InvitationError, in words for the newcomer, when the invitation does not allow it
        as far as this machine knows; ProtocolError when the request proves nothing.
        """
        admit = Admit(
            request.invitation,
            request.device,
            request.signing,
            request.sealing,
            request.proof,
            request.consent,
            request.vow,
        )
        if not is_proven(self.group, admit):
            raise ProtocolError("A newcomer's request does not prove the invitation.")
        with self.write(durable=True):
            membership = self.membership()
            if request.device in membership.devices:
                # Who admitted it may have shared nothing that opens: share the key once more.
                again = self.missing_shares(request.device)
                if again:
                    self.append_control(*again)
                return
            why = self.why_closed(request.invitation)
            if why:
                raise InvitationError(why)
            self.append_control(admit)
            if request.device not in self.membership().devices:
                raise ProtocolError("A newcomer's request does not prove the invitation.")
            shares = self.missing_shares(request.device)
            if shares:
                self.append_control(*shares)

    def why_closed(self, public: bytes) -> str:
        """Why nobody is let in by an invitation, as far as this machine knows, in words for the
        newcomer; "" where somebody may be."""
        invitation = self.membership().invitations.get(public)
        if invitation is None:
            why = "The group does not know this invitation."
        elif invitation.closed:
            why = "This invitation was withdrawn."
        elif invitation.used >= invitation.uses:
            why = "This invitation is used up."
        elif self.clock() > invitation.ends:
            why = "This invitation has expired."
        else:
            return ""
        return f"{why} Ask the person who invited you for a new one."

    def certificate(self) -> bytes:
        """What shows a machine that has not heard of this device that it belongs: the person,
        and the person's signature over the device."""
        message = control.device_message(self.group, self.me, self.device.public)
        return self.me + self.person.sign(message)

    def is_certified(self, device: bytes, certificate: bytes) -> bool:
        """Whether a certificate shows a device of a person who belongs."""
        person = self.membership().persons.get(certificate[:16])
        if person is None or len(certificate) != 16 + 64:
            return False
        message = control.device_message(self.group, person.id, device)
        return keys.verify(person.signing, message, certificate[16:])

    def begin_new_device(self, *, copied: bool) -> None:
        """Go on as a new device of the same person: after a restored backup, or because another
        copy of this profile writes too (``copied``). What was written before stays."""
        before = self.device
        with self.write(durable=True):
            if self.device is not before:
                return  # another process was quicker
            if copied:
                self.store.set_meta("copied_at", self.clock())
            self._begin_new_device()

    def _begin_new_device(self) -> None:
        self.device = keys.SigningKey.generate()
        self.actor = crdt.new_actor(keys.device_hash(self.device.public))
        self.journal.own_device = self.device.public
        self.store.set_meta("device", self.device.seed)
        self.store.delete_meta("after")
        if not self.journal.is_vouched_person(self.me):
            return  # a newcomer who is not admitted yet simply asks with the new key
        message = control.device_message(self.group, self.me, self.device.public)
        self.append_control(AddDevice(self.me, self.person.sign(message)))
        own = self.missing_shares(self.device.public)
        if own:
            self.append_control(*own)

    @property
    def copied_at(self) -> int | None:
        """When another copy of this profile was noticed, in ms; None if there never was one."""
        value = self.store.meta("copied_at")
        return int(value) if value is not None else None

    def _mend(self) -> None:
        """Put right what a change of membership asks of this machine."""
        membership = self.membership()
        frozen = membership.devices.get(self.device.public)
        own_forked = any(
            len(self.journal.branches(self.device.public, chain)) > 1 for chain in Chain
        )
        if own_forked or (frozen is not None and frozen.frozen):
            self.begin_new_device(copied=True)
        if self.unopened_epochs():
            # Of an entry that an older version of the program kept and could not read.
            with self.write(durable=False):
                self.open_shares()
        if self._unfrozen_forks() and self.journal.is_vouched(self.device.public):
            with self.write(durable=True):
                freezes = self._unfrozen_forks()
                self.store.connection.execute("DELETE FROM meta WHERE key LIKE 'owed:%'")
                if freezes:
                    self.append_control(*freezes)
        self.forget_late()
        self._seen_membership = self.membership()

    def forget_late(self) -> None:
        """Name what came late, or apart, of purged records, so that it goes everywhere.

        Done by the machines of whoever purged the record: the others may not.
        """
        if not self.applier.is_anything_late():
            return
        with self.write(durable=True):
            membership = self.membership()
            if not membership.is_current(self.device.public):
                return
            steward = membership.is_steward(self.me)
            due: dict[bytes, list[bytes]] = {}
            for record, digest, person in self.applier.take_late(membership):
                by = membership.purged.get(record, frozenset())
                if (steward and self.group in by) or (person == self.me and self.me in by):
                    due.setdefault(record, []).append(digest)
            if due:
                self.append_control(*purges(due))
                self.applier.take_late(membership)

    def _unfrozen_forks(self) -> list[Freeze]:
        """Freezes that are due: of forks held here, and of what was held when another froze."""
        devices = self.membership().devices
        due: list[Freeze] = []
        for fork in self.journal.forks():
            device = devices.get(fork.device)
            if device is not None and device.heads is None:
                freeze = Freeze(fork.device, fork.one, fork.other, fork.heads)
                if proves_fork(self.group, freeze) and fork.device not in {
                    each.device for each in due
                }:
                    due.append(freeze)
        for device_key, heads in self._owed():
            known = self.journal.freeze_of(device_key)
            if known is not None:
                due.append(Freeze(device_key, known.one, known.other, heads))
        return due

    def _owed(self) -> list[tuple[bytes, tuple[bytes, ...]]]:
        """Devices frozen by somebody who held less of them, and the heads held here then."""
        rows = self.store.connection.execute(
            "SELECT key, value FROM meta WHERE key LIKE 'owed:%'"
        ).fetchall()
        return [
            (bytes.fromhex(key[5:]), tuple(heads[at : at + 32] for at in range(0, len(heads), 32)))
            for key, heads in rows
        ]

    def _note_owed(
        self, held: Mapping[bytes, tuple[bytes, ...]], before: Membership, after: Membership
    ) -> None:
        """Remember to speak up for what was held of devices that were frozen just now.

        Whoever froze them named what they held. What others had by then counts as well, if they
        say so; what comes after does not.
        """
        counts: Callable[[int, int], bool] | None = None
        for device in after.devices.values():
            known = before.devices.get(device.key)
            if device.heads is None or known is None or known.heads is not None:
                continue
            counts = counts or self.journal.counts(after)
            heads = held.get(device.key, ())
            beyond = any(
                branch.head_hash in heads and not counts(branch.number, branch.head_seq)
                for chain in Chain
                for branch in self.journal.branches(device.key, chain)
            )
            if beyond:
                self.store.set_meta(f"owed:{device.key.hex()}", b"".join(heads))

    # -- the two stages, for entries from anywhere

    def take_in(self, runs: Sequence[Run]) -> Accepted:
        """Store what another machine sent: one transaction, all that was not refused."""
        many = sum(len(run.items) for run in runs) >= MANY
        with self.write(durable=False), _collector_paused(many):
            before = self.membership()
            held = self.journal.heads() if any(not run.chain for run in runs) else {}
            accepted = self.journal.accept(runs)
            if accepted.control:
                self._note_owed(held, before, self.membership())
                self.applier.follow_membership(before, self.membership())
                self.open_shares()
        if accepted.control or accepted.forked:
            self._mend()
        return accepted

    def apply_some(self, limit: int = APPLY_BATCH) -> int:
        """Apply up to ``limit`` stored entries; 0 when all are applied."""
        waiting = self.applier.backlog()
        if not waiting:
            return 0
        with self.write(durable=False), _collector_paused(min(waiting, limit) >= MANY):
            applied = self.applier.apply(limit)
        self.forget_late()
        return applied

    def apply_all(self) -> None:
        while self.apply_some():
            pass

    def keep_blob(self, digest: bytes, data: bytes) -> bool:
        """Keep a photo that another machine sent; see :meth:`Blobs.keep`."""
        with self.write(durable=False):
            return self.blobs.keep(digest, data)

    def close(self) -> None:
        self.store.close()


@contextlib.contextmanager
def _collector_paused(pause: bool) -> Iterator[None]:
    """Keep the cyclic collector from walking what a large batch makes; none of it is cyclic."""
    pause = pause and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def purges(named: Mapping[bytes, Sequence[bytes]]) -> list[Purge]:
    """The control entries that end these records and name these entries of each: as few as hold
    them all, for they are kept for good."""
    made: list[Purge] = []
    records: list[bytes] = []
    entries: list[bytes] = []
    for record, hashes in named.items():
        for at in range(0, max(len(hashes), 1), MOST_NAMED):
            some = hashes[at : at + MOST_NAMED]
            if records and len(records) + len(entries) + 1 + len(some) > MOST_NAMED:
                made.append(Purge(tuple(records), tuple(entries)))
                records, entries = [], []
            records.append(record)
            entries += some
    if records:
        made.append(Purge(tuple(records), tuple(entries)))
    return made


def _keep_keys(
    store: Store,
    group: bytes,
    device: keys.SigningKey,
    person: keys.SigningKey,
    sealing: keys.SealingKey,
) -> None:
    store.set_meta("group", group)
    store.set_meta("device", device.seed)
    store.set_meta("person", person.seed)
    store.set_meta("sealing", sealing.seed)
