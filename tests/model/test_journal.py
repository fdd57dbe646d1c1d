# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the journal takes in and what it refuses, entry by entry."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import ProtocolError
from mutualaid.model import crdt, keys
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Admit, Purge, encode, join_message
from mutualaid.model.entry import (
    BATCH_BYTES,
    MAX_BATCH_BYTES,
    SIGNED_EVERY,
    Chain,
    Purged,
    Run,
    check_run,
    decode_batch,
    encode_batch,
)
from mutualaid.model.journal import MAX_BRANCHES, Accepted, Refusal
from mutualaid.model.keys import SigningKey
from mutualaid.model.replica import Replica
from tests.helpers.changes import mutated
from tests.helpers.examples import examples
from tests.model import street as streets
from tests.model.street import (
    NOW,
    Street,
    entries_of,
    fields_of,
    forge,
    meet,
    say,
    tell,
    weigh,
    write,
)

POST = {"kind": "need", "title": "A ladder", "text": "until Friday", "state": "open"}


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ana(street: Street) -> Replica:
    return street.start()


@pytest.fixture
def ben(street: Street, ana: Replica) -> Replica:
    return street.join(ana)


def line(machine: Replica, count: int, *, payload: bytes = b"x") -> list[Run]:
    """``count`` entries of a machine's device, one run each, none of them stored anywhere."""
    runs: list[Run] = []
    prev = bytes(32)
    for seq in range(count):
        run, prev = forge(
            machine.group,
            machine.device.public,
            machine.device,
            [payload + b"%d" % seq],
            first=seq,
            prev=prev,
        )
        runs.append(run)
    return runs


def joined_run(runs: Sequence[Run]) -> Run:
    return replace(runs[0], items=[item for run in runs for item in run.items])


def refusals(machine: Replica, *runs: Run) -> list[Refusal]:
    return [reason for _run, reason in machine.take_in(runs).refused]


# Storing


def test_what_follows_is_stored_and_what_is_held_is_nothing_new(ana: Replica, ben: Replica) -> None:
    runs = line(ben, 6)
    for run in runs[:3]:
        assert ana.take_in([run]).stored == 1
    before = entries_of(ana)
    for again in (runs[0], runs[2], joined_run(runs[:3])):
        accepted = ana.take_in([again])
        assert (accepted.stored, accepted.refused, accepted.forked) == (0, [], False)
    assert entries_of(ana) == before
    overlapping = ana.take_in([joined_run(runs)])
    assert (overlapping.stored, overlapping.refused, overlapping.forked) == (3, [], False)
    assert len(ana.journal.branches(ben.device.public, Chain.CONTENT)) == 1


def test_a_gap_is_refused_without_blame_and_filled_later(ana: Replica, ben: Replica) -> None:
    runs = line(ben, 3)
    assert refusals(ana, runs[1]) == [Refusal.GAP]
    assert not ana.take_in([runs[2]]).blame
    assert refusals(ana, runs[0]) == []
    assert refusals(ana, runs[2]) == [Refusal.GAP]
    assert refusals(ana, runs[1], runs[2]) == []
    assert ana.journal.problems() == []


def test_a_wrong_prev_is_a_gap(ana: Replica, ben: Replica) -> None:
    first, _last = forge(ben.group, ben.device.public, ben.device, [b"x"])
    assert refusals(ana, first) == []
    strange, _last = forge(
        ben.group, ben.device.public, ben.device, [b"y"], first=1, prev=bytes(32)
    )
    assert refusals(ana, strange) == [Refusal.GAP]
    begins, _last = forge(ben.group, ben.device.public, ben.device, [b"y"], prev=b"x" * 32)
    assert refusals(ana, begins) == [Refusal.GAP]


def test_one_wrong_signature_at_the_end_refuses_the_whole_run(ana: Replica, ben: Replica) -> None:
    run = joined_run(line(ben, 5))
    wrong = replace(run, items=[*run.items[:4], run.items[4]._replace(signature=bytes(64))])
    before = entries_of(ana)
    assert ana.take_in([wrong]).blame
    assert entries_of(ana) == before
    assert refusals(ana, run) == []


