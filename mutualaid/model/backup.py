# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole profile in one file behind a passphrase, and back.

A backup holds, for each group, the keys of the person and of the group, the whole journal and the
photos; all else is rebuilt. It does not hold the device's key: what is restored begins as a new
device of the same person, so that a machine and its backup never write with one key.

The content of the sealed file is a sequence of CBOR items: a head, then for each group its keys
and batches of entries as they go over the wire, its photos, then an end.
"""

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cbor2

from mutualaid.errors import BackupError, DamagedError, NewerVersionError
from mutualaid.model import keys
from mutualaid.model.entry import decode_batch, encode_batch
from mutualaid.model.group import Group
from mutualaid.model.photos import photo_hash
from mutualaid.model.profile import GroupState, Profile
from mutualaid.model.replica import Replica
from mutualaid.model.sealedfile import read_sealed, write_sealed

VERSION: Final = 1
HEAD, GROUP, ENTRIES, STATEMENTS, END, PHOTO = range(6)
#: An item is a frame: its length in four bytes, then CBOR.
MAX_ITEM: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    groups: tuple[str, ...]
    entries: int


def write_backup(
    profile: Profile, path: Path, passphrase: str, *, cost: keys.PasswordCost = keys.MODERATE
) -> int:
    """Write every group of a profile to ``path``; return the number of groups.

    Raises BackupError when there is nothing to keep or the disk refuses.
    """
    infos = profile.groups()
    if not infos:
        raise BackupError("There is no group in this profile yet, so there is nothing to back up.")
    write_sealed(path, passphrase, _content(profile), cost=cost)
    return len(infos)


def _frame(*item: object) -> bytes:
    data = cbor2.dumps(list(item))
    return len(data).to_bytes(4, "big") + data


def _content(profile: Profile) -> Iterator[bytes]:
    yield _frame(HEAD, VERSION)
    for info in profile.groups():
        if info.state is GroupState.BROKEN:
            raise BackupError(
                f"A group of this profile cannot be read, so no backup was written. {info.problem}"
            )
        with profile.open_directory(info.directory) as group:
            replica = group.replica
            replica.apply_all()
            yield _frame(
                GROUP,
                replica.group,
                replica.person.seed,
                replica.sealing.seed,
                [epoch.secret for epoch in replica.epochs()],
                replica.store.meta("invitation"),
                replica.device.seed if not replica.joined else None,
            )
            for batch in replica.journal.lacking({}):
                yield _frame(ENTRIES, encode_batch(batch))
            for digest in replica.blobs.all():
                yield _frame(PHOTO, digest, replica.blobs.serve(digest))
            yield _frame(STATEMENTS, [[each.body, each.signature] for each in replica.statements()])
    yield _frame(END)


def restore_backup(profile: Profile, path: Path, passphrase: str) -> Restored:
    """Bring a backup back into a profile without those groups, whole or not at all.

    Each group goes on as a new device of the same person. Raises BackupError when a group of the
    backup is in the profile already, DamagedError for a torn or altered file.
    """
    made: list[Path] = []
    try:
        restored = _restore(profile, _items(read_sealed(path, passphrase)), made)
    except BaseException:
        for directory in made:
            shutil.rmtree(directory, ignore_errors=True)
        raise
    return restored


def _items(pieces: Iterator[bytes]) -> Iterator[list[Any]]:
    """The CBOR items in a stream of pieces."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= 4:
            size = int.from_bytes(buffer[:4], "big")
            if size > MAX_ITEM:
                raise DamagedError("The backup is damaged; nothing was restored.")
            if len(buffer) < 4 + size:
                break
            try:
                item = cbor2.load(io.BytesIO(buffer[4 : 4 + size]))
            except (cbor2.CBORDecodeError, ValueError) as error:
                raise DamagedError("The backup is damaged; nothing was restored.") from error
            del buffer[: 4 + size]
            yield item


def _restore(profile: Profile, items: Iterator[list[Any]], made: list[Path]) -> Restored:
    head = next(items, None)
    if head is None or head[0] != HEAD:
        raise DamagedError("This file holds no backup of Mutual Aid. Nothing was restored.")
    if head[1] > VERSION:
        raise NewerVersionError(
            "This backup was written by a newer version of Mutual Aid. Nothing was restored."
            " Please update the program on this machine, then try again."
        )
    have = {info.id for info in profile.groups()}
    names: list[str] = []
    entries = 0
    replica: Replica | None = None
    ended = False
    for kind, *values in items:
        if kind in (GROUP, END) and replica is not None:
            names.append(_finish(replica))
            replica = None
        if kind == GROUP:
            if values[0] in have:
                raise BackupError(
                    "A group of this backup is in this profile already. Nothing was restored."
                    " Restore it into a new profile, or leave the group first."
                )
            replica = _open_group(profile, values, made)
        elif kind == ENTRIES and replica is not None:
            accepted = replica.take_in(decode_batch(values[0]))
            if accepted.refused:
                raise DamagedError(
                    "The backup's entries do not fit together; nothing was restored."
                )
            entries += accepted.stored
        elif kind == PHOTO and replica is not None:
            replica.apply_all()
            if photo_hash(values[1]) == values[0]:
                replica.keep_blob(*values)
        elif kind == STATEMENTS and replica is not None:
            replica.accept_statements([(body, signature) for body, signature in values[0]])
        elif kind == END:
            ended = True
    if not ended:
        raise DamagedError("The backup ends too early; nothing was restored.")
    for directory in made:
        profile.finish(directory)
    return Restored(tuple(names), entries)


def _open_group(profile: Profile, values: list[Any], made: list[Path]) -> Replica:
    group, person, sealing, epochs, invitation, device = values
    directory = profile.new_directory()
    made.append(directory)
    store = profile.store(directory)
    with store.write(durable=True):
        store.set_meta("group", group)
        store.set_meta("device", device or keys.SigningKey.generate().seed)
        store.set_meta("person", person)
        store.set_meta("sealing", sealing)
        if invitation is not None:
            store.set_meta("invitation", invitation)
        for secret in epochs:
            epoch = keys.EpochKey(secret)
            store.set_meta(f"epoch:{epoch.id.hex()}", epoch.secret)
    return Replica(store, clock=profile.clock)


def _finish(replica: Replica) -> str:
    replica.apply_all()
    if replica.me in replica.membership().persons:
        replica.begin_new_device(copied=False)
    group = Group(replica)
    group.mark_all_read()  # what was read before is no news now
    name = group.name
    replica.close()
    return name
