# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list of cards with an avatar: people, fixers, places, machines.

A page says what a row looks like (``CardFace``); one delegate paints them all. The button on a
card is also the row's activation (Enter), so that the keyboard and a screen reader reach it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mutualaid.ui.models import ROW_ROLE
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import paint

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stands on one card. Empty texts leave their place free.

    ``figures`` are (full, total) circles before ``line``. ``button`` are the words of the one
    thing to do; ``trailing`` stands at the end side where there is no button.
    """

    name: str
    key: bytes | str
    meta: str = ""
    line: str = ""
    figures: tuple[int, int] | None = None
    button: str = ""
    primary: bool = False
    trailing: str = ""
    strong_trailing: bool = False
    #: Whose initials the avatar shows, where it is not the name that stands on the card.
    person: str = ""


class CardDelegate(QStyledItemDelegate):
    """Paints a ``CardFace``: avatar, name, one line of meta, one line of what there is to say."""

    def __init__(self, view: "CardList", face: Callable[[Any], CardFace]) -> None:
        super().__init__(view)
        self._view = view
        self._face = face

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = theme().line
        px = theme().px
        height = line(Size.CARD) + line(Size.META) + line(Size.META) + px(8) + 2 * px(14)
        return QSize(px(240), height + px(12))

    def card_rect(self, whole: QRect) -> QRect:
        return whole.adjusted(0, 0, 0, -theme().px(12))

    def button_rect(self, whole: QRect, index: Index) -> QRect:
        """Where the button of a row is; empty where it has none."""
        row = index.data(ROW_ROLE)
        face = self._face(row) if row is not None else None
        if face is None or not face.button:
            return QRect()
        px = theme().px
        rect = self.card_rect(whole)
        place = QRect(0, rect.top() + px(14), paint.button_width(face.button), px(32))
        place.moveRight(rect.right() - px(16))
        return paint.mirrored(place, rect, self._view.layoutDirection())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        face = self._face(row)
        painter.save()
        px, line = theme().px, theme().line
        direction = self._view.layoutDirection()
        whole = option.rect
        rect = self.card_rect(whole)
        state = option.state
        paint.card(
            painter,
            rect,
            selected=bool(state & QStyle.StateFlag.State_Selected),
            focused=self._view.hasFocus(),
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
        )
        inner = rect.adjusted(px(16), px(14), -px(16), -px(14))
        circle = QRect(inner.left(), inner.top(), px(40), px(40))
        place = paint.mirrored(circle, rect, direction)
        paint.avatar(painter, place, face.person or face.name, face.key)

        words = inner.adjusted(px(52), 0, 0, 0)
        end = self._paint_end(painter, face, rect, inner, index, whole)
        name = QRect(words.left(), words.top(), max(0, end - words.left()), line(Size.CARD))
        meta = QRect(words.left(), name.bottom() + 1, name.width(), line(Size.META))
        place = paint.mirrored(name, rect, direction)
        paint.text(painter, place, face.name, size=Size.CARD, direction=direction)
        quiet = theme().colours.quiet
        place = paint.mirrored(meta, rect, direction)
        paint.text(painter, place, face.meta, size=Size.META, colour=quiet, direction=direction)

        below = QRect(words.left(), meta.bottom() + 1 + px(8), words.width(), line(Size.META))
        if face.figures:
            width = px(12) * min(10, face.figures[1])
            dots = QRect(below.left(), below.top(), width, below.height())
            paint.dots(painter, paint.mirrored(dots, rect, direction), *face.figures)
            below.setLeft(below.left() + width + px(8))
        place = paint.mirrored(below, rect, direction)
        paint.text(painter, place, face.line, size=Size.META, colour=quiet, direction=direction)
        painter.restore()

    def _paint_end(
        self,
        painter: QPainter,
        face: CardFace,
        rect: QRect,
        inner: QRect,
        index: Index,
        whole: QRect,
    ) -> int:
        """Paint what stands at the end side; return where the words have to stop."""
        px = theme().px
        direction = self._view.layoutDirection()
        if face.button:
            place = self.button_rect(whole, index)
            hovered = self._view.hovered_button == index.row()
            paint.button(painter, place, face.button, primary=face.primary, hovered=hovered)
            return inner.right() - place.width() - px(12)
        if face.trailing:
            size, strong = Size.META, face.strong_trailing
            width = paint.text_width(face.trailing, size, bold=strong)
            height = theme().line(Size.CARD)
            place = QRect(inner.right() + 1 - width, inner.top(), width, height)
            colours = theme().colours
            paint.text(
                painter,
                paint.mirrored(place, rect, direction),
                face.trailing,
                size=size,
                colour=colours.accent if strong else colours.quiet,
                bold=strong,
                direction=direction,
            )
            return inner.right() - width - px(12)
        return inner.right()


def in_page(content: QWidget) -> QWidget:
    """Content with the page's margins, its scroll bars standing inside the margin at the end."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    px = theme().px
    row.setContentsMargins(px(24), 0, px(12), 0)
    row.addWidget(content)
    holder.setFocusProxy(content)
    return holder


class CardList(QListView):
    """Cards in one column. ``opened`` carries the row that was pressed; ``acted`` the one whose
    button was pressed, by mouse or by Enter. Without buttons Enter opens."""

    opened = Signal(object)
    acted = Signal(object)

    def __init__(
        self, name: str, face: Callable[[Any], CardFace], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_look(self, "cards")
        self.setAccessibleName(name)
        self._face = face
        self._delegate = CardDelegate(self, face)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().rangeChanged.connect(self._keep_gutter)
        self._keep_gutter(0, 0)
        self.hovered_button = -1
        self.clicked.connect(self._clicked)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def _keep_gutter(self, low: int, high: int) -> None:
        """Leave the scroll bar's place free where there is none: cards keep one width."""
        room = 0 if high > low else theme().px(12)
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        margins = (room, 0, 0, 0) if right_to_left else (0, 0, room, 0)
        self.setViewportMargins(*margins)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.rowsInserted.connect(self._keep_current)
            model.modelReset.connect(self._keep_current)

    def _keep_current(self, *_: object) -> None:
        """Have a current row wherever there is one, so that the arrows start somewhere."""
        if not self.currentIndex().isValid() and self.model().rowCount() and self.hasFocus():
            self.setCurrentIndex(self.model().index(0, 0))

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._keep_current()

    def select_key(self, index: QModelIndex) -> None:
        """Make a row the current one without opening it."""
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        if self.hovered_button == index.row():
            self.acted.emit(row)
        else:
            self.opened.emit(row)

    def _button_at(self, event: QMouseEvent) -> int:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return -1
        place = self._delegate.button_rect(self.visualRect(index), index)
        return index.row() if place.contains(event.position().toPoint()) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self._button_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hover(self._button_at(event))
        super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered_button:
            self.hovered_button = row
            shape = Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            row = self.currentIndex().data(ROW_ROLE)
            if row is not None:
                (self.acted if self._face(row).button else self.opened).emit(row)
                event.accept()
                return
        super().keyPressEvent(event)
