# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterable, Sequence
from random import Random

import pytest
from automerge.core import ROOT, Document, ObjType, ScalarType, Transaction
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mutualaid.model import crdt
from mutualaid.model.change import ACTOR_SIZE, IDENTITY, Change, InvalidChange, read_change
from mutualaid.model.crdt import Selection, create, edit, merge, read_fields, select
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

FIRST = create(ALICE, {IDENTITY: IDENTITY_VALUE, "title": "A ladder", "state": "open"})


def anyone(change: Change) -> bool:
    return True


def judged(data: Iterable[bytes], counts=anyone) -> Selection:
    return select([read_change(one) for one in data], counts)


def hashes(data: Iterable[bytes]) -> set[bytes]:
    return {read_change(one).hash for one in data}


def put(actor: bytes, base: Sequence[bytes], **fields: str) -> bytes:
    change = edit(base, actor, fields)
    assert change is not None
    return change


# -- writing ----------------------------------------------------------------------------------


def test_an_actor_is_the_device_and_this_run():
    first, second = crdt.new_actor(b"d" * 16), crdt.new_actor(b"d" * 16)
    assert len(first) == ACTOR_SIZE
    assert first[:16] == b"d" * 16
    assert first != second
    with pytest.raises(ValueError, match="16 bytes"):
        crdt.new_actor(b"d" * 32)


@given(field_maps)
def test_what_is_written_is_read(fields):
    fields = {IDENTITY: IDENTITY_VALUE, **fields}
    merged = merge([create(ALICE, fields)])
    assert typed(merged.fields) == typed(fields)
    assert merged.concurrent == {}
    assert merged.writers == {}


@pytest.mark.parametrize("fields", [{}, {"title": "x"}, {IDENTITY: "text"}])
def test_a_record_begins_with_its_identity(fields):
    with pytest.raises(ValueError, match="begins with its identity"):
        create(ALICE, fields)


@pytest.mark.parametrize("fields", [{"": 1}, {"text": "\ud800"}, {"\ud800": 1}, {"n": 2**63}])
def test_what_cannot_be_written_raises_and_harms_nothing(fields):
    with pytest.raises((ValueError, OverflowError)):
        create(ALICE, {IDENTITY: b"", **fields})
    with pytest.raises((ValueError, OverflowError)):
        edit([FIRST], ALICE, fields)
    assert merge([FIRST, put(ALICE, [FIRST], title="A saw")]).fields["title"] == "A saw"


def test_a_change_too_large_for_an_entry_is_not_written():
    with pytest.raises(InvalidChange, match="too many"):
        create(ALICE, {IDENTITY: b"", "text": "x" * 61_440})


@pytest.mark.parametrize(("updates", "deletes"), [({IDENTITY: b""}, []), ({}, [IDENTITY])])
def test_the_identity_never_changes(updates, deletes):
    with pytest.raises(ValueError, match="never changes"):
        edit([FIRST], ALICE, updates, deletes)


@pytest.mark.parametrize(
    ("updates", "deletes"),
    [({}, []), ({"title": "A ladder"}, []), ({}, ["nothing"]), ({"state": "open"}, ["nothing"])],
)
def test_an_edit_that_changes_nothing_is_none(updates, deletes):
    assert edit([FIRST], BOB, updates, deletes) is None


def test_values_that_python_takes_for_equal_differ():
    first = create(ALICE, {IDENTITY: b"", "a": 1, "b": 1, "c": 1})
    second = edit([first], ALICE, {"a": True, "b": 1.0, "c": Millis(1)})
    assert second is not None
    assert typed(merge([first, second]).fields) == typed(
        {IDENTITY: b"", "a": True, "b": 1.0, "c": Millis(1)}
    )


def test_an_edit_builds_on_all_it_is_given():
    bobs, carols = put(BOB, [FIRST], title="A saw"), put(CAROL, [FIRST], state="parked")
    change = read_change(put(ALICE, [carols, bobs, FIRST, bobs], title="Both"))
    # Automerge names the author's last change as well.
    assert set(change.deps) == hashes([FIRST, bobs, carols])
    assert change.seq == 2


