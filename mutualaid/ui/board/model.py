# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the board: pages of a query, kept in step with the database.

A row is known by its record number. The order is that of the query: newest first, then the
greater number. After the first page nothing is ever reset: a sweep reads the loaded part again,
a chunk at a time between events, and tells the views which rows came, went or changed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, QTimer, Signal

from mutualaid.model.values import PostFilter, PostRow
from mutualaid.ui.models import ROW_ROLE
from mutualaid.ui.post.words import spoken
from mutualaid.ui.words import now_ms

#: Rows read when the end comes into sight, and read again at once in a sweep.
PAGE: Final = 100
CHUNK: Final = 200

#: Why a row could suit whoever looks, in words; "" where nothing is known.
FIT_ROLE: Final = ROW_ROLE + 1

#: ``read(filter, limit, before)``: a page of posts after the one with this (created, number).
Read = Callable[[PostFilter, int, tuple[int, int] | None], Sequence[PostRow]]


def key(row: PostRow) -> tuple[int, int]:
    """Where a row stands; greater keys come first."""
    return (row.created, row.number)


class PostModel(QAbstractListModel):
    """Needs and offers that pass a filter. ``filled`` after each change of what is there."""

    filled = Signal()

    def __init__(self, read: Read, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._filter = PostFilter()
        self._rows: list[PostRow] = []
        self._exhausted = True
        self._sweep_at: tuple[int, int] | None = None
        self._sweeping = False
        self._again = False
        self._fits: Mapping[int, str] = {}
        #: The group's time zone, by which rows are spoken.
        self.zone = ""
        #: Rows are just being taken out: a current row that changes now was not chosen.
        self.removing = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._sweep_on)

    # -- reading ----------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # type: ignore[override]  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # type: ignore[override]
        position = index.row()
        if not index.isValid() or not 0 <= position < len(self._rows):
            return None
        row = self._rows[position]
        if role == ROW_ROLE:
            return row
        if role == FIT_ROLE:
            return self._fits.get(row.number, "")
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row, now_ms(), self._fits.get(row.number, ""), self.zone)
        return None

    @property
    def filter(self) -> PostFilter:
        return self._filter

    def row(self, position: int) -> PostRow | None:
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def index_of(self, record: bytes) -> QModelIndex:
        """The index of a post, or an invalid one when it is not loaded."""
        for position, row in enumerate(self._rows):
            if row.id == record:
                return self.index(position)
        return QModelIndex()

    @property
    def rows(self) -> Sequence[PostRow]:
        """What is loaded."""
        return tuple(self._rows)

    def tell_fits(self, fits: Mapping[int, str]) -> None:
        """Say of rows, by number, why they could suit whoever looks."""
        before, self._fits = self._fits, dict(fits)
        for position, row in enumerate(self._rows):
            if before.get(row.number, "") != self._fits.get(row.number, ""):
                self.dataChanged.emit(self.index(position), self.index(position))

    # -- paging -----------------------------------------------------------------------------

    def show(self, wanted: PostFilter) -> None:
        """Another filter: the only reset there is."""
        self._stop()
        self.beginResetModel()
        self._filter = wanted
        self._rows = list(self._read(wanted, PAGE, None))
        self._exhausted = len(self._rows) < PAGE
        self.endResetModel()
        self.filled.emit()

    def canFetchMore(self, parent: QModelIndex) -> bool:  # type: ignore[override]
        return not parent.isValid() and not self._exhausted

    def fetchMore(self, parent: QModelIndex) -> None:  # type: ignore[override]
        if parent.isValid() or self._exhausted:
            return
        before = key(self._rows[-1]) if self._rows else None
        page = self._read(self._filter, PAGE, before)
        self._exhausted = len(page) < PAGE
        self._insert(len(self._rows), page)

    # -- following --------------------------------------------------------------------------

    def sweep(self) -> None:
        """Read again what is loaded, because something changed; at once as far as one chunk."""
        if self._sweeping:
            self._again = True
            return
        self._sweeping = True
        self._sweep_at = None
        self._sweep_on()

    @property
    def sweeping(self) -> bool:
        return self._sweeping

    def _stop(self) -> None:
        self._turn.stop()
        self._sweeping = self._again = False

    def _sweep_on(self) -> None:
        """One chunk. Rows between its first and its last are made what the query says."""
        before = self._sweep_at
        first = 0 if before is None else self._after(before)
        read = list(self._read(self._filter, CHUNK, before))
        full = len(read) == CHUNK
        lowest = self._rows[-1] if self._rows else None
        if lowest is not None and not self._exhausted:
            # What lies below the last loaded row is fetched when it comes into sight.
            read = [row for row in read if key(row) >= key(lowest)] or read[:0]
        last = self._after(key(read[-1])) if full and read else len(self._rows)
        if full and not read:
            last = len(self._rows)
        self._merge(first, last, read)
        more_loaded = bool(read) and self._after(key(read[-1])) < len(self._rows)
        if full and more_loaded:
            self._sweep_at = key(read[-1])
            self._turn.start()
            return
        if self._exhausted:
            self._exhausted = not full
        self._sweeping = False
        if len(self._rows) < PAGE and not self._exhausted:
            self.fetchMore(QModelIndex())
        self.filled.emit()
        if self._again:
            self._again = False
            self.sweep()

    def _after(self, at: tuple[int, int]) -> int:
        """The position of the first row below this key."""
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            if key(self._rows[middle]) >= at:
                low = middle + 1
            else:
                high = middle
        return low

    def _merge(self, first: int, last: int, wanted: Sequence[PostRow]) -> None:
        """Make rows ``first`` to ``last`` (exclusive) the wanted ones, telling as little."""
        at, new = first, 0
        while at < last or new < len(wanted):
            here = key(self._rows[at]) if at < last else None
            there = key(wanted[new]) if new < len(wanted) else None
            if there is None or (here is not None and here > there):
                end = at + 1
                while end < last and (there is None or key(self._rows[end]) > there):
                    end += 1
                self._remove(at, end)
                last -= end - at
            elif here is None or there > here:
                end = new + 1
                while end < len(wanted) and (here is None or key(wanted[end]) > here):
                    end += 1
                self._insert(at, wanted[new:end])
                last += end - new
                at += end - new
                new = end
            else:
                start = at
                while (
                    at < last
                    and new < len(wanted)
                    and key(self._rows[at]) == key(wanted[new])
                    and self._rows[at] != wanted[new]
                ):
                    self._rows[at] = wanted[new]
                    at, new = at + 1, new + 1
                if at > start:
                    self.dataChanged.emit(self.index(start), self.index(at - 1))
                else:
                    at, new = at + 1, new + 1

    def _insert(self, at: int, rows: Sequence[PostRow]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
            self._rows[at:at] = rows
            self.endInsertRows()

    def _remove(self, first: int, end: int) -> None:
        self.removing = True
        self.beginRemoveRows(QModelIndex(), first, end - 1)
        del self._rows[first:end]
        self.endRemoveRows()
        self.removing = False
