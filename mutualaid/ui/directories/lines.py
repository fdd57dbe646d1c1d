# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long lists of two-line rows, with a check mark where a row can be left out: what would leave,
what stays, what an import would change. Painted, since there may be thousands."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from mutualaid.ui.models import ROW_ROLE, KeyedListModel
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import Tone, paint

Index = QModelIndex | QPersistentModelIndex
Row = TypeVar("Row")

Checked = Qt.CheckState.Checked
Unchecked = Qt.CheckState.Unchecked


@dataclass(frozen=True, slots=True)
class LineFace:
    """What stands on one row: a pill, a title, a line below it, and words at the end side."""

    title: str
    line: str = ""
    pill: str = ""
    tone: Tone = Tone.PLAIN
    trailing: str = ""


class LineModel(KeyedListModel[Row]):
    """Rows, each with a key; those whose key is in ``left_out`` carry no check mark.

    ``checked`` False makes rows without one. ``toggled`` when somebody changed a mark.
    """

    toggled = Signal()

    def __init__(
        self,
        *,
        key: Callable[[Row], Hashable],
        face: Callable[[Row], LineFace],
        sentence: Callable[[Row], str],
        checked: bool = False,
        parent: Any = None,
    ) -> None:
        super().__init__(
            key=key, title=lambda row: face(row).title, sentence=sentence, parent=parent
        )
        self._line_key = key
        self._checked = checked
        self.left_out: set[Hashable] = set()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.CheckStateRole:
            row = self.row(index.row()) if self._checked and index.isValid() else None
            if row is None:
                return None
            return Unchecked if self._line_key(row) in self.left_out else Checked
        return super().data(index, role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if self._checked and index.isValid():
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def toggle(self, index: Index) -> None:
        """Take a row out, or in again."""
        row = self.row(index.row())
        if row is None or not self._checked:
            return
        self.left_out ^= {self._line_key(row)}
        place = self.index(index.row())
        self.dataChanged.emit(place, place)
        self.toggled.emit()

    def mark(self, left_out: Iterable[Hashable]) -> None:
        """Have just these without a mark."""
        self.left_out = set(left_out)
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))
        self.toggled.emit()


class LineDelegate(QStyledItemDelegate):
    """Paints a ``LineFace`` as a low card."""

    def __init__(self, view: "LineList", face: Callable[[Any], LineFace]) -> None:
        super().__init__(view)
        self._view = view
        self._face = face

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        px, line = theme().px, theme().line
        return QSize(px(240), line(Size.STRONG) + line(Size.META) + px(2) + 2 * px(9) + px(8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        face = self._face(row)
        painter.save()
        px, line = theme().px, theme().line
        direction = self._view.layoutDirection()
        rect = option.rect.adjusted(0, 0, 0, -px(8))
        paint.card(
            painter,
            rect,
            selected=bool(option.state & QStyle.StateFlag.State_Selected),
            focused=self._view.hasFocus(),
            hovered=bool(option.state & QStyle.StateFlag.State_MouseOver),
        )
        inner = rect.adjusted(px(14), px(9), -px(14), -px(9))
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is not None:
            box = QRect(inner.left(), inner.center().y() - px(9), px(18), px(18))
            taken = Qt.CheckState(state) is Checked
            _check(painter, paint.mirrored(box, rect, direction), taken=taken)
            inner.setLeft(inner.left() + px(30))
        quiet = theme().colours.quiet
        end = inner.right() + 1
        if face.trailing:
            width = min(paint.text_width(face.trailing, Size.META), inner.width() // 2)
            place = QRect(end - width, inner.top(), width, line(Size.STRONG))
            paint.text(
                painter,
                paint.mirrored(place, rect, direction),
                face.trailing,
                size=Size.META,
                colour=quiet,
                direction=direction,
            )
            end -= width + px(12)
        start = inner.left()
        if face.pill:
            width = paint.pill_width(face.pill)
            place = QRect(start, inner.top(), width, px(20))
            paint.pill(
                painter,
                paint.mirrored(place, rect, direction),
                face.pill,
                face.tone,
                direction=direction,
            )
            start += width + px(8)
        title = QRect(start, inner.top(), max(0, end - start), line(Size.STRONG))
        place = paint.mirrored(title, rect, direction)
        paint.text(painter, place, face.title, size=Size.STRONG, direction=direction)
        below = QRect(
            inner.left(), inner.bottom() + 1 - line(Size.META), inner.width(), line(Size.META)
        )
        place = paint.mirrored(below, rect, direction)
        paint.text(painter, place, face.line, size=Size.META, colour=quiet, direction=direction)
        painter.restore()


def _check(painter: QPainter, box: QRect, *, taken: bool) -> None:
    colours, px = theme().colours, theme().px
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.accent if taken else colours.quiet, 1))
    painter.setBrush(colours.accent if taken else colours.card)
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
    if not taken:
        return
    pen = QPen(colours.on_accent, max(2, px(2)))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    side = box.width()
    start = QPointF(box.left() + side * 0.24, box.top() + side * 0.54)
    corner = QPointF(box.left() + side * 0.43, box.top() + side * 0.72)
    painter.drawLine(start, corner)
    painter.drawLine(corner, QPointF(box.left() + side * 0.77, box.top() + side * 0.3))


class LineList(QListView):
    """Rows of a ``LineModel``; a click or Space changes a mark, Enter opens."""

    opened = Signal(object)

    def __init__(self, name: str, face: Callable[[Any], LineFace]) -> None:
        super().__init__()
        set_look(self, "cards")
        self.setAccessibleName(name)
        self.setItemDelegate(LineDelegate(self, face))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self.clicked.connect(self._toggle)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._keep_current)

    def _keep_current(self, *_: object) -> None:
        if not self.currentIndex().isValid() and self.model().rowCount() and self.hasFocus():
            self.setCurrentIndex(self.model().index(0, 0))

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._keep_current()

    def _toggle(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, LineModel):
            model.toggle(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() == Qt.Key.Key_Space:
            self._toggle(index)
        elif index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(index.data(ROW_ROLE))
        else:
            super().keyPressEvent(event)
            return
        event.accept()
