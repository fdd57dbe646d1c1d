# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealed notes: what nobody else can read, forge or copy, whatever they do and in any order."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mutualaid.errors import MutualAidError
from mutualaid.model import crdt, keys
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.entry import Run, decode_batch, encode_batch
from mutualaid.model.group import Group
from mutualaid.model.journal import Refusal
from mutualaid.model.opened import TABLES
from mutualaid.model.private import (
    MOST_BOXES,
    SEAL_OVERHEAD,
    SIZES,
    VERSION,
    Purpose,
    identity_of,
    open_note,
    seal_note,
)
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.model.values import Audience, ContactKind, Scalar
from tests.helpers.examples import examples
from tests.model.neighbours import Neighbours, dump
from tests.model.street import NOW, fields_of

MARKER = "Zwetschgenkompott"
NUMBER = "0911 555 0147"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


def forms(word: str) -> list[bytes]:
    return [
        word.encode(),
        word.encode("utf-16-le"),
        word.lower().encode(),
        word.encode().hex().encode(),
    ]


def payloads(group: Group) -> bytes:
    rows = group.replica.store.connection.execute("SELECT payload FROM entry").fetchall()
    return b"\n".join(row[0] for row in rows if row[0])


def wire(group: Group) -> bytes:
    """All that this machine would send to one that has nothing, before it is compressed and
    sealed for the way."""
    batches = list(group.replica.journal.lacking({}))
    assert all(decode_batch(encode_batch(batch)) for batch in batches)
    return b"\n".join(
        part
        for batch in batches
        for run in batch
        for item in run.items
        for part in (item.payload, item.salt, item.signature)
        if part
    )


def sealed(group: Group) -> list[bytes]:
    rows = group.replica.store.connection.execute(
        "SELECT id FROM record WHERE kind = 'sealed' AND alive ORDER BY id"
    ).fetchall()
    return [row[0] for row in rows]


def opened(group: Group) -> dict[str, list[tuple[Any, ...]]]:
    """What this machine opened, free of local numbers."""
    db = group.replica.store.connection
    return {
        table.name: sorted(
            (row[-1], *row[1:-1])
            for row in db.execute(
                f"SELECT o.*, r.id FROM {table.name} AS o JOIN record AS r ON r.number = o.record"
            ).fetchall()
        )
        for table in TABLES.values()
    }


def forge(group: Group, fields: Mapping[str, Scalar], identity: Identity | None = None) -> bytes:
    """Write a sealed note with any fields, as only a changed program would."""
    identity = identity or identity_of(group.id, group.me)
    change = crdt.create(group.replica.actor, {IDENTITY: identity.data, **fields})
    with group.replica.write(durable=False):
        group.replica.append_content([encode_changes([(identity.record_id, change)])])
    return identity.record_id


def note(
    author: Group, to: Group, purpose: Purpose, body: Sequence[object], identity: Identity
) -> dict[str, Scalar]:
    return seal_note(identity, purpose, body, {to.me: to.replica.sealing.public})


# Who can read it


def test_a_private_message_is_nowhere_in_clear_for_anyone_else(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, f"Bring the {MARKER}")
    people.meet()
    assert cleo.thread(post, ben.me)[0].text == f"Bring the {MARKER}"
    assert MARKER.encode() in dump(ben)
    for form in forms(MARKER):
        assert form not in dump(ana)
        for group in (ana, ben, cleo):
            assert form not in payloads(group)
            assert form not in wire(group)


