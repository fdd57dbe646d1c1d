# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records as automerge documents: writing a change, and what a set of changes comes to.

Automerge writes every change. It reads only changes that the strict reader has read and that
:func:`select` has found to fit together, and only to write another one on top of them. What a
record says is told from the operations themselves (:func:`merge`), by automerge's rule: an
operation stands until another names it as predecessor, and of several that stand the highest
counter wins, then the highest actor. So a panic inside automerge cannot hide a record, and every
concurrent value is seen with the change that wrote it, which automerge for Python does not tell.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import urandom
from types import MappingProxyType
from typing import Final

from automerge.core import ROOT, Document, ScalarType

from mutualaid.model.change import (
    ACTOR_SIZE,
    IDENTITY,
    LIST_HEAD,
    MAX_DEPS,
    Action,
    Change,
    InvalidChange,
    Op,
    OpId,
    read_change,
)
from mutualaid.model.values import Millis, Scalar

_RUN_SIZE: Final = 8
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def new_actor(device_key_hash: bytes) -> bytes:
    """An actor for this run of the program: the device, then random bytes."""
    if len(device_key_hash) != ACTOR_SIZE - _RUN_SIZE:
        raise ValueError(f"a device hash has {ACTOR_SIZE - _RUN_SIZE} bytes")
    return device_key_hash + urandom(_RUN_SIZE)


# -- writing ----------------------------------------------------------------------------------


def create(actor: bytes, fields: Mapping[str, Scalar]) -> bytes:
    """The first change of a record, which says in ``_id`` whose record it is."""
    change = _write(Document(actor_id=actor), [], fields, ())
    if change is None or type(fields.get(IDENTITY)) is not bytes:
        raise ValueError("a record begins with its identity")
    return change


def edit(
    changes: Sequence[bytes],
    actor: bytes,
    updates: Mapping[str, Scalar],
    deletes: Iterable[str] = (),
) -> bytes | None:
    """A change on top of all ``changes``, which :func:`select` must have found to count.

    None if nothing would change. A value that stands beside others is written again when it is
    among ``updates``: to choose one of several is a change. Raises :class:`InvalidChange` if
    ``changes`` lack a dependency or what would be written is beyond a limit of the reader.
    """
    gone = tuple(deletes)
    if IDENTITY in updates or IDENTITY in gone:
        raise ValueError("a record's identity never changes")
    read = {read_change(data): data for data in changes}
    base = _base(_in_order(read), actor)
    try:
        document = Document.load(b"".join(read[change] for change in base))
        document.set_actor(actor)
        heads = document.get_heads()
    except BaseException as error:
        _refuse_if_automerge(error)
        raise
    return _write(document, heads, updates, gone)


def save(changes: Sequence[Change], data: Mapping[bytes, bytes]) -> bytes:
    """The document of these counting changes as automerge saves it, for any program that reads
    automerge. ``data`` has the bytes of each change by its hash. What the library cannot load is
    left as a row of changes, which is an automerge file as well."""
    row = b"".join(data[change.hash] for change in _in_order(changes))
    try:
        return Document.load(row).save()
    except BaseException as error:
        with suppress(InvalidChange):
            _refuse_if_automerge(error)
            raise
        return row


def _base(changes: list[Change], actor: bytes) -> list[Change]:
    """What a new change of ``actor`` builds on: all ``changes``, unless it had to name too many.

    Then it builds on those that go furthest, so that what it writes stands, and on its author's;
    the next one gathers more. Otherwise one member could end a shared record with many changes
    side by side.
    """
    heads = _heads(changes)
    # Automerge may name the author's last change beside the heads.
    if len(heads) < MAX_DEPS:
        return changes
    furthest = sorted(
        (change for change in changes if change.hash in heads),
        key=lambda change: (change.actor == actor, change.max_op, change.hash),
    )
    chosen = {change.hash for change in furthest[1 - MAX_DEPS :]}
    chosen.update(change.hash for change in changes if change.actor == actor)
    known = _with_ancestors(changes, chosen)
    return [change for change in changes if change.hash in known]


def _write(
    document: Document,
    heads: list[bytes],
    updates: Mapping[str, Scalar],
    deletes: tuple[str, ...],
) -> bytes | None:
    """Write one change on top of ``heads``."""
    # Everything that can fail is done before the transaction: a fault inside one is for ever.
    puts = [(key, *_typed(value)) for key, value in updates.items()]
    if "" in updates:
        raise ValueError("a field has no name")
    try:
        with document.transaction() as transaction:
            for key, kind, value in puts:
                transaction.put(ROOT, key, kind, value)
            for key in deletes:
                transaction.delete(ROOT, key)
        written = document.get_changes(heads)
        data: bytes | None = written[0].raw_bytes if written else None
    except BaseException as error:
        _refuse_if_automerge(error)
        raise
    if data is not None:
        read_change(data)  # what others would refuse is not written
    return data


