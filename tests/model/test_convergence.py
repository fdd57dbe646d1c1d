# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever happens in whatever order, machines that hold the same show the same."""

import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import InvitationError
from mutualaid.model import crdt, keys
from mutualaid.model.content import encode_changes
from mutualaid.model.control import Invite, Purge
from mutualaid.model.entry import Run, decode_batch, encode_batch
from mutualaid.model.invitation import Invitation
from mutualaid.model.journal import Refusal
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from tests.helpers.examples import examples
from tests.model.street import ENDS, NOW, Street, meet, say, weigh, write

KEY = b"k" * 32
FIELDS = ("title", "text", "area")
#: Refusals that only say that something else must come first.
EARLY = {Refusal.GAP, Refusal.UNKNOWN_DEVICE, Refusal.PURGE}


class Do(StrEnum):
    POST = "post"
    EDIT = "edit"
    PLACE = "place"
    PURGE = "purge"
    PASS_ON = "pass on"
    PASS_ON_SHUFFLED = "pass on shuffled"
    PASS_ON_TWICE = "pass on twice"
    APPLY = "apply"
    REOPEN = "reopen"
    COPY = "copy"
    INVITE = "invite"
    ADMIT = "admit"
    REBUILD = "rebuild"
    RESTORE = "restore"


class Step(NamedTuple):
    do: Do
    one: int
    other: int
    what: int


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            [*Do, Do.POST, Do.EDIT, Do.EDIT, Do.PASS_ON, Do.PASS_ON_SHUFFLED, Do.PASS_ON]
        ),
        st.integers(0, 7),
        st.integers(0, 7),
        st.integers(0, 1 << 16),
    ),
    max_size=40,
)


def further_device(street: Street, machine: Replica) -> Replica:
    """A second machine of the same person, as a restored backup makes it."""
    store = street.store()
    with store.write(durable=True):
        store.set_meta("group", machine.group)
        store.set_meta("device", keys.SigningKey.generate().seed)
        store.set_meta("person", machine.person.seed)
        store.set_meta("sealing", machine.sealing.seed)
        for epoch in machine.epochs():
            store.set_meta(f"epoch:{epoch.id.hex()}", epoch.secret)
    made = Replica(store, clock=lambda: NOW)
    street.machines.append(made)
    for batch in machine.journal.lacking({}):
        assert not made.take_in(batch).refused
    made.apply_all()
    made.begin_new_device(copied=False)
    return made