def test_a_contact_for_a_helper_is_nowhere_in_clear_for_anyone_else(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    dora = people.join("Dora")
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    people.meet()
    assert NUMBER.encode() not in dump(cleo)
    with ben._writing():
        ben._open_contacts(cleo.me, post)
    people.meet()
    assert cleo.contacts_of(ben.me)[0].value == NUMBER
    for form in forms(NUMBER):
        for group in (ana, dora):
            assert form not in dump(group)
        for group in (ana, ben, cleo, dora):
            assert form not in payloads(group)
            assert form not in wire(group)


def test_what_is_sealed_is_no_part_of_search(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, MARKER)
    people.meet()
    for group in (ben, cleo):
        db = group.replica.store.connection
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'search%'"
        ).fetchall()
        words = b"".join(
            bytes(value, "utf-8") if isinstance(value, str) else bytes(value or b"")
            for (table,) in tables
            for row in db.execute(f"SELECT * FROM {table}").fetchall()
            for value in row
            if isinstance(value, (str, bytes))
        )
        assert MARKER.lower().encode() not in words.lower()


def test_others_cannot_tell_what_a_note_is_or_for_whom(people: Neighbours) -> None:
    """A message, a contact for oneself, an opening and a block look alike: two boxes of a size."""
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    ben.open_contact(cleo.me, post)
    ben.send(post, cleo.me, "Hello")
    ben.block(people["Ana"].me)
    people.meet()
    shapes: set[tuple[Any, ...]] = set()
    for record in sealed(cleo):
        fields = fields_of(cleo.replica, record)
        assert fields is not None
        boxes = {name: value for name, value in fields.items() if name != IDENTITY}
        assert sorted(boxes) == ["box:0", "box:1"]
        assert all(isinstance(box, bytes) for box in boxes.values())
        values = [box for _name, box in sorted(boxes.items())]
        assert all(one < other for one, other in pairwise(values))  # type: ignore[operator]
        shapes.add(tuple(len(box) for box in values))  # type: ignore[arg-type]
    assert shapes == {(SIZES[0] + SEAL_OVERHEAD,) * 2}
    rows = cleo.replica.store.connection.execute("SELECT DISTINCT kind FROM record").fetchall()
    assert {row[0] for row in rows} == {"person", "post", "sealed"}


@pytest.mark.parametrize("size", [0, 1, 100, 500, 1000, 1999])
def test_lengths_tell_only_the_bucket(size: int) -> None:
    one, other = keys.SealingKey.generate(), keys.SealingKey.generate()
    identity = identity_of(bytes(16), b"a" * 16)
    fields = seal_note(
        identity,
        Purpose.MESSAGE,
        [bytes(16), b"b" * 16, "x" * size],
        {b"a" * 16: one.public, b"b" * 16: other.public},
    )
    assert {len(box) - SEAL_OVERHEAD for box in fields.values() if isinstance(box, bytes)} <= set(
        SIZES
    )
    for me, key in ((b"a" * 16, one), (b"b" * 16, other)):
        found = open_note(fields, bytes(16), b"a" * 16, identity.record_id, me, key)
        assert found is not None
        assert found.body[2] == "x" * size


# What a hostile member may try


def test_a_box_copied_into_anothers_record_does_not_open(people: Neighbours) -> None:
    """Ben's message to Cleo, put by Ana into records of her own, says nothing in her name."""
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, MARKER)
    people.meet()
    (record,) = sealed(ana)
    fields = fields_of(ana.replica, record)
    assert fields is not None
    boxes = {name: value for name, value in fields.items() if name != IDENTITY}
    forge(ana, boxes)
    # Not in another record of Ben's either, which a second machine of his could be made to write.
    forge(ben, boxes)
    people.meet()
    assert len(sealed(cleo)) == 3
    assert [row.text for row in cleo.thread(post, ben.me)] == [MARKER]
    assert cleo.thread(post, ana.me) == []
    assert len(cleo.threads()) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: [VERSION + 1, *content[1:]],
        lambda content: [content[0], "decree", *content[2:]],
        lambda content: [*content[:2], bytes(16), *content[3:]],
        lambda content: [*content[:3], bytes(16), *content[4:]],
        lambda content: [*content[:4], bytes(16), *content[5:]],
        lambda content: [*content[:5], bytes(16), content[6]],
        lambda content: [*content[:6], "text"],
        lambda content: content[:6],
        lambda content: [*content, 1],
        lambda content: {},
        lambda content: [],
        lambda content: [*content[:6], [[[[[[[[[[]]]]]]]]]]],
    ],
)
def test_a_box_that_says_the_wrong_place_is_as_if_it_were_not_there(
    spoil: Callable[[list[Any]], Any],
) -> None:
    key = keys.SealingKey.generate()
    me, author, group = b"m" * 16, b"a" * 16, b"g" * 16
    identity = identity_of(group, author)
    good = [VERSION, "message", group, author, identity.record_id, me, [b"p" * 16, me, "Hello"]]

    def fields(content: Any) -> dict[str, Scalar]:
        padded = (cbor2.dumps(content) + b"\x80").ljust(SIZES[0], b"\0")
        return {"box:0": keys.seal(key.public, padded)}

    assert open_note(fields(good), group, author, identity.record_id, me, key) is not None
    assert open_note(fields(spoil(good)), group, author, identity.record_id, me, key) is None