def _typed(value: Scalar) -> tuple[ScalarType, str | bytes | int | float | datetime | None]:
    """A value as automerge takes it. A ``bool`` is also an ``int``, so order matters."""
    if isinstance(value, str):
        value.encode()  # raises for half a surrogate pair
        return ScalarType.Str, value
    if value is None:
        return ScalarType.Null, None
    if isinstance(value, bool):
        return ScalarType.Boolean, value
    if isinstance(value, Millis):
        return ScalarType.Timestamp, _EPOCH + timedelta(milliseconds=value)
    if isinstance(value, int):
        return ScalarType.Int, value
    if isinstance(value, float):
        return ScalarType.F64, value
    return ScalarType.Bytes, value


def _refuse_if_automerge(error: BaseException) -> None:
    """Turn a panic or an error of automerge into ours. A panic is no ``Exception``."""
    if type(error).__module__ == "pyo3_runtime" or type(error) is Exception:
        raise InvalidChange(f"automerge: {error}") from error


# -- reading ----------------------------------------------------------------------------------

_NOTHING: Final[Mapping[str, tuple[tuple[Scalar, bytes], ...]]] = MappingProxyType({})
_NO_WRITERS: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Merged:
    """What a record says. ``fields`` is the value that stands for each field.

    Where other values were written that no change has replaced, ``concurrent`` has each of them
    with the hash of the change that wrote it, the next to win first, and ``writers`` the hash of
    the change that wrote the one that stands. Values equal to the one that stands are left out.
    """

    fields: Mapping[str, Scalar]
    concurrent: Mapping[str, tuple[tuple[Scalar, bytes], ...]]
    heads: tuple[bytes, ...]
    writers: Mapping[str, bytes]


def merge(changes: Sequence[Change | bytes]) -> Merged:
    """What a causally closed set of changes comes to, whatever their order.

    Never raises for changes that :func:`select` counted.
    """
    return read_fields(
        [read_change(change) if isinstance(change, bytes) else change for change in changes]
    )


def read_fields(changes: Sequence[Change]) -> Merged:
    """As :func:`merge`; a record of one plain change costs nothing."""
    if len(changes) == 1:
        first = changes[0]
        if first.ops is None and first.sets is not None:
            return Merged(first.sets, _NOTHING, (first.hash,), _NO_WRITERS)
    return _fold(_in_order(changes))


def _order(change: Change) -> tuple[int, bytes]:
    """Sorts every change after those it depends on: its operations have higher counters."""
    return change.start_op, change.hash


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """Each change once, after those it depends on; raises where one of those is missing."""
    ordered = sorted(set(changes), key=_order)
    held: set[bytes] = set()
    for change in ordered:
        if not held.issuperset(change.deps):
            raise InvalidChange("a dependency is missing")
        held.add(change.hash)
    return ordered


def _heads(changes: Sequence[Change]) -> set[bytes]:
    """Those on which none of the others builds."""
    heads = {change.hash for change in changes}
    for change in changes:
        heads.difference_update(change.deps)
    return heads


def _operations(change: Change) -> Iterable[Op]:
    if change.ops is not None:
        return change.ops
    sets = change.sets or {}
    return (Op(None, key, False, Action.SET, value, ()) for key, value in sets.items())


def _fold(changes: Sequence[Change]) -> Merged:
    #: Field → the operations on it that stand, with the value (an object made has none of ours).
    standing: dict[str, dict[OpId, tuple[Op, bytes]]] = {}
    for change in changes:
        for counter, op in enumerate(_operations(change), change.start_op):
            if op.object is not None or not isinstance(op.key, str):
                continue
            ops = standing.setdefault(op.key, {})
            for pred in op.preds:
                ops.pop(pred, None)
            if op.action is not Action.DELETE:
                ops[counter, change.actor] = op, change.hash
    fields: dict[str, Scalar] = {}
    concurrent: dict[str, tuple[tuple[Scalar, bytes], ...]] = {}
    writers: dict[str, bytes] = {}
    for key, ops in standing.items():
        if len(ops) == 1:
            ((op, writer),) = ops.values()
            if op.action is Action.SET:
                fields[key] = op.value
        elif ops:
            (op, writer), *others = (ops[op_id] for op_id in sorted(ops, reverse=True))
            if op.action is Action.SET:
                fields[key] = op.value
            rest = _differing(op, others)
            if rest:
                concurrent[key] = rest
                writers[key] = writer
    return Merged(
        fields, concurrent or _NOTHING, tuple(sorted(_heads(changes))), writers or _NO_WRITERS
    )


