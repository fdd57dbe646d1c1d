# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A strict reader of automerge changes: what other machines send is read here first.

The format is that of https://automerge.org/automerge-binary-format-spec/, a change chunk (type
1) whose operations are stored by column. The reader takes less than the format allows: one
encoding for each change, the one that automerge itself writes, and nothing that automerge for
Python cannot bear (counters) or that we do not use (marks). The input is hostile: time and memory
are bounded by the limits below, whatever the bytes.

Whether a change fits the changes it builds on is for :func:`mutualaid.model.crdt.select`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from struct import Struct
from typing import Final, NamedTuple

from mutualaid.model.columns import (
    InvalidChange,
    booleans,
    numbers,
    present,
    runs,
    signed,
    sums,
    text,
    unsigned,
)
from mutualaid.model.values import Millis, Scalar

__all__ = ["Action", "Change", "InvalidChange", "Op", "OpId", "read_change"]

MAX_BYTES: Final = 61_440
MAX_OPS: Final = 2_000
MAX_PREDS: Final = 4_000
MAX_DEPS: Final = 64
MAX_OTHER_ACTORS: Final = 256  # each run of the program is one
MAX_MESSAGE: Final = 256
ACTOR_SIZE: Final = 24

#: The first change of a record says with this field whose record it is; no other may touch it.
IDENTITY: Final = "_id"

#: What ``datetime`` can hold in any time zone, so a day less than the years 1 to 9999; in
#: milliseconds since 1970. Automerge for Python panics when it reads the first day.
MIN_TIME: Final = -62_135_510_400_000
MAX_TIME: Final = 253_402_214_399_999

_MAX_COUNTER: Final = 2**32 - 1  # automerge keeps operation counters in 32 bits
_MAX_INT: Final = 2**63 - 1  # what SQLite can hold; automerge's unsigned integers go further


class Action(IntEnum):
    """What an operation does, numbered as in the format. Increments and marks are refused."""

    MAKE_MAP = 0
    SET = 1
    MAKE_LIST = 2
    DELETE = 3
    MAKE_TEXT = 4


# Looking a member up in an enumeration costs more than all else that is done with it.
_SET: Final = Action.SET
_DELETE: Final = Action.DELETE

#: An operation's counter and actor. Compares in automerge's (Lamport) order.
OpId = tuple[int, bytes]

#: Stands for the beginning of a list: what is inserted first follows this.
LIST_HEAD: Final[OpId] = (0, b"")


