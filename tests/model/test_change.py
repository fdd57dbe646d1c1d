# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import datetime
from random import Random

import pytest
from automerge.core import ROOT, Document, ExpandMark, ObjType, ScalarType, Transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mutualaid.model import change as change_module
from mutualaid.model import crdt
from mutualaid.model.change import (
    IDENTITY,
    MAX_BYTES,
    MAX_OPS,
    Action,
    InvalidChange,
    read_change,
)
from mutualaid.model.values import Millis, Scalar
from tests.helpers.changes import (
    ALICE,
    BOB,
    CAROL,
    IDENTITY_VALUE,
    Raw,
    Written,
    automerge_fields,
    body_of,
    field_maps,
    histories,
    mutated,
    seal,
    sleb,
    typed,
    uleb,
    write,
)

FIRST = crdt.create(
    ALICE,
    {
        IDENTITY: IDENTITY_VALUE,
        "title": "A ladder",
        "text": "Three metres, for a day. " * 8,
        "standing": False,
        "parts": 3,
        "made": Millis(1_700_000_000_000),
        "note": None,
    },
)


def nested(transaction: Transaction) -> None:
    """Every sort of object, with operations inside."""
    transaction.put(ROOT, IDENTITY, ScalarType.Bytes, IDENTITY_VALUE)
    contact = transaction.put_object(ROOT, "contact", ObjType.Map)
    transaction.put(contact, "phone", ScalarType.Str, "0123")
    transaction.put(contact, "phone", ScalarType.Str, "4567")
    parts = transaction.put_object(ROOT, "parts", ObjType.List)
    transaction.insert(parts, 0, ScalarType.Str, "saw")
    transaction.insert(parts, 1, ScalarType.Uint, 3)
    transaction.insert_object(parts, 0, ObjType.Map)
    transaction.put(parts, 1, ScalarType.Str, "handsaw")
    transaction.delete(parts, 2)
    note = transaction.put_object(ROOT, "note", ObjType.Text)
    for at, letter in enumerate("hello"):
        transaction.insert(note, at, ScalarType.Str, letter)
    transaction.delete(note, 0)


# -- what automerge writes is read as automerge reads it --------------------------------------


@given(field_maps)
@example({f"field {n}": n for n in range(62)})
@example({f"field {n}": n for n in range(63)})
@example({f"field {n}": "" for n in range(300)})
@example({})
def test_a_first_change_is_read_as_automerge_reads_it(fields):
    data = crdt.create(ALICE, {IDENTITY: IDENTITY_VALUE, **fields})
    change = read_change(data)
    (theirs,) = Document.load(data).get_changes([])
    assert typed(change.sets) == typed(automerge_fields([data]))
    assert change.hash == theirs.hash
    assert (change.actor, change.seq, change.start_op) == (ALICE, 1, 1)
    assert (change.deps, change.deletes, change.time) == ((), (), 0)
    assert change.op_count == len(theirs) == len(fields) + 1
    assert change.max_op == theirs.max_op
    assert change.flat
    assert change.ops is None


@given(field_maps)
def test_the_quick_way_and_the_long_way_agree(fields):
    data = crdt.create(BOB, {IDENTITY: IDENTITY_VALUE, **fields})
    start = len(data) - len(body_of(data))
    change = read_change(data)
    other = change_module._read_any(data, start, change.hash)
    for name in change.__slots__:
        assert getattr(change, name) == getattr(other, name)
    assert list(typed(change.sets).items()) == list(typed(other.sets).items())


@settings(max_examples=50)
@given(histories())
def test_every_change_of_a_history_is_read_as_it_was_meant(history: list[Written]):
    document = Document.load(b"".join(written.data for written in history))
    theirs = {bytes(change.hash): change for change in document.get_changes([])}
    for written in history:
        change = read_change(written.data)
        their = theirs[change.hash]
        assert change.actor == their.actor_id == written.actor
        assert change.deps == tuple(sorted(map(bytes, their.deps)))
        assert (change.seq, change.start_op) == (their.seq, their.start_op)
        assert (change.op_count, change.max_op) == (len(their), their.max_op)
        assert change.flat
        # Automerge leaves out what would change nothing.
        assert typed(change.sets).items() <= typed(written.sets).items()
        assert set(change.deletes) <= written.deletes