def test_an_edit_on_top_of_very_many_others_still_stands():
    others = [put(bytes([n]) * 24, [FIRST], title=f"{n}") for n in range(1, 101)]
    mine = put(ALICE, [FIRST], state="parked")
    far = put(BOB, [FIRST, others[0]], title="further on")
    base = [FIRST, mine, *others, far]
    change = put(ALICE, base, title="mine")
    selection = judged([*base, change])
    assert not selection.void
    assert merge(selection.counted).fields["title"] == "mine"
    assert len(merge(selection.counted).heads) < len(merge(base).heads)
    again = put(ALICE, [*base, change], title="at last")
    assert merge([*base, change, again]).heads == (read_change(again).hash,)
    assert merge([*base, change, again]).concurrent == {}


def test_an_edit_may_replace_what_many_runs_of_the_program_wrote():
    names = [f"field {n}" for n in range(100)]
    changes = [FIRST]
    for n, name in enumerate(names):
        changes.append(put(bytes([n]) * 24, changes, **{name: "old"}))
    changes.append(put(BOB, changes, **dict.fromkeys(names, "new")))
    assert len(judged(changes).counted) == len(changes)


def test_an_edit_needs_every_dependency():
    second = put(ALICE, [FIRST], title="second")
    third = put(ALICE, [FIRST, second], title="third")
    with pytest.raises(InvalidChange, match="dependency is missing"):
        edit([FIRST, third], BOB, {"title": "x"})


def test_a_panic_is_an_invalid_change():
    number = write(ALICE, lambda tx: tx.put(ROOT, "n", ScalarType.Int, 1))
    counter = seal(body_of(number).replace(b"\x7f\x14", b"\x7f\x18"))
    with pytest.raises(BaseException, match="not yet implemented") as panic:
        Document.load(counter).get(ROOT, "n")
    assert not isinstance(panic.value, Exception)
    with pytest.raises(InvalidChange, match="automerge: not yet implemented"):
        crdt._refuse_if_automerge(panic.value)
    with pytest.raises(InvalidChange, match="value type 8"):
        edit([counter], ALICE, {"n": 2})


def test_what_is_incomplete_is_not_merged():
    with pytest.raises(InvalidChange, match="dependency is missing"):
        merge([put(BOB, [FIRST], title="x")])


# -- reading ----------------------------------------------------------------------------------


def standing(history: Sequence[Written], key: str) -> dict[bytes, Scalar]:
    """By change, the values of ``key`` that nobody saw and replaced or removed."""
    changes = [read_change(written.data) for written in history]
    sets = [change.sets or {} for change in changes]
    wrote = [n for n, change in enumerate(changes) if key in sets[n] or key in change.deletes]
    replaced = {base for number in wrote for base in history[number].base}
    return {changes[n].hash: sets[n][key] for n in wrote if n not in replaced and key in sets[n]}


@settings(max_examples=50)
@given(histories(), st.randoms(use_true_random=False))
def test_a_record_says_what_automerge_says_in_any_order(history, random: Random):
    data = [written.data for written in history]
    shuffled = [*data, *random.choices(data, k=3)]
    random.shuffle(shuffled)
    merged = merge(shuffled)
    assert typed(merged.fields) == typed(automerge_fields(data))
    assert merged == merge(data)
    assert merged.heads == tuple(
        sorted(hashes(data) - {dep for one in data for dep in read_change(one).deps})
    )


@settings(max_examples=50)
@given(histories())
def test_every_value_that_nobody_replaced_is_shown_with_its_change(history):
    merged = merge([written.data for written in history])
    for key in ("title", "text", "state"):
        stands = standing(history, key)
        assert (key in merged.fields) is bool(stands)
        if not stands:
            continue
        shown = {writer: value for value, writer in merged.concurrent.get(key, ())}
        assert typed(shown).items() <= typed(stands).items()
        # Each value once, and none that equals the one that stands.
        values = [(type(value), value) for value in (merged.fields[key], *shown.values())]
        assert set(values) == {(type(value), value) for value in stands.values()}
        assert len(values) == len(set(values))
        if shown:
            assert stands[merged.writers[key]] == merged.fields[key]