def test_one_altered_entry_anywhere_refuses_the_whole_run(ana: Replica, ben: Replica) -> None:
    run = joined_run(line(ben, 5))
    for at in range(5):
        items = list(run.items)
        items[at] = items[at]._replace(payload=b"altered")
        assert refusals(ana, replace(run, items=items)) == [Refusal.BAD]
    swapped = replace(run, items=[run.items[1], run.items[0], *run.items[2:]])
    assert refusals(ana, swapped) == [Refusal.BAD]
    left_out = replace(run, items=[*run.items[:2], *run.items[3:]])
    assert refusals(ana, left_out) == [Refusal.BAD]


def test_one_signature_vouches_for_a_run_but_not_for_more_than_so_many(
    ana: Replica, ben: Replica
) -> None:
    def run(count: int, signed: set[int]) -> Run:
        return forge(
            ben.group,
            ben.device.public,
            ben.device,
            [b"%d" % n for n in range(count)],
            is_signed=lambda seq: seq in signed,
        )[0]

    assert len(check_run(ben.group, run(SIGNED_EVERY, {SIGNED_EVERY - 1}))) == SIGNED_EVERY
    with pytest.raises(ProtocolError, match="must have one"):
        check_run(ben.group, run(SIGNED_EVERY + 1, {SIGNED_EVERY}))


def test_a_bad_run_does_not_keep_out_the_others(street: Street, ana: Replica, ben: Replica) -> None:
    carol = street.join(ana)
    good = line(carol, 2)
    bad = replace(line(ben, 1)[0], prev=b"x" * 32)
    accepted = ana.take_in([bad, *good])
    assert accepted.blame
    assert accepted.stored == 2


def test_who_admits_may_stand_behind_who_was_admitted(street: Street, ana: Replica) -> None:
    carol = street.join(ana)
    write(carol, carol.me, "post", dict(POST))
    tell(carol, ana)
    ben = street.join(ana)
    (batch,) = ana.journal.lacking({})
    dora = Replica.begin_join(
        street.store(),
        streets.Invitation.generate(ana.group, "Elm Street", expires=streets.ENDS),
        clock=lambda: NOW,
    )
    street.machines.append(dora)
    accepted = dora.take_in(batch[::-1])
    assert {why for _run, why in accepted.refused} <= {Refusal.GAP}
    dora.take_in(batch)
    assert dora.membership().devices.keys() == ana.membership().devices.keys()
    assert ben.device.public in dora.membership().devices


def test_content_of_nobody_is_refused_until_it_is_somebodys(street: Street, ana: Replica) -> None:
    ben = street.knock(ana)
    post = write(ben, ben.me, "post", dict(POST))
    assert set(tell(ben, ana)) == {Refusal.UNKNOWN_DEVICE}
    ana.admit(ben.join_request())
    assert tell(ben, ana) == []
    assert fields_of(ana, post) is not None


def test_a_chain_with_too_many_branches_is_kept_at_a_bound(ana: Replica, ben: Replica) -> None:
    ana._mend = lambda: None  # type: ignore[method-assign]
    seen = [
        refusals(ana, forge(ben.group, ben.device.public, ben.device, [b"%d" % number])[0])
        for number in range(MAX_BRANCHES + 3)
    ]
    assert seen[MAX_BRANCHES:] == [[Refusal.BRANCHES]] * 3
    assert len(ana.journal.branches(ben.device.public, Chain.CONTENT)) == MAX_BRANCHES