def _differing(winner: Op, others: Sequence[tuple[Op, bytes]]) -> tuple[tuple[Scalar, bytes], ...]:
    """The scalars among ``others``, each once, that are not what the winner says."""
    seen = {(type(winner.value), winner.value)} if winner.action is Action.SET else set()
    rest: list[tuple[Scalar, bytes]] = []
    for op, writer in others:
        value = (type(op.value), op.value)
        if op.action is Action.SET and value not in seen:
            seen.add(value)
            rest.append((op.value, writer))
    return tuple(rest)


# -- which changes count ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selection:
    """The changes of one record, judged; each is in exactly one of the four.

    ``counted`` is in an order in which every change follows those it depends on, the same for
    the same set. ``waiting`` lacks a dependency, its own or a dependency's. ``void`` can never
    count while the others are there. ``uncounted`` is sound, but nobody whose word counts wrote
    it or built on it.
    """

    counted: tuple[Change, ...] = ()
    waiting: tuple[Change, ...] = ()
    void: tuple[Change, ...] = ()
    uncounted: tuple[Change, ...] = ()


def select(
    changes: Sequence[Change],
    counts: Callable[[Change], bool],
    identity: bytes | None = None,
) -> Selection:
    """Judge the changes of one record; pure, and a function of the *set* of changes.

    ``counts`` says whether a change counts by its author alone; one on which a counting change
    depends counts too. Every first change must set ``_id`` (to ``identity``, where given), and
    no other may touch it. Two first changes may both count (two machines that imported the same
    thing): they merge.
    """
    if len(changes) == 1:
        (only,) = changes
        if only.ops is None and not only.deps and only.seq == only.start_op == 1:
            if not _identity_fits(only, identity):
                return Selection(void=(only,))
            return Selection(counted=(only,)) if counts(only) else Selection(uncounted=(only,))
    history = _History(identity)
    waiting: dict[bytes, Change] = {}
    broken: dict[bytes, Change] = {}
    held = {change.hash: change for change in changes}
    for change in sorted(held.values(), key=_order):
        if any(dep in broken for dep in change.deps):
            broken[change.hash] = change
        elif any(dep in waiting or dep not in held for dep in change.deps):
            waiting[change.hash] = change
        elif not history.take(change):
            broken[change.hash] = change
    sound = history.changes
    based = {change.hash for change in sound if counts(change)}
    lost = _lost(sound, _with_ancestors(sound, based))
    counted = _with_ancestors(sound, based - lost)
    return Selection(
        tuple(change for change in sound if change.hash in counted),
        tuple(waiting.values()),
        (*broken.values(), *(change for change in sound if change.hash in lost)),
        tuple(c for c in sound if c.hash not in counted and c.hash not in lost),
    )


def _with_ancestors(changes: Sequence[Change], hashes: set[bytes]) -> set[bytes]:
    """``hashes`` and all that they depend on. ``changes`` is in order."""
    result = set(hashes)
    for change in reversed(changes):
        if change.hash in result:
            result.update(change.deps)
    return result


def _lost(changes: Sequence[Change], wanted: set[bytes]) -> set[bytes]:
    """Of two wanted changes with one actor and number, the higher hash; and all built on it."""
    lowest: dict[tuple[bytes, int], bytes] = {}
    for change in changes:
        if change.hash in wanted:
            number = change.actor, change.seq
            lowest[number] = min(change.hash, lowest.get(number, change.hash))
    lost: set[bytes] = set()
    for change in changes:
        loses = change.hash in wanted and lowest[change.actor, change.seq] != change.hash
        if loses or not lost.isdisjoint(change.deps):
            lost.add(change.hash)
    return lost


# An operation's place is the object it is in and the key or element it concerns there.
_Place = tuple[OpId | None, str | OpId]