def test_of_two_values_both_are_shown():
    alices, bobs = put(ALICE, [FIRST], title="Ladder"), put(BOB, [FIRST], title="Steps")
    merged = merge([bobs, FIRST, alices])
    assert merged.fields["title"] == "Steps"
    assert merged.concurrent == {"title": (("Ladder", read_change(alices).hash),)}
    assert merged.writers == {"title": read_change(bobs).hash}
    # It stays visible when somebody goes on with something else, and ends by choosing.
    other = put(CAROL, [FIRST, alices, bobs], state="parked")
    assert merge([FIRST, alices, bobs, other]).concurrent == merged.concurrent
    choice = put(CAROL, [FIRST, alices, bobs], title="Steps")
    assert merge([FIRST, alices, bobs, choice]).concurrent == {}


def test_the_same_value_twice_is_no_conflict():
    alices, bobs = put(ALICE, [FIRST], title="Steps"), put(BOB, [FIRST], title="Steps")
    assert merge([FIRST, alices, bobs]).concurrent == {}


def test_a_value_stands_beside_a_removal():
    removal = edit([FIRST], BOB, {}, ["title"])
    assert removal is not None
    merged = merge([FIRST, removal, put(ALICE, [FIRST], title="Steps")])
    assert merged.fields["title"] == "Steps"
    assert "title" not in merge([FIRST, removal]).fields


def test_two_machines_that_import_the_same_thing_make_one_record():
    fields: dict[str, Scalar] = {IDENTITY: IDENTITY_VALUE, "title": "A kettle"}
    both = [create(ALICE, fields), create(BOB, fields)]
    selection = judged(both)
    assert len(selection.counted) == 2
    merged = read_fields(selection.counted)
    assert merged.fields == fields
    assert merged.concurrent == {}


def objects(transaction: Transaction) -> None:
    contact = transaction.put_object(ROOT, "contact", ObjType.Map)
    transaction.put(contact, "phone", ScalarType.Str, "0123")
    parts = transaction.put_object(ROOT, "parts", ObjType.List)
    transaction.insert(parts, 0, ScalarType.Str, "saw")
    transaction.insert_object(parts, 1, ObjType.Map)
    note = transaction.put_object(ROOT, "title", ObjType.Text)
    transaction.insert(note, 0, ScalarType.Str, "a")
    transaction.insert(note, 1, ScalarType.Str, "b")


def object_id(transaction: Transaction, key: str) -> bytes:
    found = transaction.get(ROOT, key)
    assert found is not None
    return found[1]


def more_objects(transaction: Transaction) -> None:
    contact, parts, note = (object_id(transaction, key) for key in ("contact", "parts", "title"))
    transaction.put(contact, "phone", ScalarType.Str, "4567")
    transaction.delete(contact, "phone")
    transaction.put(parts, 0, ScalarType.Str, "handsaw")
    transaction.insert(parts, 1, ScalarType.Str, "drill")
    transaction.delete(note, 0)


def test_what_a_newer_version_wrote_is_kept_and_left_out():
    newer = write(BOB, objects, [FIRST])
    newest = write(CAROL, more_objects, [FIRST, newer])
    ours = put(ALICE, [FIRST, newer, newest], state="parked")
    selection = judged([ours, newest, newer, FIRST])
    assert len(selection.counted) == 4
    assert merge(selection.counted).fields == {IDENTITY: IDENTITY_VALUE, "state": "parked"}


def test_a_text_beside_an_object_is_shown():
    newer = write(BOB, objects, [FIRST])
    merged = merge([FIRST, newer, put(ALICE, [FIRST], title="Steps")])
    assert "title" not in merged.fields
    assert [value for value, _ in merged.concurrent["title"]] == ["Steps"]


# -- which changes count ----------------------------------------------------------------------


