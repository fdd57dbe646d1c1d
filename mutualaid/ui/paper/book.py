# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One builder for every sheet: laid out once, drawn on paper, into a PDF, or as a picture.

Needs a ``QGuiApplication`` (for its fonts) and no screen. What was laid out keeps only where each
piece stands, and pieces are made again when their page is drawn: a book of a thousand pages takes
the memory of a few.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QLineF, QMarginsF
from PySide6.QtGui import (
    QColor,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPainter,
    QPen,
)

from mutualaid.errors import StorageError
from mutualaid.model.directories.paper.sheet import Block, Heading, Sheet, Style
from mutualaid.ui.paper.blocks import Setter
from mutualaid.ui.paper.flow import Flow, Frame, Make, Page, contents_of
from mutualaid.ui.paper.lettering import HAIRLINE, TYPES, Lettering, Line, Piece, Type
from mutualaid.ui.paper.look import GUTTER, MM, PT, Look

#: How far the work is, of how much; raises to stop.
Tick = Callable[[int, int], None]

_CHAPTER: Final = Type(22, bold=True)
#: Blocks whose pieces are kept between one page and the next.
_KEPT: Final = 64
#: Sections of at most so many blocks end with columns of one height, found in so many steps.
_MOST_BALANCED: Final = 300
_STEPS: Final = 24


