# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of cards that can be pressed and have buttons of their own, for the shorter lists.

Long lists are painted by a delegate (``cards``, ``board.card``); where a row has several things
to do, real buttons are easier to reach by keyboard and by a screen reader.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import paint
from mutualaid.ui.widgets.basics import clear_layout

Row = TypeVar("Row")


class CardButton(QPushButton):
    """A card that is a button as a whole: a click anywhere, Enter or Space. Fill ``column``.

    Its accessible name is the sentence that says all that stands on it. Up and Down ask for the
    next card by ``stepped``.
    """

    stepped = Signal(int)

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._chosen = False
        self.setAccessibleName(sentence)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.column = QVBoxLayout(self)
        px = theme().px
        self.column.setContentsMargins(px(16), px(14), px(16), px(14))
        self.column.setSpacing(px(4))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def chosen(self) -> bool:
        return self._chosen

    def set_chosen(self, chosen: bool) -> None:
        """Whether what it stands for is shown beside the list."""
        self._chosen = chosen
        self.update()

    def sizeHint(self) -> QSize:
        return self.layout().totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.layout().totalMinimumSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        focused = self.hasFocus()
        paint.card(
            painter,
            self.rect(),
            selected=focused or self._chosen,
            focused=focused,
            hovered=self.underMouse(),
        )
        painter.end()


class WordsAndButtons(QLayout):
    """Words with buttons at the end side, or, where there is little room, under them.

    The first widget that is added are the words, the others the buttons.
    """

    #: Words narrower than this, at 100 %, are better read above the buttons.
    LEAST = 200

    def __init__(self, words: QWidget, *buttons: QWidget) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(theme().px(8))
        for widget in (words, *buttons):
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        width = theme().px(self.LEAST) + self._buttons_width()
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        widest = max((item.minimumSize().width() for item in self._items), default=0)
        highest = max((item.minimumSize().height() for item in self._items), default=0)
        return QSize(widest, highest)

    def _buttons_width(self) -> int:
        return sum(item.sizeHint().width() + self.spacing() for item in self._items[1:])

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        if not self._items:
            return 0
        words, buttons = self._items[0], self._items[1:]
        taken = self._buttons_width()
        beside = rect.width() - taken
        if not buttons or beside >= theme().px(self.LEAST):
            tall = max((item.sizeHint().height() for item in buttons), default=0)
            height = max(_height(words, beside), tall)
            if move:
                own = _height(words, beside)
                top = rect.top() + max(0, rect.height() - own) // 2
                self._place(words, rect, QRect(rect.left(), top, beside, own))
                left = rect.left() + beside + self.spacing()
                for item in buttons:
                    hint = item.sizeHint()
                    corner = QPoint(left, rect.top() + rect.height() - hint.height())
                    self._place(item, rect, QRect(corner, hint))
                    left += hint.width() + self.spacing()
            return height
        own = _height(words, rect.width())
        if move:
            self._place(words, rect, QRect(rect.left(), rect.top(), rect.width(), own))
        return self._flow(rect, own + self.spacing() if own else 0, move=move)

    def _flow(self, rect: QRect, down: int, *, move: bool) -> int:
        """The buttons in rows that wrap, ``down`` below the upper edge; where they end."""
        x, y, tall = rect.left(), rect.top() + down, 0
        for item in self._items[1:]:
            hint = item.sizeHint()
            if x > rect.left() and x + hint.width() > rect.right() + 1:
                x, y, tall = rect.left(), y + tall + self.spacing(), 0
            if move:
                self._place(item, rect, QRect(QPoint(x, y), hint))
            x += hint.width() + self.spacing()
            tall = max(tall, hint.height())
        return y + tall - rect.top()

    def _place(self, item: QLayoutItem, whole: QRect, rect: QRect) -> None:
        widget = item.widget()
        direction = widget.layoutDirection() if widget else Qt.LayoutDirection.LeftToRight
        item.setGeometry(QStyle.visualRect(direction, whole, rect))


def _height(item: QLayoutItem, width: int) -> int:
    if item.isEmpty():
        return 0
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


