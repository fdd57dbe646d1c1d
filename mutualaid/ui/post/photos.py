# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos on the screen: small ones read when they come into sight, one larger when asked for."""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import PhotoRow
from mutualaid.ui.icons import paint_icon
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import FlowLayout, Text
from mutualaid.ui.words import tr

#: A picture wider or higher than this is none of ours and is not decoded.
LONGEST_SIDE: Final = 4096
#: Pictures kept in memory; each is at most as large as a card or the pane.
KEPT: Final = 240


def decode(data: bytes, box: QSize, *, fill: bool) -> QImage:
    """A JPEG decoded no larger than needed; a null image where it is none.

    ``fill`` cuts the middle out so that it fills ``box``; else it fits into it. Pixels.
    """
    reader, _buffer = _reader(data)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > LONGEST_SIDE:
        return QImage()
    mode = (
        Qt.AspectRatioMode.KeepAspectRatioByExpanding
        if fill
        else Qt.AspectRatioMode.KeepAspectRatio
    )
    wanted = size.scaled(box, mode)
    if not fill and wanted.width() > size.width():
        wanted = size
    reader.setScaledSize(wanted.expandedTo(QSize(1, 1)))
    image = reader.read()
    if fill and not image.isNull():
        middle = QRect(0, 0, min(box.width(), image.width()), min(box.height(), image.height()))
        middle.moveCenter(image.rect().center())
        image = image.copy(middle)
    return image


def size_of(data: bytes) -> QSize:
    """Width and height of a JPEG in pixels, by its header."""
    reader, _buffer = _reader(data)
    return reader.size()