def rebuild(machine: Replica) -> None:
    with machine.write(durable=True):
        machine.applier.rebuild()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana who began the group, Ben with two machines, Carol; all in step."""
    directory = tmp_path_factory.mktemp("template")
    street = Street(directory)
    ana = street.start()
    ben, carol = street.join(ana), street.join(ana)
    meet(ana, ben, carol)
    write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
    write(ben, ben.me, "post", {"kind": "need", "title": "A ladder", "state": "open"})
    meet(ana, ben, carol)
    further_device(street, ben)
    meet(*street.machines)
    street.close()
    return directory


@dataclass
class World:
    """The machines of one example, and what its people wrote."""

    street: Street
    written: set[bytes] = field(default_factory=set)
    purged: set[bytes] = field(default_factory=set)
    newcomers: list[Replica] = field(default_factory=list)
    copies: int = 0

    @property
    def machines(self) -> list[Replica]:
        return self.street.machines

    def close(self) -> None:
        self.street.close()
        for each in self.newcomers:
            each.close()

    def take(self, step: Step) -> None:
        one = self.machines[step.one % len(self.machines)]
        other = self.machines[step.other % len(self.machines)]
        match step.do:
            case Do.POST | Do.PLACE:
                self.add(one, step)
            case Do.EDIT:
                self.edit(one, step.what)
            case Do.PURGE:
                self.purge(one, step.what)
            case Do.PASS_ON | Do.PASS_ON_SHUFFLED | Do.PASS_ON_TWICE:
                if one is not other:
                    self.pass_on(one, other, step)
            case Do.APPLY:
                one.apply_all()
            case Do.REOPEN:
                self.reopen(one)
            case Do.COPY:
                self.copy(one)
            case Do.INVITE:
                self.invite(one)
            case Do.ADMIT:
                self.admit(one, step.what)
            case Do.REBUILD:
                rebuild(one)
            case Do.RESTORE if self.copies < 2:
                self.copies += 1
                further_device(self.street, one)

    def add(self, machine: Replica, step: Step) -> None:
        words = f"{step.what}"
        if step.do is Do.PLACE:
            record = write(machine, machine.group, "place", {"name": words, "kind": "hub"})
        else:
            post = {"kind": "need", "title": words, "state": "open"}
            record = write(machine, machine.me, "post", post)
        self.written.add(record)

    def records(self, machine: Replica) -> list[bytes]:
        rows = machine.store.connection.execute("SELECT id FROM record WHERE alive ORDER BY id")
        return [bytes(row[0]) for row in rows]

    def edit(self, machine: Replica, what: int) -> None:
        records = [
            each
            for each in self.records(machine)
            if (identity := weigh(machine, each).identity) is not None
            and identity.owner in (machine.me, machine.group)
        ]
        if not records:
            return
        record = records[what % len(records)]
        weighed = weigh(machine, record)
        data = [weighed.data[change.hash] for change in weighed.counted]
        field_name = FIELDS[what % 3]
        with machine.write(durable=False):
            actor = crdt.new_actor(keys.device_hash(machine.device.public))
            if what % 5:
                change = crdt.edit(data, actor, {field_name: f"{what}"})
            else:
                change = crdt.edit(data, actor, {}, [field_name])
            if change is not None:
                machine.append_content([encode_changes([(record, change)])])

    def purge(self, machine: Replica, what: int) -> None:
        records = [
            each
            for each in self.records(machine)
            if (identity := weigh(machine, each).identity) is not None
            and (identity.owner == machine.me or machine.membership().is_steward(machine.me))
            and identity.kind == "post"
        ]
        if not records:
            return
        record = records[what % len(records)]
        entries = tuple(
            bytes(row[0])
            for row in machine.store.connection.execute(
                "SELECT hash FROM entry JOIN change ON change.entry = entry.number"
                " JOIN record ON record.number = change.record WHERE record.id = ?",
                (record,),
            )
        )
        self.purged.add(record)
        say(machine, Purge((record,), entries))

    def pass_on(self, source: Replica, target: Replica, step: Step) -> None:
        random = Random(step.what)
        batches = list(source.journal.lacking(target.journal.holdings()))
        if step.do is Do.PASS_ON_TWICE:
            batches += list(source.journal.lacking({}))
        runs: list[Run] = [run for batch in batches for run in batch]
        if step.do is not Do.PASS_ON:
            random.shuffle(runs)
        kept = runs[: random.randint(0, len(runs))] if random.random() < 0.5 else runs
        for run in kept:
            accepted = target.take_in(decode_batch(encode_batch([run])))
            assert {reason for _run, reason in accepted.refused} <= EARLY
            if random.random() < 0.3:
                target.apply_some(random.randint(1, 5))

    def reopen(self, machine: Replica) -> None:
        path = machine.store.path
        machine.close()
        at = self.machines.index(machine)
        self.machines[at] = Replica(Store(path, KEY), clock=lambda: NOW)

    def copy(self, machine: Replica) -> None:
        if self.copies >= 2:
            return
        self.copies += 1
        machine.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path = self.street.directory / f"{len(self.machines)}.db"
        shutil.copy(machine.store.path, path)
        self.machines.append(Replica(Store(path, KEY), clock=lambda: NOW))

    def invite(self, machine: Replica) -> None:
        if len(self.newcomers) >= 2:
            return
        invitation = Invitation.generate(machine.group, "Elm Street", expires=ENDS)
        say(machine, Invite(invitation.signing.public, 1, ENDS))
        path = self.street.directory / f"newcomer{len(self.newcomers)}.db"
        newcomer = Replica.begin_join(Store(path, KEY), invitation, clock=lambda: NOW)
        self.newcomers.append(newcomer)

    def admit(self, machine: Replica, what: int) -> None:
        """Let a newcomer in here, whether or not another machine did so already, elsewhere."""
        if not self.newcomers:
            return
        newcomer = self.newcomers[what % len(self.newcomers)]
        if newcomer.invitation is None:
            return
        try:
            machine.admit(newcomer.join_request())
        except InvitationError:
            return  # this machine has not heard of the invitation, or it is used up
        for batch in machine.journal.lacking(newcomer.journal.holdings()):
            newcomer.take_in(batch)
        newcomer.apply_all()

    def settle(self) -> None:
        """Everybody hears everything, and what follows from it."""
        everybody = [*self.machines, *(each for each in self.newcomers if each.joined)]
        for _ in range(40):
            before = [each.journal.holdings() for each in everybody]
            for each in everybody:
                each.refresh()
            for source in everybody:
                for target in everybody:
                    if source is not target:
                        for batch in source.journal.lacking(target.journal.holdings()):
                            accepted = target.take_in(decode_batch(encode_batch(batch)))
                            assert {why for _run, why in accepted.refused} <= EARLY
            for each in everybody:
                each.apply_all()
            if before == [each.journal.holdings() for each in everybody]:
                break
        else:
            raise AssertionError("these machines never come to rest")

    def check(self) -> None:
        everybody = [*self.machines, *(each for each in self.newcomers if each.joined)]
        holdings = {repr(sorted(each.journal.holdings().items())) for each in everybody}
        assert len(holdings) == 1
        views = {each.applier.view_hash() for each in everybody}
        assert len(views) == 1
        first = everybody[0]
        assert set(self.records(first)) >= self.written - self.purged
        assert not set(self.records(first)) & self.purged
        assert first.membership().waiting == 0
        waiting = first.store.connection.execute("SELECT count(*) FROM waiting").fetchone()[0]
        assert waiting == 0 or self.purged
        for each in everybody:
            rows = each.store.connection.execute("SELECT id FROM record").fetchall()
            for record in self.purged & {bytes(row[0]) for row in rows}:
                assert not weigh(each, record).data  # nothing of it is here any more
            assert each.membership().is_current(each.device.public)
            assert each.journal.problems() == []
        for each in everybody[:2]:
            rebuild(each)
            each.apply_all()
            assert each.applier.view_hash() in views


@pytest.fixture
def worlds(tmp_path: Path, template: Path) -> "Worlds":
    return Worlds(tmp_path, template)


@dataclass
class Worlds:
    directory: Path
    template: Path
    count: int = 0

    def another(self) -> World:
        self.count += 1
        directory = self.directory / str(self.count)
        shutil.copytree(self.template, directory)
        street = Street(directory)
        for path in sorted(directory.glob("*.db")):
            street.machines.append(Replica(Store(path, KEY), clock=lambda: NOW))
        return World(street)


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_any_history_ends_in_one_view_and_loses_nothing(
    worlds: "Worlds", steps: list[Step]
) -> None:
    world = worlds.another()
    try:
        for step in steps:
            world.take(step)
        world.settle()
        world.check()
    finally:
        world.close()