def test_a_box_of_another_size_is_not_even_tried() -> None:
    key = keys.SealingKey.generate()
    me, author, group = b"m" * 16, b"a" * 16, b"g" * 16
    record_id = identity_of(group, author).record_id
    content = cbor2.dumps([VERSION, "message", group, author, record_id, me, []]) + b"\x80"
    for size in (len(content), SIZES[0] + 1, SIZES[-1] * 2):
        fields = {"box:0": keys.seal(key.public, content.ljust(size, b"\0"))}
        assert open_note(fields, group, author, record_id, me, key) is None


@pytest.mark.parametrize(
    "boxes",
    [
        {},
        {"box:": b"x"},
        {"box:0": b""},
        {"box:0": "text"},
        {"box:0": 7},
        {"box:0": None},
        {"box:0": bytes(SIZES[0] + SEAL_OVERHEAD)},
        {"box:0": b"x" * 50_000},
        {f"box:{number}": bytes(SIZES[0] + SEAL_OVERHEAD) for number in range(150)},
        {f"box:{number}": True for number in range(1500)},
        {"box:\0": b"x", "title": MARKER, "text": b"\xff"},
    ],
)
def test_boxes_of_any_shape_are_borne(people: Neighbours, boxes: dict[str, Scalar]) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    forge(ana, boxes)
    people.meet()
    assert cleo.threads() == []
    assert len({group.replica.applier.view_hash() for group in people.groups.values()}) == 1
    cleo.rebuild()
    assert cleo.health().ok


def test_more_boxes_than_are_tried_are_not_opened_at_all(people: Neighbours) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    post = people.need("Ana")
    identity = identity_of(ana.id, ana.me)
    fields = note(ana, cleo, Purpose.MESSAGE, [post, cleo.me, "Hello"], identity)
    more = {f"box:{number}": b"" for number in range(10, 10 + MOST_BOXES)}
    forge(ana, {**fields, **more}, identity)
    people.meet()
    assert cleo.threads() == []


def message(post: bytes, ana: bytes, cleo: bytes) -> list[list[object]]:
    return [
        [],
        [post, cleo],
        [post, cleo, "Hello", 1],
        [post, ana, "Hello"],  # to somebody else
        [post, b"short", "Hello"],
        [b"short", cleo, "Hello"],
        [post, cleo, ""],
        [post, cleo, "\x00\u202e"],
        [post, cleo, b"Hello"],
        [{}, [], 1.5],
    ]


@pytest.mark.parametrize("at", range(10))
def test_a_message_that_says_nonsense_is_not_shown(people: Neighbours, at: int) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    post = people.need("Ana")
    body = message(post, ana.me, cleo.me)[at]
    identity = identity_of(ana.id, ana.me)
    forge(ana, note(ana, cleo, Purpose.MESSAGE, body, identity), identity)
    people.meet()
    assert cleo.threads() == []
    assert cleo.thread(post, ana.me) == []