class KeyedColumn(QWidget, Generic[Row]):
    """One widget for each row, which stays as long as its row stays the same.

    ``show_rows`` makes, moves and takes away only what differs. What had the focus keeps it, or
    passes it on to the same button of the row's new widget, then to the nearest row; ``deserted``
    when there is none left that could take it.
    """

    deserted = Signal()

    def __init__(
        self,
        key: Callable[[Row], Hashable],
        make: Callable[[Row], QWidget],
        *,
        spacing: int = 12,
    ) -> None:
        super().__init__()
        self._key = key
        self._make = make
        self._rows: dict[Hashable, Row] = {}
        self._widgets: dict[Hashable, QWidget] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(spacing))

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows.values())

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """In the order in which they stand."""
        return tuple(self._widgets.values())

    def widget(self, key: Hashable) -> QWidget | None:
        return self._widgets.get(key)

    def retell(self) -> None:
        """Say again what changes with time alone: "3 minutes ago", "lapses tomorrow"."""
        self.show_rows(self.rows, retell=True)

    def show_rows(self, rows: Sequence[Row], *, retell: bool = False) -> None:
        """Follow these rows; with ``retell`` also where a row stayed but says something else now,
        which its widget's accessible name shows."""
        focused = QApplication.focusWidget()
        holder = self._holder(focused)
        place = list(self._widgets).index(holder) if holder is not None else -1
        name = focused.accessibleName() if focused is not None else ""
        wanted = {self._key(row): row for row in rows}
        before = self._widgets
        self._widgets = {}
        for at, (key, row) in enumerate(wanted.items()):
            widget = before.get(key)
            if widget is None or self._rows[key] != row or retell:
                made = self._make(row)
                same = widget is not None and self._rows[key] == row
                if widget is not None and same and made.accessibleName() == widget.accessibleName():
                    made.deleteLater()
                else:
                    widget = made
                    if isinstance(widget, CardButton):
                        widget.stepped.connect(self._step)
            if self._column.indexOf(widget) != at:
                self._column.insertWidget(at, widget)
            self._widgets[key] = widget
        self._rows = wanted
        self._let_go([one for one in before.values() if one not in self._widgets.values()])
        self._order_tabs()
        if holder is not None and (
            holder not in wanted or before[holder] is not self._widgets[holder]
        ):
            self._refocus(holder, place, name)

    def _holder(self, focused: QWidget | None) -> Hashable | None:
        if focused is None:
            return None
        return next(
            (
                key
                for key, widget in self._widgets.items()
                if widget is focused or widget.isAncestorOf(focused)
            ),
            None,
        )

    def _let_go(self, widgets: Sequence[QWidget]) -> None:
        for widget in widgets:
            self._column.removeWidget(widget)
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def _order_tabs(self) -> None:
        """Tab goes as the rows stand, whatever came in between."""
        stops = [stop for widget in self._widgets.values() for stop in _stops(widget)]
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    def _refocus(self, key: Hashable, place: int, name: str) -> None:
        if key not in self._widgets:
            rest = list(self._widgets)
            if not rest:
                self.deserted.emit()
                return
            key = rest[min(place, len(rest) - 1)]
        stops = _stops(self._widgets[key])
        same = [stop for stop in stops if stop.accessibleName() == name]
        for stop in (same or stops)[:1]:
            _focus(self._widgets[key], stop)

    def _step(self, by: int) -> None:
        cards = [one for one in self._widgets.values() if isinstance(one, CardButton)]
        sender = self.sender()
        if sender in cards:
            at = cards.index(sender) + by
            if 0 <= at < len(cards):
                cards[at].setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.focusNextPrevChild(by > 0)

    def focus_first(self) -> bool:
        """Put the focus on the first row; False where there is none."""
        return self.focus_at(0)

    def focus_at(self, place: int) -> bool:
        """Put the focus on the row that stands there, or the next that takes it."""
        for widget in self.widgets[place:]:
            for stop in _stops(widget)[:1]:
                _focus(widget, stop)
                return True
        return False

    def clear(self) -> None:
        self._rows = {}
        self._widgets = {}
        clear_layout(self._column)


def _focus(widget: QWidget, stop: QWidget) -> None:
    """Focus on what stands in ``widget``, shown at once: what is not in sight cannot have it."""
    widget.show()
    stop.setFocus(Qt.FocusReason.OtherFocusReason)


def _stops(root: QWidget) -> list[QWidget]:
    """Where Tab stops inside a widget, itself first, in the order of its children."""
    found = [root, *root.findChildren(QWidget)]
    return [
        one
        for one in found
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None
    ]
