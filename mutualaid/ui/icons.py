# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One set of line icons, tinted by a role of the theme when they are painted.

``icon("board")`` for buttons and actions; ``paint_icon`` inside a delegate; names are the files in
``resources/icons``. They follow the scheme by themselves and are crisp at every scale.
"""

from functools import cache

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mutualaid.ui.theme import ICONS, theme


def icon_names() -> list[str]:
    """All there are."""
    return sorted(path.stem for path in ICONS.glob("*.svg"))


@cache
def _renderer(name: str) -> QSvgRenderer:
    path = ICONS / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"There is no icon {name!r}.")
    return QSvgRenderer(str(path))


@cache
def _pixmap(name: str, pixels: int, colour: str) -> QPixmap:
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name).render(painter, QRectF(0, 0, pixels, pixels))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(0, 0, pixels, pixels, QColor(colour))
    painter.end()
    return pixmap


def pixmap(name: str, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    """The icon ``size`` logical pixels wide, for a screen with this device pixel ratio."""
    made = QPixmap(_pixmap(name, max(1, round(size * ratio)), colour.name()))
    made.setDevicePixelRatio(ratio)
    return made


def paint_icon(painter: QPainter, name: str, rect: QRect, colour: QColor) -> None:
    """Paint the icon into the square at the middle of ``rect``."""
    size = min(rect.width(), rect.height())
    place = QRect(0, 0, size, size)
    place.moveCenter(rect.center())
    ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
    painter.drawPixmap(place.topLeft(), pixmap(name, size, colour, ratio))


class _TintedEngine(QIconEngine):
    """Asks the theme for its colour each time, so icons follow light and dark."""

    def __init__(self, name: str, role: str, checked_role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._checked_role = checked_role

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        colours = theme().colours
        if mode == QIcon.Mode.Disabled:
            return colours.quiet
        return colours.role(self._checked_role if state == QIcon.State.On else self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_icon(painter, self._name, rect, self._colour(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # Since Qt 6.8 the size is in logical pixels; before, it was already multiplied.
        width, height = round(size.width() * scale), round(size.height() * scale)
        side = max(1, min(width, height))
        made = QPixmap(width, height)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        corner = QPoint((width - side) // 2, (height - side) // 2)
        painter.drawPixmap(corner, _pixmap(self._name, side, self._colour(mode, state).name()))
        painter.end()
        made.setDevicePixelRatio(scale)
        return made

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._role, self._checked_role)


def icon(name: str, role: str = "text", checked_role: str = "") -> QIcon:
    """An icon in the colour of a role (``text``, ``quiet``, ``accent``, ``on_accent``, …)."""
    _renderer(name)  # a wrong name fails here, not while painting
    return QIcon(_TintedEngine(name, role, checked_role or role))