def test_objects_lists_and_text_are_read_and_not_flat():
    change = read_change(write(ALICE, nested))
    assert not change.flat
    assert change.sets is None
    assert change.deletes == ()
    assert change.ops is not None
    assert {op.action for op in change.ops} == set(Action)
    assert [op.value for op in change.ops if op.object == (change.start_op + 1, ALICE)] == [
        "0123",
        "4567",
    ]


def test_the_last_operation_on_a_field_decides():
    def twice(transaction: Transaction) -> None:
        transaction.put(ROOT, "title", ScalarType.Str, "first")
        transaction.put(ROOT, "title", ScalarType.Str, "second")
        transaction.put(ROOT, "gone", ScalarType.Str, "soon")
        transaction.delete(ROOT, "gone")

    change = read_change(write(ALICE, twice))
    assert change.sets == {"title": "second"}
    assert change.deletes == ("gone",)
    assert change.flat
    assert change.ops is not None


def test_an_unsigned_integer_is_an_integer():
    data = write(ALICE, lambda tx: tx.put(ROOT, "n", ScalarType.Uint, 2**63 - 1))
    assert read_change(data).sets == {"n": 2**63 - 1}


def test_the_parts_of_a_change_by_hand_are_what_automerge_writes():
    assert Raw().sealed() == crdt.create(ALICE, {IDENTITY: b"x"})


def test_a_message_is_passed_over():
    assert read_change(Raw(message="für alle".encode()).sealed()).sets == {IDENTITY: b"x"}


def test_keys_are_not_remembered_without_end():
    for n in range(600):
        read_change(crdt.create(ALICE, {IDENTITY: b"", f"field {n}": 1}))
    assert len(change_module._known_keys) <= 256


# -- what is refused --------------------------------------------------------------------------


def test_a_deflated_change_is_refused():
    fields: dict[str, Scalar] = {IDENTITY: IDENTITY_VALUE, "text": "a" * 5000}
    (theirs,) = Document.load(crdt.create(ALICE, fields)).get_changes([])
    deflated = bytes(theirs.bytes)
    assert len(deflated) < 500
    with pytest.raises(InvalidChange, match="chunk type 2"):
        read_change(deflated)


def test_a_saved_document_is_refused():
    with pytest.raises(InvalidChange, match="chunk type 0"):
        read_change(bytes(Document.load(FIRST).save()))


def test_a_mark_is_refused():
    def mark(transaction: Transaction) -> None:
        text = transaction.put_object(ROOT, "text", ObjType.Text)
        transaction.insert(text, 0, ScalarType.Str, "a")
        transaction.mark(text, 0, 1, "bold", ScalarType.Boolean, True, ExpandMark.Both)

    with pytest.raises(InvalidChange, match="column 0x94 is not allowed"):
        read_change(write(ALICE, mark))


def test_a_change_without_operations_is_refused():
    with pytest.raises(InvalidChange, match="no operations"):
        read_change(Raw(columns={}).sealed())


def test_nothing_may_follow_the_change():
    with pytest.raises(InvalidChange, match="not as long as it says"):
        read_change(FIRST + b"\0")
    with pytest.raises(InvalidChange, match="columns are not as long"):
        read_change(seal(body_of(FIRST) + b"\0"))
    with pytest.raises(InvalidChange, match="columns are not as long"):
        read_change(Raw(extra=b"hidden").sealed())


def test_a_change_cut_off_anywhere_is_refused():
    for size in range(len(FIRST)):
        with pytest.raises(InvalidChange):
            read_change(FIRST[:size])
    body = body_of(FIRST)
    for size in range(len(body)):
        with pytest.raises(InvalidChange):
            read_change(seal(body[:size]))


def test_one_flipped_bit_is_refused():
    for at in range(len(FIRST) * 8):
        flipped = bytearray(FIRST)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(InvalidChange):
            read_change(bytes(flipped))


def sized(operations: int) -> bytes:
    """A change that sets as many fields, all but the first to nothing."""
    names = b"".join(
        uleb(len(name)) + name for name in (f"{n}".encode() for n in range(operations))
    )
    return Raw(
        columns={
            0x15: sleb(-operations) + names,
            0x34: uleb(operations),
            0x42: sleb(operations) + b"\x01",
            0x56: sleb(operations) + b"\x00",
            0x70: sleb(operations) + b"\x00",
        }
    ).sealed()


def test_the_number_of_operations_is_bounded():
    assert read_change(sized(MAX_OPS)).op_count == MAX_OPS
    with pytest.raises(InvalidChange):
        read_change(sized(MAX_OPS + 1))


