# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changes for tests: automerge as the oracle, and a writer that also writes what it must not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from random import Random
from typing import TypeVar

from automerge.core import ROOT, Document, ScalarType, Transaction
from hypothesis import strategies as st

from mutualaid.model import crdt
from mutualaid.model.change import IDENTITY, LIST_HEAD, MAX_TIME, MIN_TIME, Op
from mutualaid.model.values import Millis, Scalar

ALICE, BOB, CAROL = (name.ljust(24, b"\0") for name in (b"alice", b"bob", b"carol"))
IDENTITY_VALUE = b"group, owner, nonce and kind"


def uleb(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def sleb(value: int) -> bytes:
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value & 127)
    return bytes(out)


def seal(body: bytes, kind: int = 1) -> bytes:
    """A chunk around ``body`` whose length and checksum are right."""
    rest = bytes((kind,)) + uleb(len(body)) + body
    return b"\x85oJ\x83" + sha256(rest).digest()[:4] + rest


def body_of(chunk: bytes) -> bytes:
    """What :func:`seal` was given."""
    pos = 9
    while chunk[pos] > 127:
        pos += 1
    return chunk[pos + 1 :]


@dataclass
class Raw:
    """A change body by its parts; by default one operation that sets ``_id`` to ``x``."""

    deps: Sequence[bytes] = ()
    actor: bytes = ALICE
    seq: bytes = b"\x01"
    start_op: bytes = b"\x01"
    time: bytes = b"\x00"
    message: bytes = b""
    others: Sequence[bytes] = ()
    columns: dict[int, bytes] = field(
        default_factory=lambda: {
            0x15: b"\x7f\x03_id",
            0x34: b"\x01",
            0x42: b"\x7f\x01",
            0x56: b"\x7f\x17",
            0x57: b"x",
            0x70: b"\x7f\x00",
        }
    )
    extra: bytes = b""

    def with_columns(self, **columns: bytes) -> "Raw":
        """Replace columns, named ``c15`` and so on."""
        self.columns |= {int(name[1:], 16): column for name, column in columns.items()}
        return self

    def sealed(self) -> bytes:
        columns = [(spec, column) for spec, column in self.columns.items() if column]
        return seal(
            uleb(len(self.deps))
            + b"".join(self.deps)
            + uleb(len(self.actor))
            + self.actor
            + self.seq
            + self.start_op
            + self.time
            + uleb(len(self.message))
            + self.message
            + uleb(len(self.others))
            + b"".join(uleb(len(other)) + other for other in self.others)
            + uleb(len(columns))
            + b"".join(uleb(spec) + uleb(len(column)) for spec, column in columns)
            + b"".join(column for _, column in columns)
            + self.extra
        )


def write(actor: bytes, fill: Callable[[Transaction], None], base: Iterable[bytes] = ()) -> bytes:
    """A change that automerge writes on top of ``base``, whatever ``fill`` does."""
    document = Document.load(b"".join(base))
    document.set_actor(actor)
    heads = document.get_heads()
    with document.transaction() as transaction:
        fill(transaction)
    (change,) = document.get_changes(heads)
    return bytes(change.raw_bytes)


def automerge_fields(changes: Iterable[bytes], at: bytes | None = None) -> dict[str, Scalar]:
    """The scalars of the root map as automerge sees them, as of one change if ``at`` is given."""
    document = Document.load(b"".join(changes))
    heads = None if at is None else [at]
    fields: dict[str, Scalar] = {}
    for key in document.keys(ROOT, heads):
        found = document.get(ROOT, key, heads)
        assert found is not None
        value, _ = found
        if isinstance(value, tuple):
            fields[key] = from_automerge(*value)
    return fields


def from_automerge(kind: ScalarType, value: object) -> Scalar:
    if kind == ScalarType.Bytes:
        return bytes(value)  # type: ignore[call-overload, no-any-return]
    if kind == ScalarType.Timestamp:
        assert isinstance(value, datetime)
        since = value.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        # It comes through a float, so microseconds are wrong far from 1970.
        return Millis(round(since / timedelta(milliseconds=1)))
    return value  # type: ignore[return-value]


_Key = TypeVar("_Key")


def typed(fields: Mapping[_Key, Scalar] | None) -> dict[_Key, tuple[type, Scalar]]:
    """With the types, so that 1, 1.0, True and Millis(1) differ."""
    assert fields is not None
    return {key: (type(value), value) for key, value in fields.items()}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
scalars: st.SearchStrategy[Scalar] = st.one_of(
    texts,
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(max_size=40),
    st.integers(MIN_TIME, MAX_TIME).map(Millis),
)
names = st.one_of(
    st.sampled_from(["title", "text", "skill:bread", "fix:kettle"]),
    texts.filter(lambda name: name not in ("", IDENTITY)),
)
field_maps = st.dictionaries(names, scalars, max_size=90)


