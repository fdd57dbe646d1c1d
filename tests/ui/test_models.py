# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keyed list model follows any list, and says exactly what changed."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from mutualaid.ui.models import ROW_ROLE, KeyedListModel, longest_increasing


@dataclass(frozen=True, slots=True)
class Line:
    key: int
    text: str = ""


def make(rows=(), **options):
    model = KeyedListModel(
        key=lambda row: row.key,
        title=lambda row: row.text,
        sentence=lambda row: f"Row {row.key}.",
        **options,
    )
    model.replace(rows)
    return model


lists = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(before=lists, after=lists, texts=st.dictionaries(st.integers(0, 30), st.text(max_size=2)))
def test_update_becomes_any_list_and_keeps_places(before, after, texts):
    model = make([Line(key) for key in before])
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    marks = {key: QPersistentModelIndex(model.index_of(key)) for key in before}
    wanted = [Line(key, texts.get(key, "")) for key in after]
    model.update(wanted)
    assert list(model.rows) == wanted
    assert not resets
    for key, mark in marks.items():
        assert mark.isValid() == (key in after)
        if mark.isValid():
            assert after[mark.row()] == key


@given(before=lists, after=lists)
def test_a_view_that_only_listens_arrives_at_the_same_list(before, after):
    model = make([Line(key) for key in before])
    mirror = list(before)

    def removed(_parent, first, last):
        del mirror[first : last + 1]

    def inserted(_parent, first, last):
        mirror[first:first] = [model.row(at).key for at in range(first, last + 1)]

    def moved(_parent, first, last, _target, to):
        assert first == last
        key = mirror.pop(first)
        mirror.insert(to - 1 if to > first else to, key)

    model.rowsRemoved.connect(removed)
    model.rowsInserted.connect(inserted)
    model.rowsMoved.connect(moved)
    model.update([Line(key) for key in after])
    assert mirror == after


@given(st.lists(st.integers(0, 50), unique=True, max_size=12))
def test_longest_increasing_is_increasing(numbers):
    kept = [numbers[at] for at in sorted(longest_increasing(numbers))]
    assert kept == sorted(kept)
    assert bool(kept) == bool(numbers)


def test_one_change_is_one_notice(qtbot):
    model = make([Line(1), Line(2), Line(3)])
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.update([Line(1), Line(2, "new"), Line(3)])
    assert changed == [(1, 1)]
    with qtbot.waitSignal(model.rowsInserted):
        model.update([Line(1), Line(2, "new"), Line(4), Line(3)])


def test_roles_and_the_model_tester(qtmodeltester):
    model = make([Line(1, "one"), Line(2, "two")])
    qtmodeltester.check(model)
    index = model.index(1)
    assert index.data() == "two"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Row 2."
    assert index.data(ROW_ROLE) == Line(2, "two")
    assert model.data(QModelIndex()) is None
    assert not model.index_of(99).isValid()


def test_pages_are_fetched_until_one_is_short():
    everything = [Line(key) for key in range(25)]
    model = make(everything[:10], more=lambda offset: everything[offset : offset + 10], page=10)
    root = QModelIndex()
    while model.canFetchMore(root):
        model.fetchMore(root)
    assert list(model.rows) == everything
