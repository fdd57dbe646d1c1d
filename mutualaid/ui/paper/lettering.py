# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text set in lines, in any script and either direction, as pieces that can be put on a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPainter,
    QTextLayout,
    QTextOption,
)

from mutualaid.model.directories.paper.sheet import Style
from mutualaid.ui.paper.look import PT

BLACK: Final = "#000000"
QUIET: Final = "#4A4A4A"  # still black on a poor printer
HAIRLINE: Final = "#8C8C8C"

_ISOLATE: Final = "\u2068"

_FROM_RIGHT: Final = Qt.LayoutDirection.RightToLeft
_FROM_LEFT: Final = Qt.LayoutDirection.LeftToRight

#: Draws something with its upper left corner at a point.
Draw = Callable[[QPainter, float, float], None]


@dataclass(slots=True)
class Piece:
    """Something that cannot be divided between two pages.

    ``gap`` is white above it, but not at the head of a column. ``joined`` says that it must not be
    parted from the next piece unless both are larger than a column; ``kept``, that it should not.
    """

    height: float
    draw: Draw
    gap: float = 0
    joined: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Type:
    """A size of type, in points at the usual scale."""

    points: float
    bold: bool = False
    colour: str = BLACK
    even: bool = False  # every letter as wide as the other


TYPES: Final = {
    Style.TITLE: Type(28, bold=True),
    Style.SUBTITLE: Type(15, bold=True),
    Style.LARGE: Type(13),
    Style.STRONG: Type(10, bold=True),
    Style.BODY: Type(10),
    Style.QUIET: Type(9.5, colour=QUIET),
    Style.SMALL: Type(8, colour=QUIET),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text that was set."""

    height: float
    width: float  # as far as there is ink
    draw: Draw


class Lettering:
    """Sets text at one scale, for a sheet in one direction."""

    def __init__(self, scale: float, *, right_to_left: bool) -> None:
        self.scale = scale
        self.right_to_left = right_to_left
        side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
        self._leading = side | Qt.AlignmentFlag.AlignAbsolute
        self._sheet = _FROM_RIGHT if right_to_left else _FROM_LEFT
        self._even = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()
        self._fonts: dict[Type, QFont] = {}

    def font(self, style: Type) -> QFont:
        font = self._fonts.get(style)
        if font is None:
            font = QFont(QGuiApplication.font())
            if style.even:
                font.setFamilies(self._even)
                font.setStyleHint(QFont.StyleHint.Monospace)
            # What is large already grows less: a title has to fit on its page.
            scale = self.scale if style.points <= 12 else 1 + (self.scale - 1) / 2
            font.setPixelSize(max(1, round(style.points * scale * PT)))
            font.setBold(style.bold)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            # Joined letters (ﬀ) would be found in a PDF only by who types them joined.
            font.setFeature(QFont.Tag("liga"), 0)
            self._fonts[style] = font
        return font

    def lines(
        self,
        text: str,
        style: Type,
        width: float,
        *,
        alignment: Qt.AlignmentFlag | None = None,
    ) -> list[Line]:
        """The lines of a text set to a width; a word that is longer is broken.

        It stands at the leading side of the sheet unless ``alignment`` says otherwise; each
        paragraph runs in its own direction.
        """
        option = QTextOption(self._leading if alignment is None else alignment)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        set_: list[Line] = []
        for paragraph in text.split("\n"):
            option.setTextDirection(self._direction(paragraph))
            layout = QTextLayout(paragraph, self.font(style))
            layout.setTextOption(option)
            set_ += _lines(layout, width, QColor(style.colour))
        return set_

    def _direction(self, paragraph: str) -> Qt.LayoutDirection:
        """That of the sheet for a sentence of ours with something set apart in it; of what others
        wrote, that of its first letter; of figures alone, as of a telephone, from the left."""
        if _ISOLATE in paragraph:
            return self._sheet
        letter = next((sign for sign in paragraph if sign.isalpha()), "")
        return _FROM_RIGHT if letter and _is_rtl(letter) else _FROM_LEFT

    def pieces(self, text: str, style: Type, width: float, *, gap: float = 0) -> list[Piece]:
        """A paragraph, or several, to be put on a page; no line of one stands alone.

        The first two lines stay together, and the last two.
        """
        set_ = self.lines(text, style, width)
        found = [Piece(line.height, line.draw) for line in set_]
        if found:
            found[0].gap = gap
            found[0].joined = len(found) > 1
            if len(found) > 2:
                found[-2].joined = True
        return found


def _lines(layout: QTextLayout, width: float, colour: QColor) -> Iterator[Line]:
    layout.beginLayout()
    lines = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, 0))
        lines.append(line)
    layout.endLayout()

    def drawing(number: int) -> Draw:
        def draw(painter: QPainter, x: float, y: float) -> None:
            painter.setPen(colour)
            layout.lineAt(number).draw(painter, QPointF(x, y))

        return draw

    for number, line in enumerate(lines):
        yield Line(line.height(), line.naturalTextWidth(), drawing(number))


def _is_rtl(sign: str) -> bool:
    return (
        "\u0590" <= sign <= "\u08ff" or "\ufb1d" <= sign <= "\ufdff" or "\ufe70" <= sign <= "\ufefc"
    )