def verdicts(selection: Selection) -> dict[bytes, str]:
    groups = {name: getattr(selection, name) for name in Selection.__slots__}
    everything = [change for group in groups.values() for change in group]
    assert len(everything) == len({change.hash for change in everything})
    return {change.hash: name for name, group in groups.items() for change in group}


def assert_sound(selection: Selection, held: set[bytes]) -> None:
    """What every selection keeps to, whatever went in."""
    assert set(verdicts(selection)) == held
    seen: set[bytes] = set()
    numbers: set[tuple[bytes, int]] = set()
    for change in selection.counted:
        assert seen.issuperset(change.deps)
        assert (change.actor, change.seq) not in numbers
        assert change.seq == 1 or (change.actor, change.seq - 1) in numbers
        numbers.add((change.actor, change.seq))
        seen.add(change.hash)


@settings(max_examples=50)
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_selecting_is_a_function_of_the_set(history, random: Random, data):
    chosen = data.draw(st.lists(st.sampled_from(history)))
    trusted = data.draw(st.frozensets(st.sampled_from([ALICE, BOB, CAROL])))
    changes = [read_change(written.data) for written in chosen]
    counts = lambda change: change.actor in trusted  # noqa: E731
    selection = select(changes, counts)
    random.shuffle(changes)
    assert select(changes, counts) == selection
    assert_sound(selection, {change.hash for change in changes})
    assert typed(merge(selection.counted).fields) == typed(
        automerge_fields(
            written.data
            for written in history
            if read_change(written.data).hash in {change.hash for change in selection.counted}
        )
    )


@settings(max_examples=50)
@given(histories(), st.data())
def test_only_what_lacks_a_dependency_waits(history, data):
    numbers = data.draw(st.sets(st.integers(0, len(history) - 1)))
    selection = judged(history[number].data for number in numbers)
    complete = {number for number in numbers if history[number].base <= numbers}
    assert {c.hash for c in selection.counted} == hashes(history[n].data for n in complete)
    assert {c.hash for c in selection.waiting} == hashes(
        history[n].data for n in numbers - complete
    )


@settings(max_examples=50)
@given(histories(), st.data())
def test_what_counts_carries_what_it_was_built_on(history, data):
    trusted = data.draw(st.sets(st.integers(0, len(history) - 1)))
    named = hashes(history[number].data for number in trusted)
    selection = judged((w.data for w in history), lambda change: change.hash in named)
    carried = trusted.union(*(history[number].base for number in trusted))
    assert {c.hash for c in selection.counted} == hashes(history[n].data for n in carried)
    assert not selection.void
    assert not selection.waiting


def test_nothing_selects_nothing():
    assert judged([]) == Selection()


def test_a_lone_first_change():
    assert [c.hash for c in judged([FIRST]).counted] == list(hashes([FIRST]))
    assert judged([FIRST], lambda change: False).uncounted
    assert judged([write(ALICE, lambda tx: tx.put(ROOT, "a", ScalarType.Int, 1))]).void


def test_a_first_change_of_another_record_is_void():
    other = create(BOB, {IDENTITY: b"another record", "title": "mine"})
    changes = [read_change(FIRST), read_change(other)]
    assert select(changes, anyone, IDENTITY_VALUE).void == (changes[1],)
    assert select(changes[1:], anyone, IDENTITY_VALUE).void == (changes[1],)
    assert select(changes[:1], anyone, IDENTITY_VALUE).counted == (changes[0],)


def test_a_first_change_that_says_its_identity_in_another_way_is_void():
    def as_text(tx: Transaction) -> None:
        tx.put(ROOT, IDENTITY, ScalarType.Str, "text")

    def twice(tx: Transaction) -> None:
        tx.put(ROOT, IDENTITY, ScalarType.Bytes, b"one")
        tx.put(ROOT, IDENTITY, ScalarType.Bytes, b"two")

    def as_object(tx: Transaction) -> None:
        tx.put_object(ROOT, IDENTITY, ObjType.Map)

    for fill in (as_text, twice, as_object):
        assert judged([write(ALICE, fill)]).void


