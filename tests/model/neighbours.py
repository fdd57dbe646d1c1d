# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A street of people with groups as they use them, not only machines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mutualaid.model import crdt, keys
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.group import Group
from mutualaid.model.replica import Replica
from mutualaid.model.values import PostDraft, PostKind
from tests.model.street import NOW, Street, meet


def introduce(machine: Replica, name: str) -> None:
    """Write the page of whoever uses this machine."""
    identity = Identity(machine.group, machine.me, bytes(8), "person")
    change = crdt.create(machine.actor, {IDENTITY: identity.data, "name": name})
    with machine.write(durable=False):
        machine.append_content([encode_changes([(identity.record_id, change)])])


class Neighbours:
    """Ana who began the group (a steward), and others by name; ``meet`` lets all hear all."""

    def __init__(self, directory: Path, *names: str) -> None:
        self.street = Street(directory)
        self.groups: dict[str, Group] = {}
        for name in names:
            self.join(name)

    def __getitem__(self, name: str) -> Group:
        return self.groups[name]

    def meet(self) -> None:
        meet(*(group.replica for group in self.groups.values()))

    def join(self, name: str) -> Group:
        first = next(iter(self.groups.values()), None)
        machine = self.street.join(first.replica) if first else self.street.start()
        self.groups[name] = Group(machine)
        introduce(machine, name)
        self.meet()
        return self.groups[name]

    def further_machine(self, name: str) -> Group:
        """A second machine of the same person, as a restored backup makes it."""
        machine = self.groups[name].replica
        store = self.street.store()
        with store.write(durable=True):
            store.set_meta("group", machine.group)
            store.set_meta("device", keys.SigningKey.generate().seed)
            store.set_meta("person", machine.person.seed)
            store.set_meta("sealing", machine.sealing.seed)
            for epoch in machine.epochs():
                store.set_meta(f"epoch:{epoch.id.hex()}", epoch.secret)
        made = Replica(store, clock=lambda: NOW)
        self.street.machines.append(made)
        for batch in machine.journal.lacking({}):
            assert not made.take_in(batch).refused
        made.apply_all()
        made.begin_new_device(copied=False)
        self.groups[f"{name} again"] = Group(made)
        return self.groups[f"{name} again"]

    def need(self, name: str, title: str = "A lift", **more: Any) -> bytes:
        """A need that this person posts, known to everybody."""
        post = self[name].post(PostDraft(PostKind.NEED, title, **more)).created
        assert post is not None
        self.meet()
        return post

    def close(self) -> None:
        self.street.close()


def dump(group: Group, *, but: Mapping[str, object] | None = None) -> bytes:
    """Every value of every table of a machine's database, decrypted, one after another."""
    db = group.replica.store.connection
    tables = [
        row[0]
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    ]
    found: list[bytes] = []
    for table in tables:
        if but and table in but:
            continue
        for row in db.execute(f'SELECT * FROM "{table}"').fetchall():
            for value in row:
                found.append(value if isinstance(value, bytes) else str(value).encode())
    return b"\n".join(found)
