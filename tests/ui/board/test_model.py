# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board's rows follow the database by insertions, removals and changes, never by a reset."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication

from mutualaid.model.values import Mode, PostFilter, PostKind, PostRow, PostStatus, Urgency
from mutualaid.ui.board import model as board_model
from mutualaid.ui.board.model import PostModel, key
from mutualaid.ui.post.words import spoken

DAY = 86_400_000


def row(number: int, created: int = 0, title: str = "") -> PostRow:
    return PostRow(
        number=number,
        id=number.to_bytes(16, "big"),
        code=f"CODE{number}",
        kind=PostKind.NEED,
        title=title or f"Post {number}",
        text="",
        category="other",
        urgency=Urgency.ANYTIME,
        area="",
        when="",
        mode=Mode.GIFT,
        parts=1,
        on_behalf_of="",
        status=PostStatus.OPEN,
        owner=b"o" * 16,
        owner_name="Ana",
        mine=False,
        responses=0,
        created=created or number,
        updated=created or number,
        expires=None,
    )


class Table:
    """What the database would answer."""

    def __init__(self, rows: list[PostRow]) -> None:
        self.rows = rows

    def read(self, wanted: PostFilter, limit: int, before: tuple[int, int] | None) -> list[PostRow]:
        found = sorted(self.rows, key=key, reverse=True)
        return [one for one in found if before is None or key(one) < before][:limit]


class Mirror:
    """A list kept only by what the model tells."""

    def __init__(self, model: PostModel) -> None:
        self.model = model
        self.rows = [model.row(at) for at in range(model.rowCount())]
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._changed)
        model.modelReset.connect(self._reset)
        self.resets = 0

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.rows[first:first] = [self.model.row(at) for at in range(first, last + 1)]

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        del self.rows[first : last + 1]

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for at in range(first.row(), last.row() + 1):
            self.rows[at] = self.model.row(at)

    def _reset(self) -> None:
        self.resets += 1


def swept(model: PostModel) -> None:
    model.sweep()
    while model.sweeping:
        QApplication.processEvents()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_model, "PAGE", 4)
    monkeypatch.setattr(board_model, "CHUNK", 3)


numbers = st.sets(st.integers(1, 24), max_size=24)


@given(before=numbers, after=numbers, changed=numbers, pages=st.integers(0, 6), same=st.booleans())
def test_any_change_is_told_row_by_row(
    qapp, before: set[int], after: set[int], changed: set[int], pages: int, same: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board_model, "PAGE", 4)
        patch.setattr(board_model, "CHUNK", 3)
        table = Table([row(number, 7 if same else number) for number in before])
        model = PostModel(table.read)
        model.show(PostFilter())
        for _ in range(pages):
            if model.canFetchMore(QModelIndex()):
                model.fetchMore(QModelIndex())
        loaded = model.rowCount()
        mirror = Mirror(model)
        table.rows = [
            row(number, 7 if same else number, title="new words" if number in changed else "")
            for number in after
        ]
        swept(model)
        shown = [model.row(at) for at in range(model.rowCount())]
        wanted = table.read(PostFilter(), 1000, None)
        assert shown == wanted[: len(shown)]
        assert mirror.rows == shown
        assert mirror.resets == 0
        # Nothing that was loaded and is still there is lost, and the rest can be fetched.
        assert len(shown) >= min(len(wanted), 4)
        if loaded == len(before):
            assert len(shown) == len(wanted) or model.canFetchMore(QModelIndex())
        while model.canFetchMore(QModelIndex()):
            model.fetchMore(QModelIndex())
        assert [model.row(at) for at in range(model.rowCount())] == wanted


def test_it_is_a_proper_model(qapp, qtmodeltester, small_pages) -> None:
    table = Table([row(number) for number in range(1, 20)])
    model = PostModel(table.read)
    model.show(PostFilter())
    table.rows.append(row(30))
    del table.rows[3:6]
    swept(model)
    qtmodeltester.check(model)


def test_a_new_post_is_inserted_on_top(qtbot, small_pages) -> None:
    table = Table([row(number) for number in range(1, 4)])
    model = PostModel(table.read)
    model.show(PostFilter())
    table.rows.append(row(9))
    with qtbot.waitSignal(model.rowsInserted) as told:
        model.sweep()
    assert told.args[1:] == [0, 0]
    assert model.row(0) == row(9)


def test_a_row_that_stays_is_left_alone(qtbot, small_pages) -> None:
    table = Table([row(number) for number in range(1, 4)])
    model = PostModel(table.read)
    model.show(PostFilter())
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.rowsInserted):
        swept(model)


def test_a_change_during_a_sweep_is_seen_too(qtbot, small_pages) -> None:
    table = Table([row(number) for number in range(1, 20)])
    model = PostModel(table.read)
    model.show(PostFilter())
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    model.sweep()
    assert model.sweeping
    table.rows.append(row(99))
    swept(model)
    assert model.row(0) == row(99)


def test_ten_thousand_rows_are_read_a_page_at_a_time(qapp) -> None:
    table = Table([row(number) for number in range(1, 2001)])
    asked: list[int] = []

    def read(wanted, limit, before):
        asked.append(limit)
        return table.read(wanted, limit, before)

    model = PostModel(read)
    model.show(PostFilter())
    assert model.rowCount() == board_model.PAGE
    model.sweep()
    assert max(asked) <= board_model.CHUNK


def test_a_row_speaks_in_a_sentence() -> None:
    one = replace(
        row(1, 1_000_000),
        title="A lift to the clinic",
        urgency=Urgency.TODAY,
        area="North side",
        on_behalf_of="Mrs. Okafor",
        responses=2,
        status=PostStatus.OFFERED,
        expires=40 * DAY,
    )
    assert spoken(one, 1_000_000 + 20 * 60_000) == (
        "Need: A lift to the clinic, today, Other, North side, Ana for Mrs. Okafor, "
        "20 minutes ago, 2 offered help."
    )


def test_data_of_a_wrong_index_is_nothing(qapp) -> None:
    model = PostModel(Table([row(1)]).read)
    model.show(PostFilter())
    assert model.data(QModelIndex()) is None
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole).startswith("Need: ")
