# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From blocks of a sheet to pieces that can be put on a page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from mutualaid.model.directories.paper.sheet import (
    Blanks,
    Block,
    Box,
    Choice,
    Code,
    Contents,
    Entry,
    Fill,
    Heading,
    Pill,
    Strips,
    Style,
    Text,
    Tone,
)
from mutualaid.ui.paper.fringe import fringe, quick_response
from mutualaid.ui.paper.lettering import (
    HAIRLINE,
    QUIET,
    TYPES,
    Draw,
    Lettering,
    Line,
    Piece,
    Type,
)
from mutualaid.ui.paper.look import MM, PT

_HEADING: Final = Type(12, bold=True)
_ENTRY: Final = Type(10.5, bold=True)
_ENTRY_CODE: Final = Type(9.5, bold=True, even=True)
_LABEL: Final = Type(8, colour=QUIET)
_OPTION: Final = Type(9.5)
_PILL: Final = Type(9, bold=True)
_CODE: Final = Type(34, bold=True, even=True)

#: What is nothing without that which follows.
_LEADS: Final = (Style.TITLE, Style.SUBTITLE)
#: Narrower than this nobody can write a name.
_NARROWEST: Final = 38 * MM
_ROOM_TO_WRITE: Final = 7.2 * MM


class Setter:
    """Sets the blocks of a sheet; ``contents`` are its titles, for the list of them."""

    def __init__(self, lettering: Lettering, contents: Sequence[str] = ()) -> None:
        self._letters = lettering
        # To be put into a pocket: a fringe as large as the text would take half of a page.
        self._strips = Lettering(min(lettering.scale, 1.2), right_to_left=lettering.right_to_left)
        self._contents = contents
        self._unit = PT * lettering.scale
        #: The page that each title stands on, in its digits; known once all is laid out.
        self.numbers: dict[str, str] = {}

    def pieces(self, block: Block, width: float) -> list[Piece]:
        """The pieces of a block at a width, from the top down."""
        if isinstance(block, Text):
            return self._text(block, width)
        if isinstance(block, Heading):
            return self.heading(block.text, width)
        if isinstance(block, Entry):
            return self._entry(block, width)
        if isinstance(block, Blanks):
            return self._blanks(block, width)
        if isinstance(block, Choice):
            return self._choice(block, width)
        if isinstance(block, Contents):
            return self._list_of_contents(width)
        if isinstance(block, Code):
            return self._code(block, width)
        if isinstance(block, Pill):
            return [self._pill(block, width)]
        if isinstance(block, Strips):
            return [fringe(block, width, self._strips)]
        return self._box(block.box if isinstance(block, Fill) else block, width)

    # -- text

    def _text(self, block: Text, width: float) -> list[Piece]:
        gap = {Style.TITLE: 4.0, Style.SUBTITLE: 5.0, Style.BODY: 4.0, Style.STRONG: 4.0}
        return self._letters.pieces(
            block.text, TYPES[block.style], width, gap=gap.get(block.style, 2.0) * self._unit
        )

    def heading(self, text: str, width: float) -> list[Piece]:
        """A heading over a hairline, which stays with what follows."""
        found = self._letters.pieces(text, _HEADING, width, gap=12 * self._unit)
        for piece in found:
            piece.joined = True
        found.append(Piece(3 * self._unit, _hairline(width), joined=True))
        return found

    def _entry(self, block: Entry, width: float) -> list[Piece]:
        indent = 14 * self._unit if block.tick else 0.0
        inner = width - indent
        code = self._left(block.code, _ENTRY_CODE, inner)
        beside = code.width + 10 * self._unit if code else 0.0
        if beside > inner / 2:
            beside = 0.0
        plain = not block.lines and not block.code
        style = TYPES[Style.BODY] if plain else _ENTRY
        found = self._letters.pieces(block.title, style, inner - beside)
        if code and beside and found:
            found = [self._indented(piece, -beside) for piece in found]
            at = 0.0 if self._rtl else inner - code.width
            found[0] = _also(found[0], code.draw, at, (found[0].height - code.height) * 0.75)
        elif code:
            found.append(Piece(code.height, code.draw))
        for text in block.lines:
            found += self._letters.pieces(text.text, TYPES[text.style], inner, gap=0.5 * self._unit)
        if block.tick and found:
            found = [self._indented(piece, indent) for piece in found]
            side = 8 * self._unit
            at = width - side if self._rtl else 0.0
            found[0] = _also(found[0], _square(side), at, (found[0].height - side) / 2)
        if found:
            found[0].gap = (2.5 if plain else 8.0) * self._unit
        return _kept(found)

    @property
    def _rtl(self) -> bool:
        return self._letters.right_to_left

    def _left(self, text: str, style: Type, width: float) -> Line | None:
        """One line that begins where it is put, in any sheet."""
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        return next(iter(self._letters.lines(text, style, width, alignment=side)), None)

    def _indented(self, piece: Piece, by: float) -> Piece:
        """Moved in from the leading side; where ``by`` is below 0, away from the trailing one."""
        moved = max(0.0, -by) if self._rtl else max(0.0, by)
        return _moved(piece, moved) if moved else piece

    def _list_of_contents(self, width: float) -> list[Piece]:
        found: list[Piece] = []
        for title in self._contents:
            room = 40 * self._unit
            line = self._letters.pieces(title, Type(12), width - room, gap=5 * self._unit)
            line = [self._indented(piece, -room) for piece in line]
            if line:
                line[0] = _also(
                    line[0], self._number(title, room), 0 if self._rtl else width - room
                )
                found += _kept(line)
        return found

    def _number(self, title: str, room: float) -> Draw:
        trailing = Qt.AlignmentFlag.AlignLeft if self._rtl else Qt.AlignmentFlag.AlignRight

        def draw(painter: QPainter, x: float, y: float) -> None:
            text = self.numbers.get(title, "")
            flags = trailing | Qt.AlignmentFlag.AlignAbsolute
            for line in self._letters.lines(text, Type(12), room, alignment=flags):
                line.draw(painter, x, y)

        return draw

    # -- to fill in

    def _blanks(self, block: Blanks, width: float) -> list[Piece]:
        gutter = 5 * MM
        shares = sum(blank.share for blank in block.row)
        room = width - gutter * (len(block.row) - 1)
        widths = [room * blank.share / shares for blank in block.row]
        if len(block.row) > 1 and min(widths) < _NARROWEST * min(1.3, self._letters.scale):
            return [piece for blank in block.row for piece in self._blanks(Blanks((blank,)), width)]
        sets = [
            self._letters.lines(blank.label, _LABEL, each)
            for blank, each in zip(block.row, widths, strict=True)
        ]
        label = max(sum(line.height for line in lines) for lines in sets)
        height = label + _ROOM_TO_WRITE * min(1.3, self._letters.scale)

        def draw(painter: QPainter, x: float, y: float) -> None:
            at = x + width if self._rtl else x
            for lines, each in zip(sets, widths, strict=True):
                left = at - each if self._rtl else at
                top = y
                for line in lines:
                    line.draw(painter, left, top)
                    top += line.height
                painter.setPen(QPen(QColor(HAIRLINE), 0.7 * PT))
                painter.drawLine(QLineF(left, y + height, left + each, y + height))
                at += -(each + gutter) if self._rtl else each + gutter

        return [Piece(height, draw, gap=4 * self._unit)]

    def _choice(self, block: Choice, width: float) -> list[Piece]:
        """The label, then as many boxes on a line as fit."""
        label = self._letters.lines(block.label, _LABEL, width) if block.label else []
        side, space, between = 9 * self._unit, 5 * self._unit, 14 * self._unit
        beside = len(label) == 1 and label[0].width < width * 0.45
        begin = label[0].width + between if beside else 0.0
        rows: list[list[tuple[float, list[Line]]]] = [[]]
        used = begin
        for option in block.options:
            lines = self._letters.lines(option, _OPTION, width - side - space)
            ink = max((line.width for line in lines), default=0.0)
            if used > 0 and used + side + space + ink > width:
                rows.append([])
                # Under the boxes above, not under the label.
                used = begin if begin + side + space + ink <= width else 0.0
            rows[-1].append((used, self._letters.lines(option, _OPTION, ink + PT)))
            used += side + space + ink + between
        found = [self._boxes(each, width, side, space) for each in rows if each]
        if beside and rows[0]:
            at = width - label[0].width if self._rtl else 0.0
            (own,) = self._letters.lines(block.label, _LABEL, label[0].width + PT)
            down = (found[0].height - own.height) * 0.7
            found[0] = _also(found[0], own.draw, at - (PT if self._rtl else 0.0), down)
        else:
            found = [Piece(line.height, line.draw) for line in label] + found
        if found:
            found[0].gap = 5 * self._unit
        return _kept(found)

    def _boxes(
        self, row: list[tuple[float, list[Line]]], width: float, side: float, space: float
    ) -> Piece:
        height = max(sum(line.height for line in lines) for _, lines in row)

        def draw(painter: QPainter, x: float, y: float) -> None:
            for at, lines in row:
                ink = max((line.width for line in lines), default=0.0) + PT
                box = x + width - at - side if self._rtl else x + at
                first = lines[0].height if lines else side
                _square(side)(painter, box, y + (first - side) / 2)
                text = box - space - ink if self._rtl else box + side + space
                top = y
                for line in lines:
                    line.draw(painter, text, top)
                    top += line.height

        return Piece(height, draw, gap=2 * self._unit)

    # -- cards

    def _pill(self, block: Pill, width: float) -> Piece:
        pad, mark = 6 * self._unit, 7 * self._unit
        line = self._left(block.text, _PILL, width - 3 * pad - mark)
        ink = line.width if line else 0.0
        height = (line.height if line else mark) + 3 * self._unit
        whole = ink + mark + 3 * pad

        def draw(painter: QPainter, x: float, y: float) -> None:
            left = x + width - whole if self._rtl else x
            painter.setPen(QPen(QColor("#000000"), 0.8 * PT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(left, y, whole, height), height / 2, height / 2)
            at = left + whole - pad - mark if self._rtl else left + pad
            painter.setBrush(QColor("#000000"))
            middle = y + (height - mark) / 2
            if block.tone is Tone.NEED:
                corners = ((0.0, mark), (mark, mark), (mark / 2, 0.0))
                painter.drawPolygon(QPolygonF([QPointF(at + a, middle + b) for a, b in corners]))
            else:
                painter.drawEllipse(QRectF(at, middle, mark, mark))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if line:
                text = left + pad if self._rtl else at + mark + pad
                line.draw(painter, text, y + (height - line.height) / 2)

        return Piece(height, draw, gap=2 * self._unit)

    def _code(self, block: Code, width: float) -> list[Piece]:
        """The code as large as fits, its square beside it where there is room."""
        side = min(width * 0.42, 52 * MM * min(1.3, self._letters.scale)) if block.scan else 0.0
        room = width - side - (6 * MM if side else 0.0)
        style = _CODE
        line = self._left(block.code, style, 100 * width)
        while line and line.width > room and style.points > 8:
            style = replace(style, points=style.points * max(0.5, room / line.width * 0.98))
            line = self._left(block.code, style, 100 * width)
        about = self._letters.lines(block.about, TYPES[Style.QUIET], room) if block.about else []
        text = (line.height if line else 0.0) + sum(each.height for each in about)
        height = max(text, side)

        def draw(painter: QPainter, x: float, y: float) -> None:
            left = x + width - room if self._rtl else x
            top = y + (height - text) / 2
            if line:
                line.draw(painter, left + room - line.width if self._rtl else left, top)
                top += line.height
            for each in about:
                each.draw(painter, left, top)
                top += each.height
            if side:
                at = x if self._rtl else x + width - side
                quick_response(painter, block.scan, QRectF(at, y + (height - side) / 2, side, side))

        return [Piece(height, draw, gap=8 * self._unit)]

    def _box(self, block: Box, width: float) -> list[Piece]:
        """Inner pieces between two edges; only strips reach from edge to edge."""
        pad = 8 * self._unit
        inner: list[Piece] = [Piece(pad, _nothing)]
        for each in block.blocks:
            if isinstance(each, Strips):
                inner += self.pieces(each, width)
                continue
            pieces = [_moved(piece, pad) for piece in self.pieces(each, width - 2 * pad)]
            if isinstance(each, Pill) or (isinstance(each, Text) and each.style in _LEADS):
                for piece in pieces:
                    piece.joined = True
            inner += pieces
        if not isinstance(block.blocks[-1], Strips):
            inner.append(Piece(pad, _nothing))
        pen = _border(dashed=block.dashed)
        found = [
            _framed(piece, width, pen, top=piece is inner[0], bottom=piece is inner[-1])
            for piece in inner
        ]
        found[0].gap = 10 * self._unit
        # The edges never stand alone.
        found[0].joined = found[-2].joined = True
        return _kept(found)


def _kept(pieces: list[Piece]) -> list[Piece]:
    """Pieces that stay together where they can."""
    for piece in pieces[:-1]:
        piece.kept = True
    return pieces


def _moved(piece: Piece, by: float) -> Piece:
    inner = piece.draw

    def draw(painter: QPainter, x: float, y: float) -> None:
        inner(painter, x + by, y)

    return replace(piece, draw=draw)


def _also(piece: Piece, other: Draw, right: float, down: float = 0.0) -> Piece:
    """A piece with something else drawn in its room."""
    inner = piece.draw

    def draw(painter: QPainter, x: float, y: float) -> None:
        inner(painter, x, y)
        other(painter, x + right, y + down)

    return replace(piece, draw=draw)


def _square(side: float) -> Draw:
    def draw(painter: QPainter, x: float, y: float) -> None:
        painter.setPen(QPen(QColor("#000000"), 0.9 * PT))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(x, y, side, side))

    return draw