def test_what_waits_for_a_cause_has_a_quota(
    ana: Replica, ben: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mutualaid.model.journal.WAITING_QUOTA", 3)
    records = []
    for _ in range(6):
        identity = Identity(ben.group, ben.me, keys.random(8), "post")
        first = crdt.create(ben.actor, {IDENTITY: identity.data, **POST})
        second = crdt.edit([first], ben.actor, {"title": "Another"})
        assert second is not None
        records.append((identity.record_id, first, second))
    prev, reasons = bytes(32), []
    for seq, (record_id, _first, second) in enumerate(records):
        run, prev = forge(
            ben.group,
            ben.device.public,
            ben.device,
            [encode_changes([(record_id, second)])],
            first=seq,
            prev=prev,
        )
        reasons.append(refusals(ana, run))
        ana.apply_all()
    assert reasons[:4] == [[], [], [], []]
    assert reasons[4] == [Refusal.QUOTA]


# Branches


def test_both_branches_are_kept_and_passed_on(street: Street, ana: Replica, ben: Replica) -> None:
    carol = street.join(ana)
    meet(ana, ben, carol)
    ana._mend = carol._mend = lambda: None  # type: ignore[method-assign]
    shared, last = forge(ben.group, ben.device.public, ben.device, [b"0", b"1"])
    ends = [
        forge(
            ben.group, ben.device.public, ben.device, [b"%d%d" % (n, m) for m in range(n + 1)],
            first=2, prev=last,
        )[0]
        for n in range(3)
    ]  # fmt: skip
    for run in (shared, *ends):
        assert refusals(ana, run) == []
    tell(ana, carol)
    assert carol.journal.holdings() == ana.journal.holdings()
    assert len(carol.journal.branches(ben.device.public, Chain.CONTENT)) == 3
    assert carol.journal.problems() == []


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_tree_of_branches_comes_over_in_any_order(street: Street, data: st.DataObject) -> None:
    """Chains cut in pieces, each piece given or not, in any order: in the end all is held."""
    ana = street.machines[0] if street.machines else street.start()
    ben = street.machines[1] if len(street.machines) > 1 else street.join(ana)
    device = SigningKey.generate()
    for machine in (ana, ben):
        machine._mend = lambda: None  # type: ignore[method-assign]
        machine.journal._vouched.add(device.public)
    places: list[tuple[int, bytes]] = [(0, bytes(32))]
    runs: list[Run] = []
    for _ in range(data.draw(st.integers(1, 8))):
        first, prev = data.draw(st.sampled_from(places))
        count = data.draw(st.integers(1, 4))
        for seq in range(first, first + count):
            run, prev = forge(
                ana.group, device.public, device, [keys.random(4)], first=seq, prev=prev
            )
            runs.append(run)
            places.append((seq + 1, prev))
    for machine in (ana, ben):
        for run in data.draw(st.permutations(runs)):
            machine.take_in([run])
    for _ in range(len(runs)):
        tell(ana, ben)
        tell(ben, ana)
    for run in runs:
        for machine in (ana, ben):
            machine.take_in([run])
    tell(ana, ben)
    tell(ben, ana)
    held = [
        machine.journal.holdings()[keys.device_hash(device.public)[:8]] for machine in (ana, ben)
    ]
    assert held[0] == held[1]
    assert ana.journal.problems() == []
    for machine in (ana, ben):
        assert tell(ana, ben) == []
        assert not any(machine.take_in([run]).stored for run in runs)


# Forgetting


def purge(machine: Replica, record: bytes) -> None:
    entries = tuple(
        bytes(row[0])
        for row in machine.store.connection.execute(
            "SELECT hash FROM entry JOIN change ON change.entry = entry.number"
            " JOIN record ON record.number = change.record WHERE record.id = ?",
            (record,),
        )
    )
    say(machine, Purge((record,), entries))


def payloads(machine: Replica) -> list[bytes]:
    return [
        row[0]
        for row in machine.store.connection.execute(
            "SELECT payload FROM entry WHERE payload IS NOT NULL"
        )
    ]


def test_what_is_purged_goes_everywhere_and_the_chain_still_holds(
    street: Street, ana: Replica, ben: Replica
) -> None:
    carol = street.join(ana)
    post = write(ben, ben.me, "post", {**POST, "title": "Marker"})
    other = write(ben, ben.me, "post", dict(POST))
    meet(ana, ben, carol)
    purge(ben, post)
    meet(ana, ben, carol)
    for machine in (ana, ben, carol):
        assert not any(b"Marker" in payload for payload in payloads(machine))
        assert fields_of(machine, post) is None
        assert fields_of(machine, other) is not None
        assert machine.journal.problems() == []
    dora = street.join(carol)
    meet(ana, ben, carol, dora)
    assert dora.applier.view_hash() == ana.applier.view_hash()


def test_a_purged_payload_that_comes_late_is_dropped_on_the_way_in(
    street: Street, ana: Replica, ben: Replica
) -> None:
    carol = street.join(ana)
    meet(ana, ben, carol)
    post = write(ben, ben.me, "post", {**POST, "title": "Marker"})
    (late,) = [run for batch in ben.journal.lacking(carol.journal.holdings()) for run in batch]
    purge(ben, post)
    told = [run for batch in ben.journal.lacking(carol.journal.holdings()) for run in batch]
    control = [run for run in told if run.chain is Chain.CONTROL]
    carol.take_in(control)
    assert refusals(carol, late) == []
    carol.apply_all()
    assert not any(b"Marker" in payload for payload in payloads(carol))


def test_a_missing_payload_that_nobody_purged_is_refused(ana: Replica, ben: Replica) -> None:
    (run,) = line(ben, 1)
    item = run.items[0]
    assert isinstance(item.payload, bytes)
    gone = Purged(keys.blake2b(item.salt + item.payload), len(item.payload))
    emptied = replace(run, items=[item._replace(payload=gone)])
    assert refusals(ana, emptied) == [Refusal.PURGE]
    assert not ana.take_in([emptied]).blame
    assert refusals(ana, run) == []


def test_a_control_entry_without_its_payload_is_refused(ana: Replica, ben: Replica) -> None:
    (run,) = line(ben, 1)
    item = run.items[0]
    assert isinstance(item.payload, bytes)
    gone = Purged(keys.blake2b(item.salt + item.payload), len(item.payload))
    control, _last = forge(
        ben.group, ben.device.public, ben.device, [item.payload], chain=Chain.CONTROL
    )
    emptied = replace(control, items=[control.items[0]._replace(payload=gone)])
    assert ana.take_in([emptied]).blame


def test_an_edit_apart_from_a_purge_does_not_bring_a_record_back(
    street: Street, ana: Replica, ben: Replica
) -> None:
    place = write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
    meet(ana, ben)
    weighed = weigh(ben, place)
    change = crdt.edit([weighed.data[c.hash] for c in weighed.counted], ben.actor, {"name": "Gym"})
    assert change is not None
    with ben.write(durable=False):
        ben.append_content([encode_changes([(place, change)])])
    purge(ana, place)
    meet(ana, ben)
    for machine in (ana, ben):
        alive = machine.store.connection.execute(
            "SELECT alive FROM record WHERE id = ?", (place,)
        ).fetchone()
        assert not alive[0]
    assert ana.applier.view_hash() == ben.applier.view_hash()


# Batches


def test_a_long_chain_is_cut_into_batches_that_fit(street: Street, ana: Replica) -> None:
    ben = street.join(ana)
    for _ in range(3):
        with ben.write(durable=False):
            ben.append_content([keys.random(50 * 1024) for _ in range(4)])
    batches = list(ben.journal.lacking(ana.journal.holdings()))
    assert len(batches) > 2
    for batch in batches:
        data = encode_batch(batch)
        assert len(data) <= BATCH_BYTES + 64 * 1024
        assert ana.take_in(decode_batch(data)).refused == []
    assert ana.journal.holdings() == ben.journal.holdings()


def test_a_batch_comes_back_as_it_went(ana: Replica, ben: Replica) -> None:
    write(ana, ana.me, "post", dict(POST))
    for batch in ana.journal.lacking({}):
        assert decode_batch(encode_batch(batch)) == batch


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_batch_or_refused(data: bytes) -> None:
    try:
        decode_batch(data)
    except ProtocolError:
        return


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_batch_changes_nothing(street: Street, random: Random) -> None:
    if not street.machines:
        ana = street.start()
        ben = street.join(ana)
        write(ana, ana.me, "post", dict(POST))
        street.join(ben)
    ana, ben = street.machines[:2]
    good = encode_batch([run for batch in ana.journal.lacking({}) for run in batch])
    before, membership = entries_of(ben), ben.membership()
    try:
        runs = decode_batch(mutated(good, random))
    except ProtocolError:
        return
    ben.take_in(runs)
    fresh = entries_of(ben) - before
    tell(ana, ben)
    assert fresh <= entries_of(ana)
    assert set(membership.devices) <= set(ben.membership().devices)
    assert ben.journal.problems() == []


def test_a_batch_beyond_its_bounds_is_refused(ana: Replica, ben: Replica) -> None:
    run, _last = forge(ben.group, ben.device.public, ben.device, [bytes(60 * 1024)] * 5)
    with pytest.raises(ProtocolError):
        decode_batch(encode_batch([run]))
    assert MAX_BATCH_BYTES < 5 * 60 * 1024


def test_what_was_written_apart_from_a_purge_is_forgotten_as_well(
    street: Street, ana: Replica, ben: Replica
) -> None:
    """An edit that nobody knew of when the record was purged: its payload goes, everywhere."""
    carol = street.join(ana)
    place = write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
    meet(ana, ben, carol)
    weighed = weigh(ben, place)
    data = [weighed.data[change.hash] for change in weighed.counted]
    change = crdt.edit(data, ben.actor, {"about": "Marker"})
    assert change is not None
    with ben.write(durable=False):
        ben.append_content([encode_changes([(place, change)])])
    purge(ana, place)
    tell(ben, carol)
    meet(ana, ben, carol)
    meet(ana, ben, carol)
    for machine in (ana, ben, carol):
        assert not any(b"Marker" in payload for payload in payloads(machine))
        assert machine.journal.problems() == []
    assert ana.applier.view_hash() == carol.applier.view_hash()
    before = entries_of(ana)
    meet(ana, ben, carol)
    assert entries_of(ana) == before


def test_a_branch_too_many_is_stored_if_somebody_built_on_it(
    street: Street, ana: Replica, ben: Replica
) -> None:
    """Or a member could end shared records for some by forking more often than is kept."""
    carol = street.join(ana)
    place = write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
    meet(ana, ben, carol)
    for machine in (ana, carol):
        machine._mend = lambda: None  # type: ignore[method-assign]
    weighed = weigh(ben, place)
    data = [weighed.data[change.hash] for change in weighed.counted]
    change = crdt.edit(data, ben.actor, {"about": "with a kitchen"})
    assert change is not None
    public, device = ben.device.public, ben.device
    run, _last = forge(ana.group, public, device, [encode_changes([(place, change)])])
    assert refusals(ana, run) == []
    ana.apply_all()
    built = crdt.edit([*data, change], ana.actor, {"area": "Elm Street"})
    assert built is not None
    with ana.write(durable=False):
        ana.append_content([encode_changes([(place, built)])])
    others = [forge(ana.group, public, device, [b"%d" % n])[0] for n in range(MAX_BRANCHES)]
    for each in others:
        carol.take_in([each])
    assert refusals(carol, run) == [Refusal.BRANCHES]
    assert refusals(ana, others[0]) == []
    for machine in (ana, carol):
        del machine._mend
        machine._mend()
    for _ in range(3):
        tell(ana, carol)
        tell(carol, ana)
    fields = fields_of(carol, place)
    assert fields is not None
    assert fields["area"] == "Elm Street"
    assert fields["about"] == "with a kitchen"
    assert ana.applier.view_hash() == carol.applier.view_hash()


def test_a_long_line_of_newcomers_told_backwards_takes_few_passes(
    ana: Replica, ben: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each let in by the next in the batch: or one batch could keep a machine busy for minutes."""
    runs: list[Run] = []
    host, chain = ben.device, ben.journal.branches(ben.device.public, Chain.CONTROL)
    first = (chain[0].head_seq + 1, chain[0].head_hash) if chain else (0, bytes(32))
    for _ in range(30):
        invitation, device, person = (SigningKey.generate() for _ in range(3))
        sealing = keys.SealingKey.generate().public
        message = join_message(ana.group, invitation.public, device.public, person.public, sealing)
        admit = Admit(
            *(invitation.public, device.public, person.public, sealing),
            *(invitation.sign(message), device.sign(message), person.sign(message)),
        )
        seq, prev = first
        run, _last = forge(
            *(ana.group, host.public, host, [encode(admit)]),
            first=seq,
            prev=prev,
            chain=Chain.CONTROL,
        )
        runs.append(run)
        host, first = device, (0, bytes(32))
    asked: list[Run] = []
    accept_run = ana.journal._accept_run

    def counted(run: Run, result: Accepted) -> Refusal | None:
        asked.append(run)
        return accept_run(run, result)

    monkeypatch.setattr(ana.journal, "_accept_run", counted)
    accepted = ana.take_in(runs[::-1])
    assert len(asked) <= 4 * len(runs)
    assert {why for _run, why in accepted.refused} == {Refusal.UNKNOWN_DEVICE}
    assert not ana.take_in(runs).refused
