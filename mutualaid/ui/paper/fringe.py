# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strips to tear off, and squares for the camera of a telephone."""

from typing import Final

import segno
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from mutualaid.model.directories.paper.sheet import Strips
from mutualaid.ui.paper.lettering import HAIRLINE, QUIET, Lettering, Line, Piece, Type
from mutualaid.ui.paper.look import MM, PT

_STRIP_CODE: Final = Type(11, bold=True, even=True)
_STRIP_TITLE: Final = Type(7.5, colour=QUIET)
_STRIP_LINE: Final = Type(7.5)
#: How long a strip is, how narrow at least, and how many there are at most.
_LONG: Final = 40 * MM
_NARROWEST: Final = 12 * MM
_LONGEST: Final = 120 * MM
_MOST: Final = 12
#: Light modules that a reader wants around the code (ISO/IEC 18004).
_QUIET_ZONE: Final = 4
_LONGEST_SCAN: Final = 600
_LONGEST_TITLE: Final = 200  # letters; more fit on no strip


def fringe(block: Strips, width: float, letters: Lettering) -> Piece:
    """As many strips, side by side and turned, as the width holds."""
    unit = PT * letters.scale
    long = _LONG * letters.scale
    pad = 4 * unit
    lines, thick = _strip(block, long - 2 * pad, letters)
    while thick > width and long < _LONGEST:
        # More than a strip holds: one that is longer.
        long *= 1.5
        lines, thick = _strip(block, long - 2 * pad, letters)
    count = max(1, min(_MOST, int(width / max(_NARROWEST, thick + pad))))
    each = width / count

    def draw(painter: QPainter, x: float, y: float) -> None:
        pen = QPen(QColor(HAIRLINE), 0.7 * PT)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawLine(QLineF(x, y, x + width, y))
        for number in range(1, count):
            at = x + number * each
            painter.drawLine(QLineF(at, y, at, y + long))
        for number in range(count):
            painter.save()
            # Read from the foot upwards, with the code next to where it is torn.
            painter.translate(x + number * each, y + long)
            painter.rotate(-90)
            down = (each - thick) / 2
            for line in lines:
                line.draw(painter, pad, down)
                down += line.height
            painter.restore()

    return Piece(long, draw, gap=8 * unit)


def _strip(block: Strips, long: float, letters: Lettering) -> tuple[list[Line], float]:
    """The code, one line of the title as a reminder, and all of how to answer; how thick it is."""
    found = letters.lines(block.code, _STRIP_CODE, long)
    found += letters.lines(_shortened(block.title, long, letters), _STRIP_TITLE, long)[:1]
    for each in block.lines:
        found += letters.lines(each, _STRIP_LINE, long)
    return found, sum(line.height for line in found)


def _shortened(title: str, long: float, letters: Lettering) -> str:
    """As much of a title as fits on one line, cut after a word where one ends late enough."""
    title = title[:_LONGEST_TITLE]
    metrics = QFontMetricsF(letters.font(_STRIP_TITLE))
    shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, long * 0.98)
    if shown == title:
        return title
    head, space, _ = shown.rpartition(" ")
    return f"{head} …" if space and len(head) > len(shown) // 2 else shown


def quick_response(painter: QPainter, text: str, where: QRectF) -> None:
    """A QR code, dark on light, as large as the place for it."""
    code = segno.make_qr(text[:_LONGEST_SCAN], error="m", boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    module = where.width() / (len(rows) + 2 * _QUIET_ZONE)
    # One shape, so that no light seams show between its modules.
    dark_ones = QPainterPath()
    dark_ones.setFillRule(Qt.FillRule.WindingFill)
    for number, row in enumerate(rows, _QUIET_ZONE):
        for at, dark in enumerate(row, _QUIET_ZONE):
            if dark:
                left, top = where.x() + at * module, where.y() + number * module
                dark_ones.addRect(QRectF(left, top, module * 1.01, module * 1.01))
    painter.fillPath(dark_ones, QColor("#000000"))
