# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What SECURITY.md says that a member who breaks the rules, or a stranger, cannot do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mutualaid.errors import DamagedError, InvitationError, ProtocolError
from mutualaid.model import crdt, keys
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Admit, Purge, join_message
from mutualaid.model.entry import Chain
from mutualaid.model.invitation import Invitation
from mutualaid.model.journal import Refusal
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from tests.model.street import (
    ENDS,
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


# Writing as somebody else


def test_nobody_writes_in_anothers_name(street: Street) -> None:
    ana = street.start()
    mallory = street.join(ana)
    ben = street.join(ana)
    identity = Identity(ana.group, ana.me, bytes(8), "post")
    actor = crdt.new_actor(keys.device_hash(ana.device.public))
    change = crdt.create(actor, {IDENTITY: identity.data, **POST})
    payload = encode_changes([(identity.record_id, change)])
    run, _hash = forge(ana.group, ana.device.public, mallory.device, [payload])
    before = entries_of(ben)
    accepted = ben.take_in([run])
    assert [reason for _run, reason in accepted.refused] == [Refusal.BAD]
    assert accepted.blame
    assert entries_of(ben) == before


def test_what_is_altered_on_the_way_is_refused(street: Street) -> None:
    ana = street.start()
    ben = street.join(ana)
    write(ana, ana.me, "post", dict(POST))
    (batch,) = ana.journal.lacking(ben.journal.holdings())
    (run,) = batch
    item = run.items[0]
    for altered in (
        item._replace(created=item.created + 1),
        item._replace(payload=b"another"),
        item._replace(salt=bytes(16)),
        item._replace(signature=bytes(64)),
        item._replace(after=bytes(32)),
    ):
        accepted = ben.take_in([replace(run, items=[altered])])
        assert accepted.blame
        assert accepted.stored == 0
    assert not ben.take_in([run]).refused


def test_a_chain_of_one_group_says_nothing_in_another(street: Street, tmp_path: Path) -> None:
    ana = street.start()
    ben = street.join(ana)
    run, _hash = forge(b"another group id", ana.device.public, ana.device, [b"x"])
    assert ben.take_in([run]).blame


def test_who_was_not_admitted_is_not_stored(street: Street) -> None:
    ana = street.start()
    stranger = keys.SigningKey.generate()
    before = entries_of(ana)
    for chain in Chain:
        run, _hash = forge(ana.group, stranger.public, stranger, [b"x"], chain=chain)
        refused = ana.take_in([run]).refused
        assert [reason for _run, reason in refused] == [Refusal.UNKNOWN_DEVICE]
    assert entries_of(ana) == before


def test_an_entry_cannot_be_dated_before_the_one_it_follows(street: Street) -> None:
    ana = street.start()
    mallory = street.join(ana)
    first, last = forge(mallory.group, mallory.device.public, mallory.device, [b"x"])
    assert not ana.take_in([first]).refused
    second, _hash = forge(
        mallory.group,
        mallory.device.public,
        mallory.device,
        [b"y"],
        first=1,
        prev=last,
        created=NOW - 1,
    )
    assert ana.take_in([second]).blame


# Other people's records


def test_nobody_changes_anothers_record(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    post = write(ana, ana.me, "post", dict(POST))
    meet(ana, mallory, ben)
    before = fields_of(ben, post)
    data = list(weigh(mallory, post).data.values())
    change = crdt.edit(data, mallory.actor, {"title": "Free money", "state": "withdrawn"})
    assert change is not None
    with mallory.write(durable=False):
        mallory.append_content([encode_changes([(post, change)])])
    meet(ana, mallory, ben)
    assert before is not None
    assert before["title"] == "A ladder"
    for machine in (ana, ben, mallory):
        assert fields_of(machine, post) == before

    own = crdt.edit(data, ana.actor, {"title": "A long ladder"})
    assert own is not None
    with ana.write(durable=False):
        ana.append_content([encode_changes([(post, own)])])
    meet(ana, mallory, ben)
    assert fields_of(ben, post) == {**before, "title": "A long ladder"}


def test_nobody_makes_a_record_in_anothers_name(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    post = write(mallory, ana.me, "post", dict(POST))
    meet(ana, mallory, ben)
    for machine in (ana, ben, mallory):
        assert fields_of(machine, post) is None


def test_nobody_claims_the_id_of_anothers_record(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    post = write(ana, ana.me, "post", dict(POST))
    mine = Identity(ana.group, mallory.me, bytes(8), "post")
    claim = crdt.create(mallory.actor, {IDENTITY: mine.data, **POST, "title": "Mine now"})
    with mallory.write(durable=False):
        mallory.append_content([encode_changes([(post, claim)])])
    # Whichever comes first.
    tell(mallory, ben)
    meet(ana, mallory, ben)
    for machine in (ana, ben, mallory):
        fields = fields_of(machine, post)
        assert fields is not None
        assert fields["title"] == "A ladder"


def test_nobody_writes_with_anothers_actor(street: Street) -> None:
    ana = street.start()
    mallory = street.join(ana)
    identity = Identity(ana.group, mallory.me, bytes(8), "post")
    change = crdt.create(ana.actor, {IDENTITY: identity.data, **POST})
    run, _hash = forge(
        ana.group,
        mallory.device.public,
        mallory.device,
        [encode_changes([(identity.record_id, change)])],
    )
    assert not ana.take_in([run]).refused
    ana.apply_all()
    found = ana.store.connection.execute(
        "SELECT alive FROM record WHERE id = ?", (identity.record_id,)
    ).fetchone()
    assert found is None or not found[0]


def test_a_member_who_is_no_steward_cannot_have_anothers_record_forgotten(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    post = write(ben, ben.me, "post", dict(POST))
    meet(ana, mallory, ben)
    (entry,) = ben.store.connection.execute(
        "SELECT hash FROM entry JOIN change ON change.entry = entry.number"
        " JOIN record ON record.number = change.record WHERE record.id = ?",
        (post,),
    ).fetchone()
    say(mallory, Purge((post,), (entry,)))
    meet(ana, mallory, ben)
    for machine in (ana, ben, mallory):
        assert fields_of(machine, post) is not None


# Getting in


def test_a_stranger_without_an_invitation_is_not_let_in(street: Street) -> None:
    ana = street.start()
    invented = Invitation.generate(ana.group, "Elm Street", expires=ENDS)
    newcomer = Replica.begin_join(street.store(), invented, clock=lambda: NOW)
    street.machines.append(newcomer)
    asked = newcomer.join_request()
    with pytest.raises(InvitationError, match="does not know this invitation"):
        ana.admit(asked)
    assert not ana.membership().is_current(asked.device)


def test_who_belongs_already_cannot_be_impersonated_with_an_invitation(street: Street) -> None:
    ana = street.start()
    asked = street.knock(ana).join_request()
    for member in (ana, street.join(ana)):
        with pytest.raises(ProtocolError):
            ana.admit(replace(asked, device=member.device.public))


@pytest.mark.parametrize("part", ["proof", "consent", "vow"])
def test_whoever_saw_a_request_cannot_make_their_own_of_it(street: Street, part: str) -> None:
    ana = street.start()
    asked = street.knock(ana).join_request()
    with pytest.raises(ProtocolError):
        ana.admit(replace(asked, **{part: bytes(64)}))
    mallory = keys.SigningKey.generate()
    with pytest.raises(ProtocolError):
        ana.admit(replace(asked, device=mallory.public))
    ana.refresh()
    assert list(ana.membership().devices) == [ana.device.public]


def test_nobody_is_admitted_who_did_not_ask(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    invitation = keys.SigningKey.generate()
    victim, person = keys.SigningKey.generate(), keys.SigningKey.generate()
    sealing = keys.SealingKey.generate().public
    message = join_message(ana.group, invitation.public, victim.public, person.public, sealing)
    forged = Admit(
        invitation.public,
        victim.public,
        person.public,
        sealing,
        invitation.sign(message),
        mallory.device.sign(message),
        mallory.device.sign(message),
    )
    say(mallory, forged)
    meet(ana, mallory, ben)
    for machine in (ana, mallory, ben):
        assert victim.public not in machine.membership().devices


def test_an_invitation_for_one_lets_in_one(street: Street) -> None:
    ana = street.start()
    newcomer = street.knock(ana, uses=1)
    ana.admit(newcomer.join_request())
    second = replace(newcomer.join_request())
    other, person = keys.SigningKey.generate(), keys.SigningKey.generate()
    secret = newcomer.invitation.signing if newcomer.invitation else None
    assert secret is not None
    message = join_message(ana.group, secret.public, other.public, person.public, second.sealing)
    again = replace(
        second,
        device=other.public,
        signing=person.public,
        proof=secret.sign(message),
        consent=other.sign(message),
        vow=person.sign(message),
    )
    with pytest.raises(InvitationError, match="used up"):
        ana.admit(again)


# Saying one thing here and another there


def test_who_says_two_things_is_noticed_and_nothing_is_lost(street: Street) -> None:
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    public = mallory.device.public
    identities = [Identity(ana.group, mallory.me, keys.random(8), "post") for _ in range(2)]
    for machine, identity in zip((ana, ben), identities, strict=True):
        change = crdt.create(mallory.actor, {IDENTITY: identity.data, **POST})
        payload = encode_changes([(identity.record_id, change)])
        run, _hash = forge(ana.group, public, mallory.device, [payload])
        assert not machine.take_in([run]).refused
        machine.apply_all()
    meet(ana, ben)
    for machine in (ana, ben):
        machine.refresh()
        assert not machine.membership().is_current(public)
        for identity in identities:
            assert fields_of(machine, identity.record_id) is not None
    run, _hash = forge(ana.group, public, mallory.device, [b"one more"])
    ana.take_in([run])
    assert not ana.membership().is_current(public)


# On the disk


def test_nothing_of_a_group_can_be_read_in_its_files(street: Street, tmp_path: Path) -> None:
    ana = street.start()
    write(ana, ana.me, "post", {**POST, "title": "Marker in a title", "text": "marker in a text"})
    write(ana, ana.group, "group", {"name": "Marker of a group"})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    secrets = (
        b"arker",
        b"SQLite format",
        ana.group,
        ana.device.public,
        ana.device.seed,
        ana.person.seed,
        *(epoch.secret for epoch in ana.epochs()),
    )
    for path in files:
        data = path.read_bytes()
        for secret in secrets:
            assert secret not in data, path.name


def test_another_key_opens_nothing(street: Street, tmp_path: Path) -> None:
    street.start().close()
    street.machines.clear()
    (path,) = tmp_path.glob("*.db")
    before = path.read_bytes()
    with pytest.raises(DamagedError, match="another key"):
        Store(path, b"j" * 32)
    assert path.read_bytes() == before