def test_a_message_about_somebody_elses_post_is_not_shown(people: Neighbours) -> None:
    """Cleo, no steward, writes to Dora about Ben's post, as only a changed program can."""
    cleo, dora = people["Cleo"], people.join("Dora")
    post = people.need("Ben", "A lift", on_behalf_of="Mrs K")
    identity = identity_of(cleo.id, cleo.me)
    body = [post, dora.me, "Ben asks you to pay me first."]
    forge(cleo, note(cleo, dora, Purpose.MESSAGE, body, identity), identity)
    people.meet()
    assert dora.threads() == []
    assert dora.thread(post, cleo.me) == []
    assert not dora.unread()


def test_nobody_sets_contacts_or_blocks_for_another(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    for purpose, body in (
        (Purpose.CONTACT, ["phone", NUMBER, "me"]),
        (Purpose.BLOCK, [ben.me]),
        (Purpose.BLOCK, [cleo.me]),
        (Purpose.OPENING, ["phone", NUMBER, b"", ben.me]),
        (Purpose.OPENING, ["pigeon", NUMBER, b"", cleo.me]),
        (Purpose.OPENING, [["phone"], NUMBER, b"", cleo.me]),
        (Purpose.OPENING, ["phone", 7, b"", cleo.me]),
        (Purpose.OPENING, ["phone", NUMBER, b"short", cleo.me]),
        (Purpose.BEHALF, [b"short", NUMBER, True, b""]),
    ):
        identity = identity_of(ana.id, ana.me)
        forge(ana, note(ana, cleo, purpose, body, identity), identity)
    people.meet()
    assert not any(opened(cleo).values())
    assert cleo.blocked() == cleo.contacts() == []


def test_an_opening_shows_only_under_its_authors_name(people: Neighbours) -> None:
    """A number that Ana opens beside Ben's post is Ana's number, never Ben's."""
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ana.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    ana.open_contact(cleo.me, post)
    people.meet()
    assert cleo.contacts_of(ben.me) == []
    assert [row.value for row in cleo.contacts_of(ana.me)] == [NUMBER]


def test_a_number_on_behalf_by_who_has_no_say_is_not_believed(people: Neighbours) -> None:
    ben, cleo, dora = people["Ben"], people["Cleo"], people.join("Dora")
    post = people.need("Ben", "Shopping", on_behalf_of="Mrs K")
    for to in (ben, dora):
        identity = identity_of(cleo.id, cleo.me)
        body = [post, NUMBER, True, b"" if to is ben else dora.me]
        forge(cleo, note(cleo, to, Purpose.BEHALF, body, identity), identity)
    people.meet()
    assert ben.behalf_contact(post) == dora.behalf_contact(post) == ""


def test_a_person_whose_key_is_no_key_keeps_nobody_from_saying_yes(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    persons = dict(ben.replica.membership().persons)
    object.__setattr__(persons[cleo.me], "sealing", bytes(32))
    with ben._writing():
        ben._open_contacts(cleo.me, post)
    assert ben.who_has() == []
    with pytest.raises(MutualAidError, match="not a usable key"):
        ben.send(post, cleo.me, "Hello")
    assert ben.threads() == []


def test_a_steward_who_purges_a_note_takes_it_from_everybody(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, MARKER)
    people.meet()
    (record,) = sealed(ana)
    ana.purge(record)
    people.meet()
    for group in (ben, cleo):
        assert group.threads() == []
        assert MARKER.encode() not in dump(group)


def test_what_is_opened_is_no_part_of_what_machines_compare(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, MARKER)
    people.meet()
    assert len({group.replica.applier.view_hash() for group in people.groups.values()}) == 1
    hashed = ben.replica.applier.view_hash()
    ben.rebuild()
    assert ben.replica.applier.view_hash() == hashed


# In any order

EARLY = {Refusal.GAP, Refusal.UNKNOWN_DEVICE, Refusal.PURGE}
KEY = b"k" * 32
steps = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 4), st.integers(0, 4), st.integers(0, 1 << 16)),
    min_size=5,
    max_size=30,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """Ana, Ben with two machines, Cleo, Dora; each has a post."""
    directory = tmp_path_factory.mktemp("template")
    made = Neighbours(directory, "Ana", "Ben", "Cleo", "Dora")
    posts = [made.need(name, on_behalf_of="Mrs K") for name in ("Ana", "Ben", "Cleo", "Dora")]
    made.further_machine("Ben")
    made.meet()
    made.close()
    return directory, posts