def _hairline(width: float) -> Draw:
    def draw(painter: QPainter, x: float, y: float) -> None:
        painter.setPen(QPen(QColor(HAIRLINE), 0.6 * PT))
        painter.drawLine(QLineF(x, y, x + width, y))

    return draw


def _border(*, dashed: bool) -> QPen:
    pen = QPen(QColor(HAIRLINE), 0.7 * PT)
    if dashed:
        pen.setDashPattern([4, 4])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _nothing(_painter: QPainter, _x: float, _y: float) -> None:
    return


def _framed(piece: Piece, width: float, pen: QPen, *, top: bool, bottom: bool) -> Piece:
    """A piece between the sides of a frame, with the white above it as part of it."""
    inner, gap, height = piece.draw, piece.gap, piece.gap + piece.height

    def draw(painter: QPainter, x: float, y: float) -> None:
        inner(painter, x, y + gap)
        painter.setPen(pen)
        painter.drawLine(QLineF(x, y, x, y + height))
        painter.drawLine(QLineF(x + width, y, x + width, y + height))
        if top:
            painter.drawLine(QLineF(x, y, x + width, y))
        if bottom:
            painter.drawLine(QLineF(x, y + height, x + width, y + height))

    return replace(piece, draw=draw, gap=0, height=height)