def test_the_size_is_bounded():
    spare = MAX_BYTES - len(crdt.create(ALICE, {IDENTITY: b"", "t": "x" * 50_000})) + 50_000
    largest = crdt.create(ALICE, {IDENTITY: b"", "t": "x" * spare})
    assert len(largest) == MAX_BYTES
    assert read_change(largest).sets == {IDENTITY: b"", "t": "x" * spare}
    with pytest.raises(InvalidChange, match="too many"):
        read_change(b"\0" * (MAX_BYTES + 1))


HASH_A, HASH_B = b"a" * 32, b"b" * 32
HUGE = uleb(2**62)

REFUSED = {
    "an actor of 16 bytes": Raw(actor=ALICE[:16]),
    "an actor of 32 bytes": Raw(actor=ALICE + b"12345678"),
    "65 dependencies": Raw(deps=[bytes((n,)) * 32 for n in range(65)]),
    "dependencies out of order": Raw(deps=[HASH_B, HASH_A]),
    "a dependency twice": Raw(deps=[HASH_A, HASH_A]),
    "sequence number 0": Raw(seq=b"\x00"),
    "an overlong sequence number": Raw(seq=b"\x81\x00"),
    "a huge sequence number": Raw(seq=HUGE),
    "operation 0": Raw(start_op=b"\x00"),
    "a huge first operation": Raw(start_op=uleb(2**32 - 1)),
    "an endless number": Raw(seq=b"\xff" * 40),
    "an overlong time": Raw(time=b"\x80\x00"),
    "an overlong negative time": Raw(time=b"\xff\x7f"),
    "a time after the year 9999": Raw(time=sleb(2**62)),
    "a message of 257 bytes": Raw(message=b"x" * 257),
    "a message that is not text": Raw(message=b"\xff"),
    "an other actor that is not used": Raw(others=[BOB]),
    "an other actor who is the author": Raw(others=[ALICE]),
    "17 other actors": Raw(others=[bytes((n,)) * 24 for n in range(17)]),
    "a counter": Raw().with_columns(c56=b"\x7f\x18"),
    "an unknown value type": Raw().with_columns(c56=b"\x7f\x1f"),
    "an increment": Raw().with_columns(c42=b"\x7f\x05"),
    "a mark's action": Raw().with_columns(c42=b"\x7f\x07"),
    "a map with a value": Raw().with_columns(c42=b"\x7f\x00"),
    "a deletion of nothing": Raw().with_columns(c42=b"\x7f\x03", c56=b"\x7f\x00", c57=b""),
    "an action missing": Raw().with_columns(c42=b""),
    "an action that is null": Raw().with_columns(c42=b"\x00\x01"),
    "a run of one": Raw().with_columns(c42=b"\x01\x01"),
    "a huge run of actions": Raw().with_columns(c42=sleb(2**40) + b"\x01"),
    "a huge row of actions": Raw().with_columns(c42=sleb(-(2**40)) + b"\x01"),
    "a huge run of keys": Raw().with_columns(c15=sleb(2**40) + b"\x01a"),
    "a huge run of nulls": Raw().with_columns(c15=b"\x00" + HUGE),
    "keys that are all null": Raw().with_columns(c15=b"\x00\x01"),
    "a key missing": Raw().with_columns(c15=b""),
    "an empty key": Raw().with_columns(c15=b"\x7f\x00"),
    "a key that is not text": Raw().with_columns(c15=b"\x7f\x01\xff"),
    "a key that is half a surrogate": Raw().with_columns(c15=b"\x7f\x03\xed\xa0\x80"),
    "a key longer than its column": Raw().with_columns(c15=b"\x7f\x04_id"),
    "two keys for one operation": Raw().with_columns(c15=b"\x7e\x03_id\x01a"),
    "an insert of a field": Raw().with_columns(c34=b"\x00\x01"),
    "inserts missing": Raw().with_columns(c34=b""),
    "a huge number of inserts": Raw().with_columns(c34=HUGE),
    "more inserts than operations": Raw().with_columns(c34=b"\x01\x01"),
    "a value without bytes": Raw().with_columns(c57=b""),
    "more bytes than values": Raw().with_columns(c57=b"xy"),
    "more values than operations": Raw().with_columns(c56=b"\x7e\x17\x01"),
    "a true with bytes": Raw().with_columns(c56=b"\x7f\x12"),
    "a null with bytes": Raw().with_columns(c56=b"\x7f\x10"),
    "a float of one byte": Raw().with_columns(c56=b"\x7f\x15"),
    "text that is not UTF-8": Raw().with_columns(c56=b"\x7f\x16", c57=b"\x80"),
    "an overlong integer": Raw().with_columns(c56=b"\x7f\x24", c57=b"\x80\x00"),
    "an integer with bytes after it": Raw().with_columns(c56=b"\x7f\x24", c57=b"\x01\x01"),
    "an integer of no bytes": Raw().with_columns(c56=b"\x7f\x04", c57=b""),
    "an integer of 65 bits": Raw().with_columns(c56=b"\x7f\xa4\x01", c57=sleb(2**63)),
    "an unsigned integer of 64 bits": Raw().with_columns(c56=b"\x7f\xa3\x01", c57=uleb(2**63)),
    "a timestamp after the year 9999": Raw().with_columns(
        c56=b"\x7f\x79", c57=sleb(253_402_300_800_000)
    ),
    "not a number": Raw().with_columns(c56=b"\x7f\x85\x01", c57=b"\0\0\0\0\0\0\xf8\x7f"),
    "infinity": Raw().with_columns(c56=b"\x7f\x85\x01", c57=b"\0\0\0\0\0\0\xf0\x7f"),
    "a predecessor without a name": Raw().with_columns(c70=b"\x7f\x01"),
    "a huge number of predecessors": Raw().with_columns(c70=b"\x7f" + HUGE),
    "a predecessor too many": Raw().with_columns(c71=b"\x7f\x00", c73=b"\x7f\x01"),
    "a predecessor that comes later": Raw().with_columns(
        c70=b"\x7f\x01", c71=b"\x7f\x00", c73=b"\x7f\x01"
    ),
    "a predecessor 0": Raw(start_op=b"\x05").with_columns(
        c70=b"\x7f\x01", c71=b"\x7f\x00", c73=b"\x7f\x00"
    ),
    "a predecessor twice": Raw(start_op=b"\x05").with_columns(
        c70=b"\x7f\x02", c71=b"\x02\x00", c73=b"\x7e\x02\x00"
    ),
    "a predecessor of an unknown actor": Raw(start_op=b"\x05").with_columns(
        c70=b"\x7f\x01", c71=b"\x7f\x01", c73=b"\x7f\x02"
    ),
    "an unknown column": Raw(columns={**Raw().columns, 0x94: b"\x01"}),
    "a deflated column": Raw(columns={0x1D: b"\x7f\x03_id", **Raw().columns}),
    "columns out of order": Raw(columns=dict(reversed(Raw().columns.items()))),
    "an object by half": Raw(columns={0x02: b"\x7f\x01", **Raw().columns}),
    "objects that are all the root": Raw(
        columns={0x01: b"\x00\x01", 0x02: b"\x00\x01", **Raw().columns}
    ),
    "an element of the root": Raw(
        columns={0x13: b"\x7f\x00", **Raw().with_columns(c15=b"", c34=b"\x00\x01").columns}
    ),
    "a key that is also an element": Raw(
        columns={0x11: b"\x7f\x00", 0x13: b"\x7f\x01", **Raw().columns}
    ),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_refused(raw: Raw):
    with pytest.raises(InvalidChange):
        read_change(raw.sealed())


def test_empty_columns_are_refused():
    body = body_of(Raw().sealed()).replace(b"\x06\x15", b"\x07\x11\x00\x15", 1)
    with pytest.raises(InvalidChange, match="a column is empty"):
        read_change(seal(body))


# -- whatever the bytes -----------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    for candidate in (data, seal(data)):
        with pytest.raises(InvalidChange):
            read_change(candidate)


MOTHERS = (
    FIRST,
    write(ALICE, nested),
    write(BOB, lambda tx: tx.put(ROOT, "title", ScalarType.Str, "mine"), [FIRST]),
    write(CAROL, lambda tx: tx.delete(ROOT, "title"), [FIRST]),
    write(BOB, lambda tx: tx.put(ROOT, "t", ScalarType.Timestamp, datetime(1960, 1, 1)), [FIRST]),  # noqa: DTZ001
)


@given(st.randoms(use_true_random=False), st.sampled_from(MOTHERS))
def test_a_mutant_is_refused_or_read_as_automerge_reads_it(random: Random, mother: bytes):
    data = seal(mutated(body_of(mother), random))
    try:
        change = read_change(data)
    except InvalidChange:
        return
    if change.deps:
        return
    selection = crdt.select([change], lambda _: True)
    if selection.counted:
        assert typed(crdt.merge([data]).fields) == typed(automerge_fields([data]))
