# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list of immutable rows that follows fresh queries without ever losing a reader's place."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Row = TypeVar("Row")

#: The row itself, for delegates and pages that know its type.
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1


def longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Positions of a longest increasing run of ``numbers``, which all differ.

    These rows keep their place when a list is put into another order; the others move.
    """
    tails: list[int] = []
    positions: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        place = bisect_left(tails, number)
        if place == len(tails):
            tails.append(number)
            positions.append(position)
        else:
            tails[place] = number
            positions[place] = position
        before.append(positions[place - 1] if place else -1)
    kept: set[int] = set()
    position = positions[-1] if positions else -1
    while position >= 0:
        kept.add(position)
        position = before[position]
    return kept


class KeyedListModel(QAbstractListModel, Generic[Row]):
    """Rows with a key each, in the order of the last query.

    ``replace`` is for opening a page or changing a filter. ``update`` is for everything else: it
    tells the views only of rows that came, went, moved or changed, so that selection, focus and
    scroll position stay. ``more`` is asked for the next page when the end comes into sight; it
    gets the number of rows loaded so far and returns an empty list at the end.
    """

    def __init__(
        self,
        *,
        key: Callable[[Row], Hashable],
        title: Callable[[Row], str],
        sentence: Callable[[Row], str],
        more: Callable[[int], Sequence[Row]] | None = None,
        page: int = 200,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._title = title
        self._sentence = sentence
        self._more = more
        self._page = page
        self._exhausted = more is None
        self._rows: list[Row] = []

    # -- reading --------------------------------------------------------------------------

    def rowCount(
        self,
        parent: QModelIndex | QPersistentModelIndex = QModelIndex(),  # noqa: B008
    ) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        position = index.row()
        if not index.isValid() or not 0 <= position < len(self._rows):
            return None
        row = self._rows[position]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(row)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._sentence(row)
        return None

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows)

    @property
    def wanted_count(self) -> int:
        """How many rows to ask for so that nothing loaded so far is lost."""
        return max(self._page, len(self._rows))

    def row(self, position: int) -> Row | None:
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def position(self, key: Hashable) -> int | None:
        """Where the row with this key stands, or None."""
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), None)

    def index_of(self, key: Hashable) -> QModelIndex:
        position = self.position(key)
        return QModelIndex() if position is None else self.index(position)

    # -- paging ---------------------------------------------------------------------------

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not parent.isValid() and not self._exhausted

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        if parent.isValid() or self._more is None or self._exhausted:
            return
        known = {self._key(row) for row in self._rows}
        page = self._more(len(self._rows))
        self._exhausted = len(page) < self._page
        fresh = [row for row in page if self._key(row) not in known]
        if fresh:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows.extend(fresh)
            self.endInsertRows()

    # -- changing -------------------------------------------------------------------------

    def replace(self, rows: Iterable[Row]) -> None:
        """Show another list: after opening, or when a filter or a search has changed."""
        self.beginResetModel()
        self._rows = list(rows)
        self._exhausted = self._more is None or len(self._rows) < self._page
        self.endResetModel()

    def update(self, rows: Iterable[Row]) -> None:
        """Become this list by the fewest notices; rows that stay the same are left alone.

        Where there are more pages, ``rows`` is a query of ``wanted_count`` rows.
        """
        asked = self.wanted_count
        wanted = list(rows)
        wanted_at = {self._key(row): at for at, row in enumerate(wanted)}
        self._remove_missing(wanted_at)
        self._order(wanted_at)
        self._insert_missing(wanted)
        self._tell_changed(wanted)
        if self._more is not None:
            self._exhausted = len(wanted) < asked

    def _remove_missing(self, wanted_at: dict[Hashable, int]) -> None:
        last = len(self._rows) - 1
        while last >= 0:
            if self._key(self._rows[last]) in wanted_at:
                last -= 1
                continue
            first = last
            while first > 0 and self._key(self._rows[first - 1]) not in wanted_at:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _order(self, wanted_at: dict[Hashable, int]) -> None:
        places = [wanted_at[self._key(row)] for row in self._rows]
        kept = longest_increasing(places)
        if len(kept) == len(places):
            return
        settled = sorted(places[at] for at in kept)
        for place in [places[at] for at in range(len(places)) if at not in kept]:
            source = places.index(place)
            after = bisect_left(settled, place)
            target = places.index(settled[after]) if after < len(settled) else len(places)
            if target not in (source, source + 1):
                self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), target)
                at = target - 1 if target > source else target
                self._rows.insert(at, self._rows.pop(source))
                places.insert(at, places.pop(source))
                self.endMoveRows()
            settled.insert(after, place)

    def _insert_missing(self, wanted: list[Row]) -> None:
        present = {self._key(row) for row in self._rows}
        at = 0
        while at < len(wanted):
            if self._key(wanted[at]) in present:
                at += 1
                continue
            last = at
            while last + 1 < len(wanted) and self._key(wanted[last + 1]) not in present:
                last += 1
            self.beginInsertRows(QModelIndex(), at, last)
            self._rows[at:at] = wanted[at : last + 1]
            self.endInsertRows()
            at = last + 1

    def _tell_changed(self, wanted: list[Row]) -> None:
        at = 0
        while at < len(wanted):
            if wanted[at] == self._rows[at]:
                at += 1
                continue
            last = at
            while last + 1 < len(wanted) and wanted[last + 1] != self._rows[last + 1]:
                last += 1
            self._rows[at : last + 1] = wanted[at : last + 1]
            self.dataChanged.emit(self.index(at), self.index(last))
            at = last + 1