@pytest.mark.parametrize(
    "fill",
    [
        lambda tx: tx.put(ROOT, IDENTITY, ScalarType.Bytes, b"mine"),
        lambda tx: tx.delete(ROOT, IDENTITY),
        lambda tx: tx.put_object(ROOT, IDENTITY, ObjType.Map),
    ],
)
def test_a_later_change_may_not_touch_the_identity(fill):
    thief = write(BOB, fill, [FIRST])
    after = write(CAROL, lambda tx: tx.put(ROOT, "title", ScalarType.Str, "x"), [FIRST, thief])
    selection = judged([FIRST, thief, after])
    assert {c.hash for c in selection.void} == hashes([thief, after])
    assert {c.hash for c in selection.counted} == hashes([FIRST])


def test_of_two_changes_with_one_number_the_lower_hash_stands():
    one, two = put(BOB, [FIRST], title="one"), put(BOB, [FIRST], title="two")
    winner, loser = sorted((one, two), key=lambda data: read_change(data).hash)
    on_winner = put(CAROL, [FIRST, winner], state="parked")
    on_loser = put(ALICE, [FIRST, loser], state="done")
    verdict = verdicts(judged([FIRST, one, two, on_winner, on_loser]))
    assert {h for h, name in verdict.items() if name == "void"} == hashes([loser, on_loser])
    # Alone, the other one stands: what counts follows from the set, not from the order.
    assert not judged([FIRST, loser, on_loser]).void


def test_a_change_that_does_not_count_knocks_out_nothing():
    one, two = put(BOB, [FIRST], title="one"), put(BOB, [FIRST], title="two")
    lower, higher = sorted((one, two), key=lambda data: read_change(data).hash)
    (forged,) = hashes([lower])
    selection = judged([FIRST, lower, higher], lambda change: change.hash != forged)
    assert {c.hash for c in selection.counted} == hashes([FIRST, higher])
    assert {c.hash for c in selection.uncounted} == {forged}


def child(**parts) -> Raw:
    """A change of Bob's that sets the title on top of FIRST (three operations)."""
    columns = {
        0x15: b"\x7f\x05title",
        0x34: b"\x01",
        0x42: b"\x7f\x01",
        0x56: b"\x7f\x16",
        0x57: b"x",
        0x70: b"\x7f\x01",
        0x71: b"\x7f\x01",
        0x73: b"\x7f\x02",
    }
    usual = {
        "deps": sorted(hashes([FIRST])),
        "actor": BOB,
        "start_op": b"\x04",
        "others": [ALICE],
        "columns": columns,
    }
    return Raw(**{**usual, **parts})


def test_a_child_by_hand_is_what_automerge_writes():
    assert child().sealed() == put(BOB, [FIRST], title="x")


LIST_COLUMNS = {0x01: b"\x7f\x01", 0x02: b"\x7f\x01"}
UNFIT = {
    "an operation skipped": child(start_op=b"\x05"),
    "an operation doubled": child(start_op=b"\x03"),
    "a number skipped": child(seq=b"\x02"),
    "a predecessor that is another field": child().with_columns(c73=b"\x7f\x01"),
    "a predecessor that is not there": child(start_op=b"\x04").with_columns(c73=b"\x7f\x03"),
    "a predecessor of an actor who wrote nothing": child(others=[CAROL]),
    "an object that is a text": Raw(
        **{
            **child().__dict__,
            "columns": {0x01: b"\x7f\x01", 0x02: b"\x7f\x02", **child().columns},
        }
    ),
    "the head of a list that is not there": Raw(
        **{
            **child().__dict__,
            "columns": {
                0x01: b"\x7f\x01",
                0x02: b"\x7f\x02",
                0x13: b"\x7f\x00",
                0x34: b"\x00\x01",
                0x42: b"\x7f\x01",
                0x56: b"\x7f\x16",
                0x57: b"x",
                0x70: b"\x7f\x00",
            },
        }
    ),
}


