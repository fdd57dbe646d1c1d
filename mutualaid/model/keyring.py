# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The epoch keys of one machine: which it holds, hands on, and makes."""

import contextlib
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

from mutualaid.model import keys
from mutualaid.model.chains import Holdings
from mutualaid.model.control import MAX_PARTS, RECEIVERS, Control, KeyShare, rotation
from mutualaid.model.entry import Chain
from mutualaid.model.membership import Share
from mutualaid.model.statements import Statements
from mutualaid.model.store import Store

#: So many epochs, the newest, are handed to who lacks them: as many as a welcome holds.
SHARED_EPOCHS: Final = 64
#: People who share one key with one machine where what others shared does not open there.
MOST_SHARERS: Final = 3


class Keyring(Statements):
    """What a replica does with epoch keys; a part of :class:`Replica`."""

    me: bytes
    _epochs: dict[bytes, keys.EpochKey]
    _useless: set[bytes]

    @abstractmethod
    def append_control(self, *entries: Control) -> None:
        """Write control entries of one's own; see :meth:`Replica.append_control`."""

    def _load_epochs(self) -> None:
        self._epochs = {}
        #: What was sealed to this device and does not open, or is another key than it says.
        self._useless = set()
        for (secret,) in self.store.connection.execute(
            "SELECT value FROM meta WHERE key LIKE 'epoch:%'"
        ):
            epoch = keys.EpochKey(bytes(secret))
            self._epochs[epoch.id] = epoch

    def _keep(self, epoch: keys.EpochKey) -> None:
        keep_epoch(self.store, epoch)
        self._epochs[epoch.id] = epoch

    def epochs(self) -> list[keys.EpochKey]:
        """The epoch keys this machine holds, newest first."""
        order = self.membership().epochs
        known = [self._epochs[each] for each in reversed(order) if each in self._epochs]
        return known or list(self._epochs.values())

    def current_key(self) -> keys.EpochKey | None:
        """The key that is written with now; None while it has not come to this machine.

        An older one is no substitute: what is sealed with it could be read by those from whom
        the rotation was to keep it.
        """
        order = self.membership().epochs
        if order:
            return self._epochs.get(order[-1])
        return next(iter(self._epochs.values()), None)

    def take_epochs(self, secrets: Sequence[bytes]) -> int:
        """Keep the keys that a welcome brought, of epochs this group has; return how many were
        new."""
        known = self.membership().epochs
        offered = [keys.EpochKey(secret) for secret in secrets]
        fresh = [each for each in offered if each.id in known and each.id not in self._epochs]
        if fresh:
            with self.write(durable=True):
                for epoch in fresh:
                    self._keep(epoch)
        return len(fresh)

    def unopened_epochs(self) -> list[keys.EpochKey]:
        """Keys that were sealed to this device, and that it does not hold yet."""
        sealing = None
        found: list[keys.EpochKey] = []
        for epoch_id, shares in self.membership().shares.get(self.device.public, {}).items():
            if epoch_id in self._epochs:
                continue
            sealing = sealing or keys.device_sealing_key(self.device)
            for share in shares.values():
                if share.sealed in self._useless:
                    continue
                with contextlib.suppress(keys.SealError, ValueError):
                    epoch = keys.EpochKey(sealing.open(share.sealed))
                    if epoch.id == epoch_id:
                        found.append(epoch)
                        break
                self._useless.add(share.sealed)
        return found

    def open_shares(self) -> None:
        """Take the epoch keys that were sealed to this device; inside :meth:`write`."""
        for epoch in self.unopened_epochs():
            self._keep(epoch)

    def missing_shares(self, device: bytes | None = None) -> list[KeyShare]:
        """Key shares for current devices that lack a key this machine holds.

        For one ``device``: what this person has not shared with it, whatever others have.
        """
        membership = self.membership()
        shares: list[KeyShare] = []
        for each in membership.current_devices():
            if device is not None and each.key != device:
                continue
            has = membership.shares.get(each.key, {})
            for epoch_id in membership.epochs[-SHARED_EPOCHS:]:
                epoch = self._epochs.get(epoch_id)
                sharers = has.get(epoch_id, {})
                if epoch is None or (self.me in sharers if device else bool(sharers)):
                    continue
                with contextlib.suppress(keys.SealError):
                    public = keys.sealing_public_of(each.key)
                    shares.append(KeyShare(epoch_id, each.key, keys.seal(public, epoch.secret)))
        return shares

    def newest_given(self, device: bytes, holdings: Holdings) -> bytes:
        """Id of the newest epoch of which a machine with these holdings has all that anybody handed
        it; where nothing is known of it the oldest that it was given, as newcomers are given all.
        """
        membership = self.membership()
        given = membership.shares.get(device, {})
        for epoch in reversed(membership.epochs):
            shares = given.get(epoch, {}).values()
            if shares and all(self._covers(holdings, share) for share in shares):
                return epoch
        oldest = next((epoch for epoch in membership.epochs if epoch in given), None)
        return oldest or membership.epochs[0]

    def _covers(self, holdings: Holdings, share: Share) -> bool:
        """Whether the entry of a share is among these holdings."""
        return all(
            self.journal.first_lacking(branch, holdings) > share.seq
            for branch in self.journal.branches(share.by, Chain.CONTROL)
            if branch.first <= share.seq <= branch.head_seq
        )

    def shares_anew(self, devices: Iterable[bytes]) -> list[KeyShare]:
        """The current key once more for machines that go on under an older one although they hold
        all that was handed to them: it does not open. No more than a few people each do this."""
        membership, key = self.membership(), self.current_key()
        if key is None:
            return []
        said = {each.device: each.holdings for each in self.statements()}
        found: list[KeyShare] = []
        for device in devices:
            sharers = membership.shares.get(device, {}).get(key.id, {})
            if not membership.is_current(device) or self.me in sharers or device not in said:
                continue
            stuck = self.newest_given(device, said[device]) == key.id
            if stuck and len(sharers) < MOST_SHARERS:
                with contextlib.suppress(keys.SealError):
                    public = keys.sealing_public_of(device)
                    found.append(KeyShare(key.id, device, keys.seal(public, key.secret)))
        return found

    def rotate(self) -> None:
        """Make a new epoch key and seal it to each current device; inside :meth:`write`, on a
        steward's machine. A device to whose key nothing can be sealed is left out, and whoever
        came last where there are more than one rotation can name: to them the key is shared."""
        epoch = keys.EpochKey.generate()
        boxes: dict[bytes, bytes] = {}
        for each in self.membership().current_devices()[: MAX_PARTS * RECEIVERS]:
            with contextlib.suppress(keys.SealError):
                boxes[each.key] = keys.seal(keys.sealing_public_of(each.key), epoch.secret)
        self._keep(epoch)
        self.append_control(*rotation(epoch.id, boxes))


def keep_epoch(store: Store, epoch: keys.EpochKey) -> None:
    """Keep an epoch's secret in a group's database; inside a transaction."""
    store.set_meta(f"epoch:{epoch.id.hex()}", epoch.secret)