@dataclass(frozen=True)
class Written:
    """One change of a made-up history: what it did, on top of which others."""

    data: bytes
    actor: bytes
    base: frozenset[int]
    sets: Mapping[str, Scalar]
    deletes: frozenset[str]


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> list[Written]:
    """A record that three machines write to, each knowing some of what the others wrote."""
    few = st.sampled_from(["title", "text", "state"])
    few_values = st.one_of(st.sampled_from(["a", "b", 1, True, None, Millis(1)]), scalars)
    first = {IDENTITY: IDENTITY_VALUE, **draw(st.dictionaries(few, few_values))}
    history = [Written(crdt.create(ALICE, first), ALICE, frozenset(), first, frozenset())]
    for _ in range(draw(st.integers(0, most))):
        actor = draw(st.sampled_from([ALICE, BOB, CAROL]))
        base = {0, *(n for n, change in enumerate(history) if change.actor == actor)}
        base |= draw(st.sets(st.integers(0, len(history) - 1)))
        for number in sorted(base):
            base |= history[number].base
        updates = draw(st.dictionaries(few, few_values, max_size=3))
        deletes = draw(st.frozensets(few)) - set(updates)
        known = [history[number].data for number in base]
        data = crdt.edit(known, actor, updates, deletes)
        if data is not None:
            history.append(Written(data, actor, frozenset(base), updates, deletes))
    return history


def mutated(data: bytes, random: Random) -> bytes:
    """``data`` with a few bytes changed, put in, left out, doubled."""
    out = bytearray(data)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(out)) if out else 0
        match random.randrange(5):
            case 0 if out:
                out[at] = random.randrange(256)
            case 1 if out:
                out[at] ^= 1 << random.randrange(8)
            case 2 if out:
                del out[at : at + random.randint(1, 3)]
            case 3:
                out[at:at] = out[at : at + random.randint(1, 12)]
            case _:
                out[at:at] = random.choice((b"\x00", b"\x7f", b"\x80", b"\xff\xff\x03", b"\x01"))
    return bytes(out)


# -- operations by hand -----------------------------------------------------------------------

_Entry = TypeVar("_Entry", int, str)


def runs(entries: Sequence[_Entry | None], encode: Callable[[_Entry], bytes]) -> bytes:
    """A run-length encoded column, as automerge encodes it."""
    out = b""
    row: list[bytes] = []
    for entry, group in groupby(entries):
        length = len(list(group))
        if entry is not None and length == 1:
            row.append(encode(entry))
            continue
        if row:
            out += sleb(-len(row)) + b"".join(row)
            row = []
        out += b"\0" + uleb(length) if entry is None else sleb(length) + encode(entry)
    if row:
        out += sleb(-len(row)) + b"".join(row)
    return b"" if all(entry is None for entry in entries) else out


def deltas(entries: Sequence[int | None]) -> bytes:
    last = 0
    differences: list[int | None] = []
    for entry in entries:
        differences.append(None if entry is None else entry - last)
        last = last if entry is None else entry
    return runs(differences, sleb)


def booleans(entries: Sequence[bool]) -> bytes:
    lengths = [(entry, len(list(group))) for entry, group in groupby(entries)]
    begins_true = lengths[0][0]
    return b"\0" * begins_true + b"".join(uleb(length) for _, length in lengths)


def by_hand(
    deps: Iterable[bytes], actor: bytes, seq: int, start_op: int, ops: Sequence[Op]
) -> bytes:
    """A change of these operations, encoded as automerge would, whether or not they fit."""
    elements = [None if isinstance(op.key, str) else op.key for op in ops]
    preds = [pred for op in ops for pred in op.preds]
    named = [op.object for op in ops] + elements + list(preds)
    others = sorted({op_id[1] for op_id in named if op_id and op_id != LIST_HEAD} - {actor})
    index = {name: number for number, name in enumerate([actor, *others])}
    values = [_encoded(op.value) for op in ops]
    columns = {
        0x01: runs([index[op.object[1]] if op.object else None for op in ops], uleb),
        0x02: runs([op.object[0] if op.object else None for op in ops], uleb),
        0x11: runs([index[key[1]] if key and key[0] else None for key in elements], uleb),
        0x13: deltas([key[0] if key else None for key in elements]),
        0x15: runs(
            [op.key if isinstance(op.key, str) else None for op in ops],
            lambda name: uleb(len(name.encode())) + name.encode(),
        ),
        0x34: booleans([op.insert for op in ops]),
        0x42: runs([int(op.action) for op in ops], uleb),
        0x56: runs([len(raw) << 4 | kind for kind, raw in values], uleb),
        0x57: b"".join(raw for _, raw in values),
        0x70: runs([len(op.preds) for op in ops], uleb),
        0x71: runs([index[pred[1]] for pred in preds], uleb),
        0x73: deltas([pred[0] for pred in preds]),
    }
    return Raw(
        deps=sorted(deps),
        actor=actor,
        seq=uleb(seq),
        start_op=uleb(start_op),
        others=others,
        columns=columns,
    ).sealed()


def _encoded(value: Scalar) -> tuple[int, bytes]:
    """The type and bytes of a value, of the types these tests use."""
    match value:
        case None:
            return 0, b""
        case bool():
            return 1 + value, b""
        case int():
            return 4, sleb(value)
        case str():
            return 6, value.encode()
        case bytes():
            return 7, value
    raise AssertionError(value)