class _Chain:
    """The sound changes of one actor, in order; more than one per number if it cheats."""

    __slots__ = ("by_seq", "doubled", "indexes", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.indexes: list[int] = []
        self.by_seq: dict[int, list[int]] = {}
        self.doubled = False


class _History:
    """Sound changes, each with the set of its ancestors: a bit for each change taken so far."""

    def __init__(self, identity: bytes | None) -> None:
        self.changes: list[Change] = []
        self._identity = identity
        self._index: dict[bytes, int] = {}
        self._known: list[int] = []  # of each change: itself and its ancestors
        self._reach: list[int] = []  # of each change: the highest counter there
        self._chains: dict[bytes, _Chain] = {}
        self._plain: dict[int, tuple[Op, ...]] = {}  # operations of plain changes, if looked at

    def take(self, change: Change) -> bool:
        """Add a change whose dependencies are all held, unless it does not fit them."""
        indexes = [self._index.get(dep, -1) for dep in change.deps]
        if -1 in indexes:  # it comes before what it depends on: its counters are wrong
            return False
        known = reach = 0
        for index in indexes:
            known |= self._known[index]
            reach = max(reach, self._reach[index])
        if change.start_op != reach + 1 or not _identity_fits(change, self._identity):
            return False
        chain = self._chains.get(change.actor) or _Chain()
        if not _continues(chain, change.seq, known):
            return False
        if change.ops is not None and not self._refers_well(change, known):
            return False
        index = len(self.changes)
        self.changes.append(change)
        self._index[change.hash] = index
        self._known.append(known | 1 << index)
        self._reach.append(change.max_op)
        self._chains[change.actor] = chain
        chain.starts.append(change.start_op)
        chain.indexes.append(index)
        same = chain.by_seq.setdefault(change.seq, [])
        same.append(index)
        chain.doubled = chain.doubled or len(same) > 1
        return True

    def _refers_well(self, change: Change, known: int) -> bool:
        """Whether objects, elements and predecessors are there and of the right sort."""
        own: dict[OpId, tuple[_Place, Op]] = {}
        finders: dict[bytes, Callable[[int], tuple[_Place, Op] | None]] = {}

        def find(op_id: OpId) -> tuple[_Place, Op] | None:
            counter, actor = op_id
            if counter >= change.start_op:
                return own.get(op_id)
            finder = finders.get(actor)
            if finder is None:
                finder = finders[actor] = self._finder(actor, known)
            return finder(counter)

        for counter, op in enumerate(change.ops or (), change.start_op):
            op_id = counter, change.actor
            place = _place(op, op_id)
            if not _fits(op, place, find):
                return False
            own[op_id] = place, op
        return True

    def _finder(self, actor: bytes, known: int) -> Callable[[int], tuple[_Place, Op] | None]:
        """Finds the operations of one actor among known changes by their counter."""
        chain = self._chains.get(actor) or _Chain()
        starts, indexes = chain.starts, chain.indexes
        if chain.doubled:
            indexes = [index for index in indexes if known >> index & 1]
            starts = [self.changes[index].start_op for index in indexes]

        def find(counter: int) -> tuple[_Place, Op] | None:
            nearest = bisect_right(starts, counter) - 1
            if nearest < 0 or not known >> indexes[nearest] & 1:
                return None
            change = self.changes[indexes[nearest]]
            if counter > change.max_op:
                return None
            ops = self._operations(indexes[nearest])
            op = ops[counter - change.start_op]
            return _place(op, (counter, actor)), op

        return find

    def _operations(self, index: int) -> Sequence[Op]:
        ops = self.changes[index].ops or self._plain.get(index)
        if ops is None:
            ops = self._plain[index] = tuple(_operations(self.changes[index]))
        return ops


def _identity_fits(change: Change, identity: bytes | None) -> bool:
    """Whether a change that depends on nothing, and no other, says whose record this is."""
    if change.ops is None:
        sets = change.sets or {}
        said = [sets[IDENTITY]] if IDENTITY in sets else []
    else:
        touching = [op for op in change.ops if op.object is None and op.key == IDENTITY]
        said = [op.value for op in touching]  # None for what does not set a value
    if change.deps:
        return not said
    if len(said) != 1 or not isinstance(said[0], bytes):
        return False
    return identity is None or said[0] == identity


def _continues(chain: _Chain, seq: int, known: int) -> bool:
    """Whether the number before ``seq``, and not ``seq`` itself, is among the ancestors."""
    if any(known >> index & 1 for index in chain.by_seq.get(seq, ())):
        return False
    return seq == 1 or any(known >> index & 1 for index in chain.by_seq.get(seq - 1, ()))


def _place(op: Op, op_id: OpId) -> _Place:
    return op.object, op_id if op.insert else op.key


def _fits(op: Op, place: _Place, find: Callable[[OpId], tuple[_Place, Op] | None]) -> bool:
    if op.object is not None and not _object_fits(op, find):
        return False
    if not isinstance(op.key, str) and op.key != LIST_HEAD:
        element = find(op.key)
        if element is None or not element[1].insert or element[0] != (op.object, op.key):
            return False
    for pred in op.preds:
        earlier = find(pred)
        if earlier is None or earlier[0] != place or earlier[1].action is Action.DELETE:
            return False
    return True


def _object_fits(op: Op, find: Callable[[OpId], tuple[_Place, Op] | None]) -> bool:
    """Whether the operation's object was made, and is of the sort that has such keys."""
    assert op.object is not None
    made = find(op.object)
    if made is None:
        return False
    if isinstance(op.key, str):
        return made[1].action is Action.MAKE_MAP
    if made[1].action is Action.MAKE_TEXT:
        return op.action is Action.DELETE or isinstance(op.value, str)
    return made[1].action is Action.MAKE_LIST
