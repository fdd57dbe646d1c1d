# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""In how many parts a post can be taken: so many of one thing, or several sorts of things."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.model.records.post import LONGEST_PART, MOST_OF_A_PART, MOST_PARTS
from mutualaid.model.values import Part
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Button, Count, Look
from mutualaid.ui.words import tr

#: What there may be several sorts of, to show what is meant.
HINTS: Final = ("dinners", "loads", "rides")


class _Sort(QWidget):
    """One sort: its name, how many, and a button that takes it off."""

    def __init__(self, number: int) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        self.count = Count(1, MOST_OF_A_PART)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_PART)
        self.name.setPlaceholderText(tr(HINTS[min(number, len(HINTS)) - 1]))
        self.remove = Button("", Look.QUIET, icon="close")
        row.addWidget(self.count)
        row.addWidget(self.name, 1)
        row.addWidget(self.remove)
        self.tell_number(number)

    def tell_number(self, number: int) -> None:
        """Which of the sorts this is, for a screen reader."""
        self.count.setAccessibleName(tr("How many of sort {number}", number=number))
        self.name.setAccessibleName(tr("What sort {number} is", number=number))
        self.remove.setAccessibleName(tr("Take off sort {number}", number=number))
        self.remove.setToolTip(self.remove.accessibleName())


class PartsEditor(QWidget):
    """``changed`` when there are other parts."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(6))
        line = QHBoxLayout()
        line.setSpacing(theme().px(8))
        self.count = Count(1, MOST_OF_A_PART)
        self.count.valueChanged.connect(self.changed)
        line.addWidget(self.count)
        self.several = Button(tr("Several sorts…"), Look.QUIET)
        self.several.clicked.connect(self._begin)
        line.addWidget(self.several)
        line.addStretch(1)
        self._column.addLayout(line)
        self.another = Button(tr("Another sort"), Look.QUIET, icon="plus")
        self.another.clicked.connect(self._add_another)
        self._column.addWidget(self.another, 0, Qt.AlignmentFlag.AlignLeading)
        self.another.hide()
        self.sorts: list[_Sort] = []
        self.setFocusProxy(self.count)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.count.setAccessibleName(name)

    @property
    def parts(self) -> int:
        """How many of one thing; 1 where there are several sorts."""
        return 1 if self.sorts else self.count.value()

    @property
    def named(self) -> tuple[Part, ...]:
        """The sorts that have a name."""
        typed = [(one.name.text().strip(), one.count.value()) for one in self.sorts]
        return tuple(Part(name, count) for name, count in typed if name)

    @property
    def has_parts(self) -> bool:
        """Whether more than one neighbour can take something."""
        return bool(self.sorts) or self.count.value() > 1

    def fill(self, parts: int, named: Sequence[Part]) -> None:
        """Show the parts of a post."""
        self.count.setValue(parts)
        for part in named:
            sort = self.add_sort()
            sort.name.setText(part.name)
            sort.count.setValue(part.quantity)

    def _begin(self) -> None:
        first = self.add_sort()
        first.count.setValue(self.count.value())
        first.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_another(self) -> None:
        self.add_sort().name.setFocus(Qt.FocusReason.OtherFocusReason)

    def add_sort(self) -> _Sort:
        """One more sort, at the end."""
        sort = _Sort(len(self.sorts) + 1)
        sort.remove.clicked.connect(lambda: self._remove(sort))
        sort.name.textChanged.connect(self.changed)
        self.sorts.append(sort)
        self._column.insertWidget(len(self.sorts), sort)
        sort.show()
        stops = [stop for one in self.sorts for stop in (one.count, one.name, one.remove)]
        for one, other in zip([self.several, *stops], [*stops, self.another], strict=True):
            QWidget.setTabOrder(one, other)
        self._arrange()
        return sort

    def _remove(self, sort: _Sort) -> None:
        at = self.sorts.index(sort)
        self.sorts.remove(sort)
        self._column.removeWidget(sort)
        sort.hide()
        sort.deleteLater()
        for number, one in enumerate(self.sorts, 1):
            one.tell_number(number)
        self._arrange()
        heir = self.sorts[min(at, len(self.sorts) - 1)].name if self.sorts else self.count
        heir.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        several = bool(self.sorts)
        self.count.setVisible(not several)
        self.several.setVisible(not several)
        self.another.setVisible(several and len(self.sorts) < MOST_PARTS)
        self.setFocusProxy(self.sorts[0].count if several else self.count)
        self.changed.emit()