def _reader(data: bytes) -> tuple[QImageReader, QBuffer]:
    """A reader of this JPEG, and what it reads from, which has to live as long."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    reader.setAutoDetectImageFormat(False)
    return reader, buffer


class Photos(QObject):
    """Pictures by the hash of their photo, read and decoded one at a time between events.

    ``read`` is ``Group.photo``. ``came`` with the hash of a picture that can be painted now.
    """

    came = Signal(object)

    def __init__(
        self, read: Callable[[bytes], bytes | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._read = read
        self._made: OrderedDict[tuple[bytes, int, int, bool], QPixmap | None] = OrderedDict()
        self._wanted: deque[tuple[bytes, int, int, bool]] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._make_one)

    def get(self, photo: bytes, box: QSize, *, fill: bool, ratio: float = 1.0) -> QPixmap | None:
        """The picture, or None while it is not read or has not come; then ``came`` may follow."""
        size = box * ratio
        key = (photo, size.width(), size.height(), fill)
        if key in self._made:
            self._made.move_to_end(key)
            found = self._made[key]
            if found is not None:
                found.setDevicePixelRatio(ratio)
            return found
        if key not in self._wanted:
            # The newest wish first: what was scrolled out of sight can wait, or be let go.
            self._wanted.appendleft(key)
            if len(self._wanted) > KEPT:
                self._wanted.pop()
            self._turn.start()
        return None

    def look_again(self) -> None:
        """Photos that had not come may be here now."""
        for key in [key for key, picture in self._made.items() if picture is None]:
            del self._made[key]

    @property
    def busy(self) -> bool:
        return bool(self._wanted)

    def _make_one(self) -> None:
        if not self._wanted:
            return
        key = self._wanted.popleft()
        photo, width, height, fill = key
        try:
            data = self._read(photo)
        except MutualAidError:
            data = None  # the page that asks for its rows says so
        picture: QPixmap | None = None
        if data is not None:
            image = decode(data, QSize(width, height), fill=fill)
            if not image.isNull():
                picture = QPixmap.fromImage(image)
        self._made[key] = picture
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        if picture is not None:
            self.came.emit(photo)
        if self._wanted:
            self._turn.start()


def paint_photo(painter: QPainter, rect: QRect, picture: QPixmap | None) -> None:
    """A picture with round corners, or the shape of one that has not come yet."""
    colours = theme().colours
    radius = theme().px(8)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(rect.toRectF(), radius, radius)
    if picture is None:
        painter.fillPath(shape, colours.sidebar)
        side = min(rect.width(), rect.height(), theme().px(24))
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        paint_icon(painter, "photo", place, colours.quiet)
    else:
        painter.setClipPath(shape)
        painter.drawPixmap(rect, picture)
        painter.setClipping(False)
    painter.setPen(QPen(colours.hairline, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shape)
    painter.restore()


class PhotoButton(QPushButton):
    """A small photo that can be pressed; its words are what it shows."""

    SIDE = 72

    def __init__(self, photos: Photos, photo: PhotoRow, words: str) -> None:
        super().__init__()
        self._photos = photos
        self.photo = photo
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_look(self, "photo")
        photos.came.connect(self._came)

    def _came(self, photo: object) -> None:
        if photo == self.photo.hash:
            self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(self.SIDE)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        inner = self.rect().adjusted(3, 3, -3, -3)
        picture = self._photos.get(
            self.photo.hash, inner.size(), fill=True, ratio=self.devicePixelRatioF()
        )
        paint_photo(painter, inner, picture)
        if self.hasFocus() or self.isChecked():
            colours = theme().colours
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = colours.accent if self.hasFocus() else colours.text
            painter.setPen(QPen(colour, 2))
            radius = theme().px(9)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)


class _LargePhoto(QWidget):
    """One photo as wide as there is room."""

    HIGHEST = 420

    def __init__(self, photos: Photos) -> None:
        super().__init__()
        self._photos = photos
        self._photo = b""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        photos.came.connect(self._came)

    def show_photo(self, photo: bytes) -> None:
        self._photo = photo
        self.updateGeometry()
        self.update()

    def _came(self, photo: object) -> None:
        if photo == self._photo:
            self.updateGeometry()
            self.update()

    def _picture(self, width: int) -> QPixmap | None:
        box = QSize(max(1, width), theme().px(self.HIGHEST))
        return self._photos.get(self._photo, box, fill=False, ratio=self.devicePixelRatioF())

    def heightForWidth(self, width: int) -> int:
        picture = self._picture(width) if self._photo else None
        if picture is None:
            return width * 3 // 4
        return max(1, round(picture.height() / picture.devicePixelRatio()))

    def sizeHint(self) -> QSize:
        width = self.width() or theme().px(320)
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, _event: QPaintEvent) -> None:
        picture = self._picture(self.width())
        place = self.rect()
        if picture is not None:
            place = QRect(0, 0, 0, 0)
            place.setSize((picture.size() / picture.devicePixelRatio()).boundedTo(self.size()))
            place.moveCenter(self.rect().center())
        paint_photo(QPainter(self), place, picture)


class PhotoStrip(QWidget):
    """Small photos beside each other; the pressed one opens larger below, with its words."""

    def __init__(self, photos: Photos) -> None:
        super().__init__()
        self._photos = photos
        self._rows: tuple[PhotoRow, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(6))
        self._small = QWidget()
        self._flow = FlowLayout(self._small, spacing=6)
        column.addWidget(self._small)
        self.large = _LargePhoto(photos)
        column.addWidget(self.large)
        self.words = Text("", Size.META, quiet=True, wrap=True, selectable=True)
        column.addWidget(self.words)
        self.buttons: list[PhotoButton] = []
        self.show_photos(())

    def show_photos(self, rows: Sequence[PhotoRow]) -> None:
        """Show these; one that is open stays so while it is among them."""
        if tuple(rows) == self._rows and self.buttons:
            return
        opened = next((one.photo.hash for one in self.buttons if one.isChecked()), None)
        focused = next((at for at, one in enumerate(self.buttons) if one.hasFocus()), None)
        self._rows = tuple(rows)
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for number, row in enumerate(rows, 1):
            button = PhotoButton(self._photos, row, photo_words(row, number, len(rows)))
            button.toggled.connect(lambda on, which=button: self._toggled(which, on))
            self._flow.addWidget(button)
            button.show()
            self.buttons.append(button)
            if row.hash == opened:
                button.setChecked(True)
        if focused is not None and self.buttons:
            at = min(focused, len(self.buttons) - 1)
            self.buttons[at].setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_large()
        self.setVisible(bool(rows))

    def _toggled(self, which: PhotoButton, on: bool) -> None:
        if on:
            for button in self.buttons:
                if button is not which:
                    button.setChecked(False)
        self._show_large()

    def _show_large(self) -> None:
        opened = next((one for one in self.buttons if one.isChecked()), None)
        self.large.setVisible(opened is not None)
        self.words.setVisible(opened is not None)
        if opened is None:
            return
        photo = opened.photo
        self.large.show_photo(photo.hash)
        self.large.setAccessibleName(opened.accessibleName())
        if not photo.here:
            self.words.setText(tr("This photo has not come to this machine yet."))
        else:
            self.words.setText(photo.alt or tr("Nobody has said in words what this photo shows."))


def photo_words(row: PhotoRow, number: int, count: int) -> str:
    """What a photo is called by a screen reader."""
    words = tr("Photo {number} of {count}", number=number, count=count)
    return tr("{photo}: {alt}", photo=words, alt=row.alt) if row.alt else words