@pytest.mark.parametrize("raw", UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_void(raw: Raw):
    data = raw.sealed()
    selection = judged([FIRST, data])
    assert {c.hash for c in selection.void} == hashes([data])


def test_a_number_that_an_ancestor_has_is_void():
    second = put(BOB, [FIRST], title="x")
    again = child(deps=sorted(hashes([second])), start_op=b"\x05").with_columns(
        c71=b"\x7f\x00", c73=b"\x7f\x04"
    )
    again.others = []
    assert {c.hash for c in judged([FIRST, second, again.sealed()]).void} == hashes(
        [again.sealed()]
    )


def test_a_predecessor_must_be_known_to_its_change():
    carols = put(CAROL, [FIRST], title="y")
    blind = child(start_op=b"\x05", others=[CAROL]).with_columns(c73=b"\x7f\x04").sealed()
    aware = child(deps=sorted(hashes([carols])), start_op=b"\x05", others=[CAROL]).with_columns(
        c73=b"\x7f\x04"
    )
    assert {c.hash for c in judged([FIRST, carols, blind]).void} == hashes([blind])
    assert not judged([FIRST, carols, aware.sealed()]).void


def test_what_depends_on_a_later_change_is_void():
    early = child(start_op=b"\x01").with_columns(c70=b"\x7f\x00", c71=b"", c73=b"")
    early.others = []
    assert {c.hash for c in judged([FIRST, early.sealed()]).void} == hashes([early.sealed()])


def test_a_void_dependency_is_void_and_a_missing_one_waits():
    bad = child(start_op=b"\x05").sealed()
    on_bad = child(deps=sorted(hashes([bad])), start_op=b"\x06", seq=b"\x02").sealed()
    assert {c.hash for c in judged([FIRST, bad, on_bad]).void} == hashes([bad, on_bad])
    assert {c.hash for c in judged([FIRST, on_bad]).waiting} == hashes([on_bad])


def test_many_doubled_changes_with_many_predecessors_take_little_time():
    """The worst a member can send: the work must not grow with the product of both."""
    count = 300
    heavy = []
    for n in range(count):
        name = f"{n:05}".encode()
        heavy.append(
            child().with_columns(c57=name, c56=b"\x7f" + uleb(len(name) << 4 | 6)).sealed()
        )
    pred_count = 1000
    tips = [
        child(
            actor=CAROL,
            others=[BOB],
            deps=sorted(hashes([data])),
            start_op=b"\x05",
        )
        .with_columns(
            c15=sleb(pred_count) + b"\x05title",
            c34=uleb(pred_count),
            c42=sleb(pred_count) + b"\x01",
            c56=sleb(pred_count) + b"\x00",
            c57=b"",
            c70=sleb(pred_count) + b"\x01",
            c71=sleb(pred_count) + b"\x01",
            c73=b"\x7f\x04" + sleb(pred_count - 1) + b"\x00",
        )
        .sealed()
        for data in heavy[:20]
    ]
    selection = judged([FIRST, *heavy, *tips])
    assert_sound(selection, hashes([FIRST, *heavy, *tips]))
    assert len(selection.counted) in (2, 3)


# -- hostile sets -----------------------------------------------------------------------------


@settings(max_examples=50)
@given(histories(), st.randoms(use_true_random=False))
def test_mutants_among_the_changes_never_raise(history, random: Random):
    data = [written.data for written in history]
    for mother in random.choices(data, k=6):
        mutant = seal(mutated(body_of(mother), random))
        try:
            read_change(mutant)
        except InvalidChange:
            continue
        data.append(mutant)
    selection = judged(data)
    assert_sound(selection, hashes(data))
    random.shuffle(data)
    assert judged(data) == selection
    counted = {change.hash for change in selection.counted}
    kept = [one for one in set(data) if read_change(one).hash in counted]
    kept.sort(key=lambda one: read_change(one).start_op)
    merged = merge(selection.counted)
    assume(kept)
    assert typed(merged.fields) == typed(automerge_fields(kept))
    change = edit(kept, b"somebody new, 24 bytes..", {"title": "afterwards"})
    assert change is not None
    assert merge([*kept, change]).fields["title"] == "afterwards"
