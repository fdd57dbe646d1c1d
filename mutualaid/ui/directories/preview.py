# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a sheet as they will be on paper, one at a time."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Look, Text
from mutualaid.ui.words import tr
from mutualaid.ui.work import Task, Worker

if TYPE_CHECKING:
    from mutualaid.ui.paper import Book

#: Pixels across a picture of a side; it is shown smaller or larger as there is room.
ACROSS: Final = 1000


class Picture(QWidget):
    """One side of the paper, as large as there is room; paper is white in every appearance."""

    turned = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self._shown: QImage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Page"))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(320), theme().px(420))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(160), theme().px(160))

    def show_image(self, image: QImage | None) -> None:
        self.image = image
        self._shown = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = theme().colours
        room = self.rect().adjusted(2, 2, -2, -2)
        if self.image is not None:
            size = self.image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(room.topLeft(), size)
            place.moveCenter(room.center())
            painter.drawImage(place, self._fitted(place.size()))
            focused = self.hasFocus()
            painter.setPen(
                QPen(colours.accent if focused else colours.hairline, 2 if focused else 1)
            )
            painter.drawRect(place)

    def _fitted(self, size: QSize) -> QImage:
        """The picture in the size at which it is shown: small letters stay readable."""
        assert self.image is not None
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        if self._shown is None or self._shown.size() != wanted:
            self._shown = self.image.scaled(
                wanted,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._shown

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_PageDown: 1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -1,
            Qt.Key.Key_Up: -1,
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.turned.emit(step)


class PageView(QWidget):
    """A page, and two buttons to turn it. Pages are drawn by ``worker``, which laid them out;
    ``drawn`` when one is."""

    drawn = Signal(int)

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._book: Book | None = None
        self._task: Task | None = None
        self.side = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        self.picture = Picture()
        self.picture.turned.connect(self.turn)
        column.addWidget(self.picture, 1)
        row = QHBoxLayout()
        row.setSpacing(theme().px(8))
        self.back = Button(tr("Page before"), Look.QUIET)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.words = Text("", Size.META, quiet=True)
        self.next = Button(tr("Next page"), Look.QUIET)
        self.next.clicked.connect(lambda: self.turn(1))
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.words)
        row.addWidget(self.next)
        row.addStretch(1)
        column.addLayout(row)
        self.clear()

    def clear(self) -> None:
        """No pages."""
        self._book = None
        self.picture.show_image(None)
        self._tell()

    def show_book(self, book: "Book") -> None:
        """Show a book; where it is the one before with other words, the page stays."""
        self._book = book
        self.side = min(self.side, max(0, book.sides - 1))
        self._tell()
        self._draw()

    def turn(self, by: int) -> None:
        """Go so many sides on, or back."""
        book = self._book
        if book is None:
            return
        side = min(max(0, self.side + by), book.sides - 1)
        if side != self.side:
            self.side = side
            self._tell()
            self._draw()

    def _draw(self) -> None:
        book, side = self._book, self.side
        if self._task is not None or book is None:
            return
        across = round(ACROSS * self.devicePixelRatioF())
        task = Task(lambda: book.image(side, across), "window-page", self, self._worker)
        self._task = task
        task.succeeded.connect(lambda image: self._drawn(book, side, image))
        task.failed.connect(lambda _sentence: self._drawn(book, side, None))
        task.start()

    def _drawn(self, book: "Book", side: int, image: object) -> None:
        if self._task is not None:
            self._task.deleteLater()
        self._task = None
        if book is not self._book or side != self.side:
            self._draw()
            return
        self.picture.show_image(image if isinstance(image, QImage) else None)
        self.drawn.emit(side)

    def _tell(self) -> None:
        book = self._book
        locale = QLocale()
        words = ""
        if book is not None:
            words = tr(
                "Side {number} of {all}",
                number=locale.toString(self.side + 1),
                all=locale.toString(book.sides),
            )
        self.words.setText(words)
        self.picture.setAccessibleName(words or tr("No page yet"))
        self.back.setEnabled(book is not None and self.side > 0)
        self.next.setEnabled(book is not None and self.side + 1 < book.sides)
