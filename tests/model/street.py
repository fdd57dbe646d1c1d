# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group on several machines in one process, and a member who breaks the rules."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mutualaid.model import crdt, keys
from mutualaid.model.apply import Weighed
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Control, Invite
from mutualaid.model.entry import (
    NO_ENTRY,
    SALT_SIZE,
    SIGNED_DOMAIN,
    Chain,
    Item,
    Run,
    entry_hash,
    header_start,
    item_header,
)
from mutualaid.model.invitation import Invitation
from mutualaid.model.journal import Refusal
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.model.values import Scalar

NOW = 1_800_000_000_000
ENDS = NOW + 86_400_000
SIGNATURE_OF_NOBODY = bytes(64)


class Street:
    """Machines of one group; ``close`` when done."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.machines: list[Replica] = []

    def store(self) -> Store:
        return Store(self.directory / f"{len(self.machines)}.db", b"k" * 32)

    def start(self) -> Replica:
        self.machines.append(Replica.start(self.store(), clock=lambda: NOW))
        return self.machines[-1]

    def knock(self, host: Replica, *, uses: int = 1) -> Replica:
        """Return a newcomer with an open invitation of ``host``."""
        invitation = Invitation.generate(host.group, "Elm Street", expires=ENDS)
        say(host, Invite(invitation.signing.public, uses, ENDS))
        self.machines.append(Replica.begin_join(self.store(), invitation, clock=lambda: NOW))
        return self.machines[-1]

    def join(self, host: Replica) -> Replica:
        newcomer = self.knock(host)
        host.admit(newcomer.join_request())
        tell(host, newcomer)
        tell(newcomer, host)
        assert newcomer.joined
        return newcomer

    def close(self) -> None:
        for machine in self.machines:
            machine.close()


def say(machine: Replica, *entries: Control) -> None:
    with machine.write(durable=False):
        machine.append_control(*entries)


def tell(source: Replica, target: Replica) -> list[Refusal]:
    """Give ``target`` all it lacks; return why anything was refused."""
    refused: list[Refusal] = []
    for batch in source.journal.lacking(target.journal.holdings()):
        refused += [reason for _run, reason in target.take_in(batch).refused]
    target.apply_all()
    return refused


def meet(*machines: Replica) -> None:
    """Let everybody hear everything."""
    for _ in range(2):
        for source in machines:
            for target in machines:
                if source is not target:
                    assert not tell(source, target)


def write(machine: Replica, owner: bytes, kind: str, fields: Mapping[str, Scalar]) -> bytes:
    """Write a new record that says it belongs to ``owner``; return its id."""
    identity = Identity(machine.group, owner, keys.random(8), kind)
    change = crdt.create(machine.actor, {IDENTITY: identity.data, **fields})
    with machine.write(durable=False):
        machine.append_content([encode_changes([(identity.record_id, change)])])
    return identity.record_id


def weigh(machine: Replica, record_id: bytes) -> Weighed:
    row = machine.store.connection.execute(
        "SELECT number FROM record WHERE id = ?", (record_id,)
    ).fetchone()
    membership = machine.membership()
    counts = machine.journal.counts(membership)
    return machine.applier.weigh(row[0], record_id, membership, counts)


def fields_of(machine: Replica, record_id: bytes) -> dict[str, Scalar] | None:
    merged = weigh(machine, record_id).merged
    return None if merged is None else dict(merged.fields)


def entries_of(machine: Replica) -> int:
    return int(machine.store.connection.execute("SELECT count(*) FROM entry").fetchone()[0])


def forge(
    group: bytes,
    author: bytes,
    signer: keys.SigningKey,
    payloads: Sequence[bytes],
    *,
    first: int = 0,
    prev: bytes = NO_ENTRY,
    chain: Chain = Chain.CONTENT,
    created: int = NOW,
    is_signed: Callable[[int], bool] = lambda _seq: True,
) -> tuple[Run, bytes]:
    """Make a run in ``author``'s name, signed by ``signer`` where ``is_signed`` says so.

    Returns it with the hash of its last entry.
    """
    start = header_start(group, author, chain)
    items: list[Item] = []
    last = prev
    for seq, payload in enumerate(payloads, first):
        item = Item(created, None, keys.random(SALT_SIZE), b"", payload)
        header = item_header(start, seq, last, item)
        signature = signer.sign(SIGNED_DOMAIN + header) if is_signed(seq) else SIGNATURE_OF_NOBODY
        items.append(item._replace(signature=signature))
        last = entry_hash(header, signature)
    return Run(author, chain, first, prev, items), last