def act(groups: list[Group], posts: list[bytes], step: tuple[int, int, int, int]) -> None:
    """One thing that somebody does; what they may not do changes nothing."""
    do, who, whom, what = step
    group, other = groups[who % len(groups)], groups[whom % len(groups)]
    post = posts[what % len(posts)]
    kind = (ContactKind.PHONE, ContactKind.OTHER)[what % 2]
    audience = list(Audience)[what % 4]
    try:
        match do:
            case 0 | 1:
                group.send(post, other.me, f"message {what}")
            case 2:
                group.set_contact(kind, f"{NUMBER} {what}", audience)
            case 3:
                group.set_contact(kind, None)
            case 4:
                group.open_contact(other.me, post)
            case 5:
                group.close_contact(other.me)
            case 6:
                group.block(other.me)
            case 7:
                group.unblock(other.me)
            case 8:
                group.set_behalf_contact(post, f"{NUMBER} {what}", share=bool(what % 3))
            case 9:
                group.rebuild()
            case _ if group is not other:
                pass_on(group.replica, other.replica, Random(what))
    except MutualAidError:
        pass


def pass_on(source: Replica, target: Replica, random: Random) -> None:
    runs: list[Run] = [
        run for batch in source.journal.lacking(target.journal.holdings()) for run in batch
    ]
    random.shuffle(runs)
    for run in runs[: random.randint(0, len(runs))]:
        accepted = target.take_in(decode_batch(encode_batch([run])))
        assert {reason for _run, reason in accepted.refused} <= EARLY
        if random.random() < 0.5:
            target.apply_some(random.randint(1, 5))


def settle(groups: list[Group]) -> None:
    for _ in range(20):
        before = [group.replica.journal.holdings() for group in groups]
        for group in groups:
            group.refresh()
        for source in groups:
            for target in groups:
                if source is not target:
                    lacking = source.replica.journal.lacking(target.replica.journal.holdings())
                    for batch in lacking:
                        target.replica.take_in(batch)
        for group in groups:
            group.replica.apply_all()
        if before == [group.replica.journal.holdings() for group in groups]:
            return
    raise AssertionError("these machines never come to rest")


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(steps=steps)
# Two machines of one person keep a contact of one kind, each before it heard of the other.
@example(steps=[(2, 1, 0, 35), (2, 4, 0, 3)])
def test_any_order_opens_the_same(
    template: tuple[Path, list[bytes]],
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, int, int, int]],
) -> None:
    directory = tmp_path_factory.mktemp("any") / "order"
    shutil.copytree(template[0], directory)
    groups = [
        Group(Replica(Store(path, KEY), clock=lambda: NOW))
        for path in sorted(directory.glob("*.db"))
    ]
    try:
        for step in steps:
            act(groups, template[1], step)
        settle(groups)
        hashes = {group.replica.applier.view_hash() for group in groups}
        assert len(hashes) == 1
        ben, again = (group for group in groups if group.me == groups[1].me)
        assert opened(ben) == opened(again)
        assert ben.threads() == again.threads()
        assert (ben.contacts(), ben.who_has()) == (again.contacts(), again.who_has())
        for group in groups:
            before = opened(group)
            group.rebuild()
            assert opened(group) == before
            assert {group.replica.applier.view_hash()} == hashes
    finally:
        for group in groups:
            group.close()
        shutil.rmtree(directory)
