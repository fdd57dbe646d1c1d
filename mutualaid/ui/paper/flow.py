# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting pieces on pages: what stays together, what is said again, where a column ends."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mutualaid.model.directories.paper.sheet import Block, Box, Contents, Fill, Heading, Section
from mutualaid.ui.paper.lettering import Piece


@dataclass(frozen=True, slots=True)
class Frame:
    """Room for pieces: a column, or a page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece on a page: which block, which of its pieces, and where it stands. ``again`` is the
    heading of the block, said once more."""

    block: int
    piece: int
    x: float
    y: float
    again: bool = False


@dataclass(slots=True)
class Page:
    """What stands on a page, without its drawing, which is made again when it is drawn."""

    section: int
    first: bool  # of its section
    width: float  # of its columns
    placed: list[Placed] = field(default_factory=list)


#: The pieces of a block at a width; with ``again``, those of its heading said once more.
Make = Callable[[Block, float], Sequence[Piece]]
#: The columns of a page of a section, by the number of the page in it.
Frames = Callable[[int], list[Frame]]


@dataclass(slots=True)
class _Waiting:
    """Pieces that are to stay together, not placed yet."""

    block: int
    number: int
    piece: Piece


class Flow:
    """Lays out one section."""

    def __init__(
        self,
        section: int,
        make: Make,
        again: Make,
        frames: Frames,
        *,
        last: tuple[int, float] | None = None,
    ) -> None:
        """``last`` is a page and how far its columns are filled, where that is not to the foot."""
        self._last = last
        self._section = section
        self._make = make
        self._again = again
        self._frames_of = frames
        self.pages: list[Page] = []
        self._frames: list[Frame] = []
        self._frame: Frame | None = None
        self._y = 0.0
        self._heading: int | None = None
        self._blocks: Sequence[Block] = ()

    def lay_out(self, section: Section) -> Iterator[int]:
        """Place every block; yields after each, so that somebody may stop it."""
        self._blocks = section.blocks
        self._next_frame()
        waiting: list[_Waiting] = []
        for number, block in enumerate(section.blocks):
            if isinstance(block, Fill):
                self._place(waiting)
                waiting = []
                self._fill(number, block)
                yield number
                continue
            for at, piece in enumerate(self._make(block, self._width)):
                waiting.append(_Waiting(number, at, piece))
                if not (piece.joined or piece.kept):
                    self._place(waiting)
                    waiting = []
            yield number
        self._place(waiting)

    @property
    def _width(self) -> float:
        assert self._frame is not None
        return self._frame.width

    def _next_frame(self) -> None:
        if not self._frames:
            number = len(self.pages)
            self._frames = self._frames_of(number)
            self.pages.append(Page(self._section, not number, self._frames[0].width))
        self._frame = self._frames.pop(0)
        self._y = 0.0

    def _is_new(self) -> bool:
        return self._y == 0.0

    def _room(self) -> float:
        assert self._frame is not None
        height = self._frame.height
        if self._last is not None and self._last[0] == len(self.pages) - 1:
            height = min(height, self._last[1])
        return height - self._y

    def _place(self, waiting: list[_Waiting]) -> None:
        """Put pieces that want to stay together into this column, or the next, or divide them."""
        if not waiting:
            return
        height = self._height([each.piece for each in waiting])
        if height <= self._room():
            self._put(waiting)
        elif self._alone(waiting) <= self._whole(waiting):
            self._break(waiting)
            self._put(waiting)
        else:
            self._divide(waiting)

    def _whole(self, waiting: list[_Waiting]) -> float:
        """Room in a column that is new, under the heading said again."""
        assert self._frame is not None
        following = self._frames or self._frames_of(len(self.pages))
        height = following[0].height
        return height - self._height(self._said_again(waiting[0].block))

    @staticmethod
    def _alone(waiting: list[_Waiting]) -> float:
        """How tall pieces are at the head of a column."""
        return sum(each.piece.height + each.piece.gap for each in waiting) - waiting[0].piece.gap

    def _divide(self, waiting: list[_Waiting]) -> None:
        """Larger than a column: only what is joined stays together, where even that fits. What
        has a frame begins in a new column."""
        if isinstance(self._blocks[waiting[0].block], Box) and not self._is_new():
            self._break(waiting)
        run: list[_Waiting] = []
        for each in waiting:
            run.append(each)
            if each.piece.joined and each is not waiting[-1]:
                continue
            pieces = [one.piece for one in run]
            fits = self._height(pieces) <= self._room()
            if not fits and not self._is_new() and self._alone(run) <= self._whole(run):
                self._break(run)
            if self._height(pieces) <= self._room():
                self._put(run)
            else:
                for one in run:
                    if self._height([one.piece]) > self._room() and not self._is_new():
                        self._break([one])
                    self._put([one])
            run = []

    def _break(self, waiting: list[_Waiting]) -> None:
        self._next_frame()
        again = self._said_again(waiting[0].block)
        if again and self._heading is not None:
            self._put(
                [_Waiting(self._heading, number, piece) for number, piece in enumerate(again)],
                again=True,
            )

    def _said_again(self, block: int) -> Sequence[Piece]:
        """The heading over what goes on; none where a heading comes anyhow."""
        if self._heading is None or isinstance(self._blocks[block], Heading):
            return ()
        return self._again(self._blocks[self._heading], self._width)

    def _put(self, pieces: list[_Waiting], *, again: bool = False) -> None:
        assert self._frame is not None
        for each in pieces:
            if not self._is_new():
                self._y += each.piece.gap
            at = self._frame.y + self._y
            self.pages[-1].placed.append(Placed(each.block, each.number, self._frame.x, at, again))
            # A piece without height still takes a place: the column is not new any more.
            self._y += max(each.piece.height, 0.01)
            if isinstance(self._blocks[each.block], Heading):
                self._heading = each.block

    def _height(self, pieces: Sequence[Piece]) -> float:
        gaps = sum(piece.gap for piece in pieces[1:])
        first = 0.0 if self._is_new() or not pieces else pieces[0].gap
        return first + gaps + sum(piece.height for piece in pieces)

    def _fill(self, number: int, block: Fill) -> None:
        """The same box as often as the page holds."""
        done = 0
        while True:
            box = [
                _Waiting(number, at, piece)
                for at, piece in enumerate(self._make(block, self._width))
            ]
            fits = self._height([each.piece for each in box]) <= self._room()
            if not fits and done >= block.least:
                return
            self._place(box)
            done += 1


def contents_of(sections: Sequence[Section]) -> tuple[str, ...]:
    """The titles that a list of contents names: of all sections after the one it stands in."""
    for number, section in enumerate(sections):
        if any(isinstance(block, Contents) for block in section.blocks):
            return tuple(each.title for each in sections[number + 1 :] if each.title)
    return ()
