# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on maps, lists and text that no honest program would write in this way.

Automerge is the judge: whatever the strict reader takes and :func:`select` finds to fit together,
automerge must load, tell alike, save, load again, and bear another change on top.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from automerge.core import Document, extract
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.change import (
    IDENTITY,
    LIST_HEAD,
    Action,
    Change,
    InvalidChange,
    Op,
    OpId,
    read_change,
)
from mutualaid.model.crdt import edit, merge, select
from tests.helpers.changes import ALICE, BOB, CAROL, automerge_fields, by_hand, typed

MAKES = (Action.MAKE_MAP, Action.MAKE_LIST, Action.MAKE_TEXT)


@dataclass
class Known:
    """Operations by id, with the change that made each."""

    ops: dict[OpId, tuple[int, Op]] = field(default_factory=dict)

    def place(self, op_id: OpId) -> tuple[OpId | None, str | OpId]:
        _, op = self.ops[op_id]
        return op.object, op_id if op.insert else op.key


def some_op(random: Random, known: Known, op_id: OpId) -> Op:
    """An operation that mostly fits what is known."""
    objects = [i for i, (_, op) in known.ops.items() if op.action in MAKES]
    target = random.choice([None, *objects])
    made = Action.MAKE_MAP if target is None else known.ops[target][1].action
    action = random.choice([*Action, Action.SET, Action.SET, Action.DELETE])
    value = random.choice(["a", "b", 3, True, b"x", None]) if action is Action.SET else None
    if made is Action.MAKE_TEXT and action is Action.SET and random.random() < 0.9:
        value = random.choice("xyz")
    if random.random() < 0.03:  # on purpose the wrong sort of key
        made = random.choice(MAKES)
    elements = [i for i, (_, op) in known.ops.items() if op.object == target and op.insert]
    key: str | OpId = random.choice("abc")
    insert = False
    if made is not Action.MAKE_MAP:
        insert = not elements or (action is not Action.DELETE and random.random() < 0.6)
        key = random.choice([LIST_HEAD, *elements] if insert else elements)
    place = target, op_id if insert else key
    replaceable = sorted(
        i
        for i, (_, op) in known.ops.items()
        if random.random() < 0.02 or (known.place(i) == place and op.action is not Action.DELETE)
    )
    least = 0 if made is Action.MAKE_MAP and action is not Action.DELETE else 1
    preds = random.sample(
        replaceable, random.randint(min(least, len(replaceable)), len(replaceable))
    )
    return Op(target, key, insert, action, value, tuple(sorted(preds)))


def some_changes(random: Random) -> list[bytes]:
    """A few changes that were found to fit together, some of them side by side."""
    data: list[bytes] = []
    changes: list[Change] = []
    bases: list[set[int]] = []
    everything = Known()
    for _ in range(random.randint(1, 6)):
        number = len(changes)
        actor = random.choice([ALICE, BOB, CAROL])
        base = {n for n in range(number) if changes[n].actor == actor or random.random() < 0.6}
        base = base.union({0} if number else (), *(bases[n] for n in base))
        start = 1 + max((changes[n].max_op for n in base), default=0)
        known = Known({i: entry for i, entry in everything.ops.items() if entry[0] in base})
        ops = [] if number else [Op(None, IDENTITY, False, Action.SET, b"i", ())]
        for _ in range(random.randint(1, 8)):
            op_id = start + len(ops), actor
            ops.append(some_op(random, known, op_id))
            known.ops[op_id] = number, ops[-1]
        deps = {changes[n].hash for n in base}.difference(*(changes[n].deps for n in base))
        seq = 1 + sum(changes[n].actor == actor for n in base)
        candidate = by_hand(deps, actor, seq, start, ops)
        try:
            change = read_change(candidate)
        except InvalidChange:
            continue
        assert list(change.ops or ops) == ops
        if len(select([*changes, change], lambda _: True).counted) == number + 1:
            data.append(candidate)
            changes.append(change)
            bases.append(base)
            everything.ops |= {i: entry for i, entry in known.ops.items() if entry[0] == number}
    return data


def assert_automerge_agrees(data: Sequence[bytes]) -> None:
    document = Document.load(b"".join(data))
    merged = merge(data)
    assert typed(merged.fields) == typed(automerge_fields(data))
    assert sorted(map(bytes, document.get_heads())) == list(merged.heads)
    again = Document.load(bytes(document.save()))
    assert {bytes(change.raw_bytes) for change in again.get_changes([])} == set(data)
    assert extract(again) == extract(document)


@given(st.randoms(use_true_random=False))
def test_what_was_found_to_fit_is_safe_for_automerge(random: Random):
    data = some_changes(random)
    if not data:
        return
    random.shuffle(data)
    assert_automerge_agrees(data)
    change = edit(data, b"somebody new, 24 bytes..", {"a": "afterwards"}, ["b"])
    assert change is not None
    assert_automerge_agrees([*data, change])
    assert merge([*data, change]).fields["a"] == "afterwards"
    assert "b" not in merge([*data, change]).fields