class Book:
    """A sheet, laid out for one kind of paper."""

    def __init__(self, sheet: Sheet, look: Look = Look(), tick: Tick | None = None) -> None:  # noqa: B008 - frozen
        self.sheet = sheet
        self.look = look
        self._letters = Lettering(look.scale, right_to_left=sheet.right_to_left)
        contents = contents_of(sheet.sections)
        self._setter = Setter(self._letters, contents)
        self._kept: dict[tuple[int, int, bool, float], Sequence[Piece]] = {}
        self._pages: list[Page] = []
        self._heads: dict[int, tuple[list[Piece], float]] = {}
        # As small as at the usual scale, or nearly: it stands on every page.
        self._small = Lettering(min(look.scale, 1.2), right_to_left=sheet.right_to_left)
        self._foot = self._set_foot()
        # Half of the work is to lay out, half to draw.
        self._blocks = max(1, sum(len(section.blocks) for section in sheet.sections))
        self._lay_out(tick)
        numbered: dict[str, str] = {}
        for number, page in enumerate(self._pages, 1):
            title = sheet.sections[page.section].title
            if page.first and title:
                numbered.setdefault(title, self._digits(number))
        self._setter.numbers = numbered

    # -- laying out

    def _lay_out(self, tick: Tick | None) -> None:
        done = 0
        for number, section in enumerate(self.sheet.sections):
            flow = self._flow(number, self._setter.pieces)
            for _ in flow.lay_out(section):
                done += 1
                if tick is not None:
                    tick(done, 2 * self._blocks)
            pages = self._balanced(number, flow.pages)
            if section.middle and len(pages) == 1:
                self._into_the_middle(pages[0])
            self._pages += pages

    def _flow(self, number: int, make: Make, last: tuple[int, float] | None = None) -> Flow:
        return Flow(
            number,
            make,
            self._said_again,
            lambda page: self._frames(number, first=page == 0),
            last=last,
        )

    def _balanced(self, number: int, pages: list[Page]) -> list[Page]:
        """The same pages with the columns of the last one of about the same height."""
        section = self.sheet.sections[number]
        frames = self._frames(number, first=len(pages) == 1)
        if len(frames) == 1 or len(section.blocks) > _MOST_BALANCED or not pages[-1].placed:
            return pages
        made: dict[int, Sequence[Piece]] = {}

        def make(block: Block, width: float) -> Sequence[Piece]:
            if id(block) not in made:
                made[id(block)] = self._setter.pieces(block, width)
            return made[id(block)]

        whole = frames[0].height
        for part in range(1, _STEPS):
            flow = self._flow(number, make, (len(pages) - 1, whole * part / _STEPS))
            for _ in flow.lay_out(section):
                pass
            if len(flow.pages) == len(pages):
                return flow.pages
        return pages

    def _said_again(self, block: Block, width: float) -> Sequence[Piece]:
        assert isinstance(block, Heading)
        return self._setter.heading(block.again, width)

    def _frames(self, number: int, *, first: bool) -> list[Frame]:
        """The columns of a page."""
        section = self.sheet.sections[number]
        width, height = self.look.page
        margin = self.look.margin
        top, foot = margin, margin * 0.7 + self._foot_height + 3 * MM
        inner = width - 2 * margin
        if first and section.title:
            top += self._head(number)[1]
        count = self.look.columns if section.columns else 1
        column = (inner - GUTTER * (count - 1)) / count
        frames = [
            Frame(margin + at * (column + GUTTER), top, column, height - top - foot)
            for at in range(count)
        ]
        return frames[::-1] if self.sheet.right_to_left else frames

    def _head(self, number: int) -> tuple[list[Piece], float]:
        """The title of a section over the whole width, and its height."""
        if number not in self._heads:
            section = self.sheet.sections[number]
            inner = self.look.page[0] - 2 * self.look.margin
            unit = PT * self.look.scale
            pieces = self._letters.pieces(section.title, _CHAPTER, inner)
            if section.about:
                pieces += self._letters.pieces(
                    section.about, TYPES[Style.BODY], inner, gap=3 * unit
                )
            height = sum(piece.gap + piece.height for piece in pieces) + 6 * unit
            self._heads[number] = (pieces, height)
        return self._heads[number]

    def _into_the_middle(self, page: Page) -> None:
        """A cover: what it says stands a little above the middle."""
        if not page.placed:
            return
        last = page.placed[-1]
        pieces = self._pieces(page.section, last.block, page.width, again=False)
        end = last.y + pieces[last.piece].height
        frame = self._frames(page.section, first=True)[0]
        down = max(0.0, (frame.y + frame.height - end) * 0.4)
        page.placed = [
            type(each)(each.block, each.piece, each.x, each.y + down, each.again)
            for each in page.placed
        ]

    def _set_foot(self) -> list[Line]:
        inner = self.look.page[0] - 2 * self.look.margin
        room = inner - self._number_room
        return (
            self._small.lines(self.sheet.foot, TYPES[Style.SMALL], room) if self.sheet.foot else []
        )

    @property
    def _number_room(self) -> float:
        return 30 * MM * self._small.scale

    @property
    def _foot_height(self) -> float:
        one = 12 * PT * self._small.scale
        return max(one, sum(line.height for line in self._foot))

    # -- drawing

    @property
    def pages(self) -> int:
        """How many pages are numbered."""
        return len(self._pages)

    @property
    def contents(self) -> Mapping[str, str]:
        """The title of each section, and the page it begins on, in the digits of the sheet."""
        return self._setter.numbers

    @property
    def placed(self) -> Iterator[tuple[int, int]]:
        """Section and block of every piece, as they stand on the pages."""
        for page in self._pages:
            for each in page.placed:
                yield page.section, each.block

    @property
    def kept(self) -> int:
        """Blocks whose pieces are in memory."""
        return len(self._kept)

    @property
    def sides(self) -> int:
        """How many sides of paper go through the printer."""
        return len(self._order)

    @property
    def _order(self) -> list[tuple[int | None, ...]]:
        """The pages on each side of the paper, from left to right; None is a blank one."""
        if not self.look.fold:
            return [(number,) for number in range(len(self._pages))]
        return imposed(len(self._pages), right_to_left=self.sheet.right_to_left)

    def draw(self, painter: QPainter, side: int) -> None:
        """Draw one side of the paper, in units of 1/1440 inch from its upper left corner."""
        width = self.look.page[0]
        for at, number in enumerate(self._order[side]):
            if number is not None:
                painter.save()
                painter.translate(at * width, 0)
                self._draw_page(painter, number)
                painter.restore()

    def _draw_page(self, painter: QPainter, number: int) -> None:
        page = self._pages[number]
        section = self.sheet.sections[page.section]
        if page.first and section.title:
            y = self.look.margin
            for piece in self._head(page.section)[0]:
                y += piece.gap
                piece.draw(painter, self.look.margin, y)
                y += piece.height
        for each in page.placed:
            pieces = self._pieces(page.section, each.block, page.width, again=each.again)
            pieces[each.piece].draw(painter, each.x, each.y)
        if not section.middle:
            self._draw_foot(painter, number)

    def _draw_foot(self, painter: QPainter, number: int) -> None:
        width, height = self.look.page
        margin = self.look.margin
        top = height - margin * 0.7 - self._foot_height
        painter.setPen(QPen(QColor(HAIRLINE), 0.5 * PT))
        painter.drawLine(QLineF(margin, top - MM, width - margin, top - MM))
        rtl = self.sheet.right_to_left
        y = top
        for line in self._foot:
            line.draw(painter, margin + (self._number_room if rtl else 0.0), y)
            y += line.height
        text = self.sheet.page.format(
            page=self._digits(number + 1), pages=self._digits(len(self._pages))
        )
        found = self._small.lines(text, TYPES[Style.SMALL], self._number_room)
        if found:
            at = margin if rtl else width - margin - found[0].width
            shift = self._number_room - found[0].width if rtl else 0.0
            found[0].draw(painter, at - shift, top)

    def _pieces(self, section: int, block: int, width: float, *, again: bool) -> Sequence[Piece]:
        key = (section, block, again, width)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            of = self.sheet.sections[section].blocks[block]
            found = self._said_again(of, width) if again else self._setter.pieces(of, width)
            self._kept[key] = found
        return found

    def _digits(self, number: int) -> str:
        return str(number).translate(str.maketrans("0123456789", self.sheet.digits))

    # -- where it goes

    def image(self, side: int, width: int) -> QImage:
        """A picture of one side, so many pixels wide; black on white in every appearance."""
        across, down = self.look.side
        image = QImage(width, max(1, round(width * down / across)), QImage.Format.Format_RGB32)
        image.fill(QColor("#FFFFFF"))
        painter = QPainter(image)
        try:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
            )
            painter.scale(width / across, width / across)
            self.draw(painter, side)
        finally:
            painter.end()
        return image

    def print_to(
        self,
        device: QPagedPaintDevice,
        tick: Tick | None = None,
        sides: Sequence[int] | None = None,
    ) -> None:
        """Print all sides, or some, on paper or into a PDF. The paper is set here.

        Raises StorageError where the device cannot be written to; whatever ``tick`` raises ends it.
        """
        device.setPageLayout(self.page_layout)
        wanted = list(range(self.sides)) if sides is None else list(sides)
        painter = QPainter()
        if not painter.begin(device):
            raise StorageError(
                "The printer, or the file, does not take anything. Nothing was printed. See that "
                "it is switched on and has paper, and try again."
            )
        try:
            across = self.look.side[0]
            full = device.pageLayout().fullRectPixels(device.logicalDpiX())
            scale = full.width() / across
            # A printer begins where it can print, not at the edge of the paper.
            offset = device.pageLayout().paintRectPixels(device.logicalDpiX()).topLeft()
            for done, side in enumerate(wanted):
                if done and not device.newPage():
                    raise StorageError(
                        "The printer, or the file, takes no further page. Print again from "
                        f"page {done + 1} on."
                    )
                painter.resetTransform()
                painter.translate(-offset.x(), -offset.y())
                painter.scale(scale, scale)
                self.draw(painter, side)
                if tick is not None:
                    drawn = self._blocks * (done + 1) // len(wanted)
                    tick(self._blocks + drawn, 2 * self._blocks)
        finally:
            painter.end()

    @property
    def page_layout(self) -> QPageLayout:
        """The paper and which way it lies; without margins, for they are drawn."""
        upright = QPageLayout.Orientation.Portrait
        across = QPageLayout.Orientation.Landscape
        layout = QPageLayout(
            self.look.size, across if self.look.fold else upright, QMarginsF(0, 0, 0, 0)
        )
        layout.setMode(QPageLayout.Mode.FullPageMode)
        return layout


def imposed(pages: int, *, right_to_left: bool) -> list[tuple[int | None, ...]]:
    """The pages on each side of sheets that are laid in each other and folded in the middle.

    Printed on both sides, turned over the short edge. Sides come front, back, front, back; blank
    pages (None) come at the end of the booklet. Bound at the right edge from right to left.
    """
    whole = -(-pages // 4) * 4
    sides: list[tuple[int | None, ...]] = []
    for leaf in range(whole // 4):
        front = (whole - 1 - 2 * leaf, 2 * leaf)
        back = (2 * leaf + 1, whole - 2 - 2 * leaf)
        for side in (front, back):
            here = tuple(number if number < pages else None for number in side)
            sides.append(here[::-1] if right_to_left else here)
    return sides