class Op(NamedTuple):
    """One operation. ``object`` is None for the root map; ``key`` an element in a list."""

    object: OpId | None
    key: str | OpId
    insert: bool
    action: Action
    value: Scalar
    preds: tuple[OpId, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One automerge change, read and checked for itself.

    ``sets`` and ``deletes`` say what becomes of each field by this change alone (the last
    operation on it decides); ``sets`` is None and ``deletes`` empty unless the change is ``flat``:
    nothing but setting and deleting scalars of the root map.

    ``ops`` is None for the plain change that creates most records: each operation sets another
    field, in the order of ``sets``, and replaces nothing.
    """

    hash: bytes
    actor: bytes = field(compare=False)
    seq: int = field(compare=False)
    start_op: int = field(compare=False)
    op_count: int = field(compare=False)
    deps: tuple[bytes, ...] = field(compare=False)
    time: int = field(compare=False)
    sets: Mapping[str, Scalar] | None = field(compare=False)
    deletes: tuple[str, ...] = field(compare=False)
    flat: bool = field(compare=False)
    ops: tuple[Op, ...] | None = field(compare=False)

    @property
    def max_op(self) -> int:
        return self.start_op + self.op_count - 1


_MAGIC: Final = b"\x85oJ\x83"

# Column specifications: column id << 4 | type.
_OBJ_ACTOR, _OBJ_COUNTER = 0x01, 0x02
_KEY_ACTOR, _KEY_COUNTER, _KEY_TEXT = 0x11, 0x13, 0x15
_INSERT, _ACTION, _VALUE_META, _VALUE = 0x34, 0x42, 0x56, 0x57
_PRED_COUNT, _PRED_ACTOR, _PRED_COUNTER = 0x70, 0x71, 0x73
_COLUMNS: Final = frozenset(
    (
        *(_OBJ_ACTOR, _OBJ_COUNTER, _KEY_ACTOR, _KEY_COUNTER, _KEY_TEXT),
        *(_INSERT, _ACTION, _VALUE_META, _VALUE, _PRED_COUNT, _PRED_ACTOR, _PRED_COUNTER),
    )
)

# Value types, the low four bits of a value's metadata; the rest is its length.
_NULL, _FALSE, _TRUE, _UINT, _INT, _FLOAT, _TEXT, _BYTES, _TIMESTAMP = (*range(8), 9)
_DOUBLE: Final = Struct("<d")


def read_change(data: bytes) -> Change:
    """Read one uncompressed change chunk.

    Raises :class:`InvalidChange`, and nothing else, for anything that is not exactly what
    automerge would write for a change within the limits.
    """
    try:
        return _read(data)
    except IndexError:
        raise InvalidChange("the change ends too early") from None
    except UnicodeDecodeError:
        raise InvalidChange("text is not UTF-8") from None


def _read(data: bytes) -> Change:
    size = len(data)
    if size > MAX_BYTES:
        raise InvalidChange(f"{size} bytes are too many")
    if data[:4] != _MAGIC:
        raise InvalidChange("not an automerge chunk")
    if data[8] != 1:
        raise InvalidChange(f"chunk type {data[8]} is not an uncompressed change")
    length = data[9]
    pos = 10
    if length > 127:
        length, pos = unsigned(data, 9)
    if pos + length != size:
        raise InvalidChange("the chunk is not as long as it says")
    digest = sha256(data[8:]).digest()
    if digest[:4] != data[4:8]:
        raise InvalidChange("the checksum is wrong")
    return _read_plain(data, pos, digest) or _read_any(data, pos, digest)


# -- the plain change that creates a record ---------------------------------------------------

# Sequence number 1, first operation 1, time 0, no message, no other actors, six columns, the
# first of which is that of the keys.
_PLAIN_START: Final = bytes((1, 1, 0, 0, 0, 6, _KEY_TEXT))
_PLAIN_COLUMNS: Final = bytes((_INSERT, 1, _ACTION, 2, _VALUE_META))
_PLAIN_PREDS: Final = bytes((_PRED_COUNT, 2))
# The columns that say "n operations, each a set, none an insert, none with a predecessor".
_PLAIN_SHAPES: Final = {bytes((n, n, 1)): n for n in range(2, 64)}
_PLAIN_NO_PREDS: Final = [bytes((n, 0)) for n in range(64)]

# Records of one kind have the same fields in the same order, so the same column of keys. Bounded,
# so that a hostile machine can make it useless but not large.
_known_keys: Final[dict[bytes, tuple[str, ...]]] = {}
_MAX_KNOWN_KEYS: Final = 256
_MAX_KNOWN_KEYS_BYTES: Final = 1024


def _read_plain(data: bytes, pos: int, digest: bytes) -> Change | None:
    """Read the commonest change quickly; None if it is not one, so that the long way judges it."""
    if data[pos : pos + 2] != b"\x00\x18" or data[pos + 26 : pos + 33] != _PLAIN_START:
        return None
    keys_size = data[pos + 33]
    at = pos + 34
    if keys_size > 127:
        keys_size, at = unsigned(data, at - 1)
    meta_size = data[at + 5]
    if data[at : at + 5] != _PLAIN_COLUMNS or meta_size > 127 or data[at + 6] != _VALUE:
        return None
    values_size = data[at + 7]
    at += 8
    if values_size > 127:
        values_size, at = unsigned(data, at - 1)
    if values_size == 0 or data[at : at + 2] != _PLAIN_PREDS:
        return None
    shape_at = at + 2 + keys_size
    count = _PLAIN_SHAPES.get(data[shape_at : shape_at + 3])
    if count is None:
        return None
    meta_at = shape_at + 3
    value_at = meta_at + meta_size
    preds_at = value_at + values_size
    if data[preds_at:] != _PLAIN_NO_PREDS[count]:
        return None
    key_column = data[at + 2 : shape_at]
    keys = _known_keys.get(key_column)
    if keys is None:
        keys = _distinct_keys(key_column, count)
        if keys is None:
            return None
    if len(keys) != count:
        return None
    metas = numbers(data[meta_at:value_at], count)
    values = _scalars(metas, count, data, value_at, preds_at)
    sets = dict(zip(keys, values, strict=True))
    return Change(digest, data[pos + 2 : pos + 26], 1, 1, count, (), 0, sets, (), True, None)


def _distinct_keys(column: bytes, count: int) -> tuple[str, ...] | None:
    """The keys of a plain change, remembered; None if there is none or one comes twice."""
    keys = tuple(key for key in runs(column, count, text) if key)
    if len(set(keys)) != count:
        return None
    if len(column) <= _MAX_KNOWN_KEYS_BYTES:
        if len(_known_keys) >= _MAX_KNOWN_KEYS:
            _known_keys.clear()
        _known_keys[column] = keys
    return keys


# -- any change -------------------------------------------------------------------------------


def _read_any(data: bytes, pos: int, digest: bytes) -> Change:
    """Read the body of a chunk that begins at ``pos``."""
    dep_count, pos = unsigned(data, pos)
    if dep_count > MAX_DEPS:
        raise InvalidChange("too many dependencies")
    after = pos + 32 * dep_count
    deps = tuple([data[at : at + 32] for at in range(pos, after, 32)])
    pos = after
    if any(dep >= following for dep, following in pairwise(deps)):
        raise InvalidChange("the dependencies are not in order")
    actor, pos = _actor(data, pos)
    seq, pos = unsigned(data, pos)
    start_op, pos = unsigned(data, pos)
    time, pos = signed(data, pos)
    if not 1 <= seq <= _MAX_COUNTER or not 1 <= start_op <= _MAX_COUNTER - MAX_OPS:
        raise InvalidChange("a number is out of range")
    if not MIN_TIME <= time <= MAX_TIME:
        raise InvalidChange("the time is out of range")
    message_size, pos = unsigned(data, pos)
    if message_size:
        if message_size > MAX_MESSAGE:
            raise InvalidChange("the message is too long")
        data[pos : pos + message_size].decode()
        pos += message_size
    actors = [actor]
    other_count, pos = unsigned(data, pos)
    if other_count > MAX_OTHER_ACTORS:
        raise InvalidChange("too many other actors")
    for _ in range(other_count):
        other, pos = _actor(data, pos)
        actors.append(other)
    if other_count and actors[1:] != sorted(set(actors[1:]) - {actor}):
        raise InvalidChange("the other actors are not in order")
    ops = _ops(_read_columns(data, pos), actors, start_op)
    return _change(digest, actor, seq, start_op, deps, time, ops)


def _change(
    digest: bytes,
    actor: bytes,
    seq: int,
    start_op: int,
    deps: tuple[bytes, ...],
    time: int,
    ops: tuple[Op, ...],
) -> Change:
    """Gather what the operations come to."""
    plain = True
    sets: dict[str, Scalar] = {}
    deletes: dict[str, None] = {}
    for place, key, _, action, value, preds in ops:
        if place is not None or not isinstance(key, str) or action not in (_SET, _DELETE):
            return Change(digest, actor, seq, start_op, len(ops), deps, time, None, (), False, ops)
        if action is _SET:
            plain = plain and not preds and key not in sets
            sets[key] = value
            deletes.pop(key, None)
        else:
            plain = False
            sets.pop(key, None)
            deletes[key] = None
    return Change(
        *(digest, actor, seq, start_op, len(ops), deps, time),
        *(sets, tuple(deletes), True, None if plain else ops),
    )


def _actor(data: bytes, pos: int) -> tuple[bytes, int]:
    if data[pos] != ACTOR_SIZE:
        raise InvalidChange(f"an actor has {data[pos]} bytes")
    end = pos + 1 + ACTOR_SIZE
    return data[pos + 1 : end], end


def _read_columns(data: bytes, pos: int) -> dict[int, bytes]:
    """The columns of a change by specification; they must fill the rest of ``data`` exactly."""
    column_count, pos = unsigned(data, pos)
    if column_count > len(_COLUMNS):
        raise InvalidChange("too many columns")
    sizes: list[tuple[int, int]] = []
    last = -1
    for _ in range(column_count):
        spec = data[pos]
        size = data[pos + 1]
        pos += 2
        if size > 127:
            size, pos = unsigned(data, pos - 1)
        if spec not in _COLUMNS:
            raise InvalidChange(f"column {spec:#x} is not allowed")
        if spec <= last:
            raise InvalidChange("the columns are not in order")
        if size == 0:
            raise InvalidChange("a column is empty")
        last = spec
        sizes.append((spec, size))
    columns: dict[int, bytes] = {}
    for spec, size in sizes:
        end = pos + size
        columns[spec] = data[pos:end]
        pos = end
    if pos != len(data):
        raise InvalidChange("the columns are not as long as they say")
    return columns


def _ops(columns: dict[int, bytes], actors: list[bytes], start_op: int) -> tuple[Op, ...]:
    actions = _actions(columns.get(_ACTION, b""))
    count = len(actions)
    objects = _object_ids(columns, count, actors)
    keys = _keys(columns, count, actors)
    inserts = booleans(columns.get(_INSERT, b""), count)
    raw = columns.get(_VALUE, b"")
    metas = numbers(columns.get(_VALUE_META, b""), count)
    values = _scalars(metas, count, raw, 0, len(raw))
    preds = _preds(columns, count, actors)
    ops = tuple(map(Op, objects, keys, inserts, actions, values, preds))
    for counter, op in enumerate(ops, start_op):
        _check_op(op, counter)
    if len(actors) > 1 and not _uses(ops).issuperset(actors[1:]):
        raise InvalidChange("an actor is named and not used")
    return ops


def _uses(ops: tuple[Op, ...]) -> set[bytes]:
    """The actors of the operations that these refer to."""
    actors = {actor for op in ops for _, actor in op.preds}
    for op in ops:
        if op.object:
            actors.add(op.object[1])
        if not isinstance(op.key, str):
            actors.add(op.key[1])
    return actors


def _check_op(op: Op, counter: int) -> None:
    """Raise :class:`InvalidChange` unless the operation makes sense for itself."""
    place, key, insert, action, value, preds = op
    if isinstance(key, str):
        if not key or insert:
            raise InvalidChange("a key is empty or inserted")
    elif place is None:
        raise InvalidChange("the root is not a list")
    elif key == LIST_HEAD and not insert:
        raise InvalidChange("the head of a list is not an element")
    elif bool(preds) is insert:
        raise InvalidChange("an element is replaced by nothing or inserted twice")
    if action is not _SET:
        if value is not None:
            raise InvalidChange("an operation has a value it cannot have")
        if action is _DELETE and (insert or not preds):
            raise InvalidChange("a deletion of nothing")
    if preds:
        if preds[-1][0] >= counter:
            raise InvalidChange("a predecessor comes later")
        if len(preds) > 1 and any(pred >= after for pred, after in pairwise(preds)):
            raise InvalidChange("predecessors are not in order")


def _actions(column: bytes) -> list[Action]:
    """The actions, whose number is that of the operations."""
    codes = numbers(column, MAX_OPS)
    if not codes:
        raise InvalidChange("no operations")
    if max(codes) > Action.MAKE_TEXT:
        raise InvalidChange(f"action {max(codes)} is not allowed")
    return [_ACTIONS[code] for code in codes]


_ACTIONS: Final = tuple(Action)


def _object_ids(columns: dict[int, bytes], count: int, actors: list[bytes]) -> list[OpId | None]:
    if _OBJ_ACTOR not in columns and _OBJ_COUNTER not in columns:
        return [None] * count
    indexes = runs(columns.get(_OBJ_ACTOR, b""), count, unsigned)
    counters = runs(columns.get(_OBJ_COUNTER, b""), count, unsigned)
    ids: list[OpId | None] = []
    for index, counter in zip(indexes, counters, strict=True):
        if index is None and counter is None:
            ids.append(None)
        else:
            ids.append(_op_id(counter, index, actors))
    return ids


def _keys(columns: dict[int, bytes], count: int, actors: list[bytes]) -> list[str | OpId]:
    names = runs(columns.get(_KEY_TEXT, b""), count, text)
    if _KEY_ACTOR not in columns and _KEY_COUNTER not in columns:
        return [*present(names)]
    indexes = runs(columns.get(_KEY_ACTOR, b""), count, unsigned)
    counters = sums(runs(columns.get(_KEY_COUNTER, b""), count, signed))
    keys: list[str | OpId] = []
    for name, index, counter in zip(names, indexes, counters, strict=True):
        if name is not None:
            if index is not None or counter is not None:
                raise InvalidChange("a key is both a name and an element")
            keys.append(name)
        elif index is None and counter == 0:
            keys.append(LIST_HEAD)
        else:
            keys.append(_op_id(counter, index, actors))
    return keys


def _preds(columns: dict[int, bytes], count: int, actors: list[bytes]) -> list[tuple[OpId, ...]]:
    counts = numbers(columns.get(_PRED_COUNT, b""), count)
    total = sum(counts)
    if len(counts) != count or total > MAX_PREDS:
        raise InvalidChange("too many predecessors, or too few counts of them")
    if not total and _PRED_ACTOR not in columns and _PRED_COUNTER not in columns:
        return [()] * count
    indexes = runs(columns.get(_PRED_ACTOR, b""), total, unsigned)
    counters = sums(runs(columns.get(_PRED_COUNTER, b""), total, signed))
    ids = [_op_id(counter, index, actors) for counter, index in zip(counters, indexes, strict=True)]
    preds: list[tuple[OpId, ...]] = []
    pos = 0
    for number in counts:
        preds.append(tuple(ids[pos : pos + number]))
        pos += number
    return preds


def _op_id(counter: int | None, index: int | None, actors: list[bytes]) -> OpId:
    if counter is None or index is None or index >= len(actors):
        raise InvalidChange("an operation is named by half")
    if not 1 <= counter <= _MAX_COUNTER:
        raise InvalidChange("an operation's counter is out of range")
    return counter, actors[index]


def _scalars(metas: list[int], count: int, data: bytes, pos: int, end: int) -> list[Scalar]:
    """The ``count`` values that stand side by side in ``data[pos:end]``, sized by ``metas``."""
    if len(metas) != count:
        raise InvalidChange("a column has the wrong number of entries")
    values: list[Scalar] = []
    add = values.append
    for meta in metas:
        after = pos + (meta >> 4)
        if meta & 15 == _TEXT:
            add(data[pos:after].decode())
        else:
            add(_scalar(meta & 15, data[pos:after]))
        pos = after
    if pos != end:
        raise InvalidChange("the values are not as long as they say")
    return values


def _scalar(kind: int, raw: bytes) -> Scalar:
    """The value that ``raw``, all of it, stands for."""
    if kind == _TEXT:
        return raw.decode()
    if kind == _BYTES:
        return raw
    if kind <= _TRUE:
        if raw:
            raise InvalidChange("a value has a length it cannot have")
        return (None, False, True)[kind]
    if kind == _FLOAT:
        if len(raw) != _DOUBLE.size:
            raise InvalidChange("a value has a length it cannot have")
        number: float = _DOUBLE.unpack(raw)[0]
        if not isfinite(number):
            raise InvalidChange("a number is not finite")
        return number
    if kind == _UINT:
        value, end = unsigned(raw, 0)
        if value > _MAX_INT:
            raise InvalidChange("an integer is too large")
    elif kind in (_INT, _TIMESTAMP):
        value, end = signed(raw, 0)
    else:
        raise InvalidChange(f"value type {kind} is not allowed")
    if end != len(raw):
        raise InvalidChange("a value has a length it cannot have")
    if kind == _TIMESTAMP:
        if not MIN_TIME <= value <= MAX_TIME:
            raise InvalidChange("a timestamp is out of range")
        return Millis(value)
    return value
