# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting pieces on pages, with pieces of any height."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.directories.paper.sheet import Block, Box, Fill, Heading, Section, Text
from mutualaid.ui.paper.book import imposed
from mutualaid.ui.paper.flow import Flow, Frame, Page
from mutualaid.ui.paper.lettering import Piece

HEIGHT = 100.0


@dataclass(frozen=True)
class Made:
    """How tall the pieces of a block are, and how they hold together."""

    heights: tuple[float, ...]
    joined: tuple[bool, ...] = ()
    kept: bool = False
    gap: float = 0


def nothing(_painter: object, _x: float, _y: float) -> None:
    return


def laid_out(blocks: Sequence[tuple[Block, Made]], columns: int = 1) -> list[Page]:
    made = {id(block): how for block, how in blocks}

    def pieces(block: Block, _width: float) -> list[Piece]:
        how = made[id(block)]
        last = len(how.heights) - 1
        return [
            Piece(
                height,
                nothing,
                gap=0 if at else how.gap,
                joined=at < len(how.joined) and how.joined[at],
                kept=how.kept and at < last,
            )
            for at, height in enumerate(how.heights)
        ]

    def again(_block: Block, _width: float) -> list[Piece]:
        return [Piece(7, nothing, joined=True)]

    def frames(_page: int) -> list[Frame]:
        return [Frame(60.0 * at, 0, 50, HEIGHT) for at in range(columns)]

    flow = Flow(0, pieces, again, frames)
    for _ in flow.lay_out(Section(tuple(block for block, _ in blocks))):
        pass
    return flow.pages


def text(number: int) -> Text:
    return Text(str(number))


MADE = st.builds(
    Made,
    st.lists(st.floats(1, 130), min_size=1, max_size=6).map(tuple),
    st.lists(st.booleans(), max_size=5).map(tuple),
    st.booleans(),
    st.floats(0, 10),
)


@given(st.lists(MADE, max_size=12), st.integers(1, 3))
def test_every_piece_is_placed_once_in_order_and_inside_the_page(
    made: list[Made], columns: int
) -> None:
    blocks = [(text(number), how) for number, how in enumerate(made)]
    pages = laid_out(blocks, columns)
    placed = [(each.block, each.piece) for page in pages for each in page.placed]
    assert placed == [(b, p) for b, how in enumerate(made) for p in range(len(how.heights))]
    for page in pages:
        ends: dict[float, float] = {}
        for each in page.placed:
            height = made[each.block].heights[each.piece]
            assert each.y >= ends.get(each.x, 0) - 0.001
            ends[each.x] = each.y + height
            # Only what is taller than a column sticks out, and that begins at its head.
            assert each.y + height <= HEIGHT + 0.001 or each.y == 0


@given(st.lists(st.floats(1, 30), min_size=2, max_size=40))
def test_what_is_joined_is_not_parted(heights: list[float]) -> None:
    made = [Made((height, height), (True,)) for height in heights]
    pages = laid_out([(text(number), how) for number, how in enumerate(made)])
    for page in pages:
        count = [each.block for each in page.placed]
        assert all(count.count(block) == 2 for block in count)


def test_what_wants_to_stay_together_goes_to_the_next_column() -> None:
    blocks = [(text(0), Made((60,))), (text(1), Made((20, 20, 20), kept=True))]
    (page,) = laid_out(blocks, columns=2)
    assert [(each.x, each.y) for each in page.placed] == [(0, 0), (60, 0), (60, 20), (60, 40)]


def test_larger_than_a_column_it_is_divided_where_it_stands() -> None:
    blocks = [(text(0), Made((60,))), (text(1), Made((30,) * 5, kept=True))]
    pages = laid_out(blocks)
    assert [len(page.placed) for page in pages] == [2, 3, 1]


def test_a_frame_larger_than_a_column_begins_in_a_new_one() -> None:
    blocks = [(text(0), Made((60,))), (Box((text(1),)), Made((30,) * 5, kept=True))]
    pages = laid_out(blocks)
    assert [len(page.placed) for page in pages] == [1, 3, 2]


def test_a_heading_stays_with_what_follows_and_is_said_again() -> None:
    blocks: list[tuple[Block, Made]] = [
        (text(0), Made((85,))),
        (Heading("Kettle", "Kettle (goes on)"), Made((10,), (True,))),
        *((text(number), Made((40,))) for number in range(1, 5)),
    ]
    pages = laid_out(blocks)
    shown = [[(each.block, each.again) for each in page.placed] for page in pages]
    assert shown == [
        [(0, False)],
        [(1, False), (2, False), (3, False)],
        [(1, True), (4, False), (5, False)],
    ]


def test_a_heading_is_not_said_again_before_another() -> None:
    blocks: list[tuple[Block, Made]] = [
        (Heading("Fan", "Fan (goes on)"), Made((10,), (True,))),
        (text(0), Made((85,))),
        (Heading("Kettle", "Kettle (goes on)"), Made((10,), (True,))),
        (text(1), Made((40,))),
    ]
    pages = laid_out(blocks)
    assert [[each.again for each in page.placed] for page in pages] == [[False] * 2, [False] * 2]


@pytest.mark.parametrize(("before", "boxes"), [(10, 3), (90, 3), (5, 3)])
def test_the_rest_of_a_page_is_filled(before: float, boxes: int) -> None:
    blocks: list[tuple[Block, Made]] = [
        (text(0), Made((before,))),
        (Fill(Box((text(1),))), Made((15, 15), (True,))),
    ]
    pages = laid_out(blocks)
    assert sum(each.block == 1 for each in pages[-1].placed) == 2 * boxes


def test_at_least_one_is_there_even_where_it_does_not_fit() -> None:
    pages = laid_out([(Fill(Box((text(1),))), Made((150,)))])
    assert [len(page.placed) for page in pages] == [1]


# -- folding


@given(st.integers(1, 200), st.booleans())
def test_folded_sheets_read_in_order(pages: int, right_to_left: bool) -> None:
    sides = imposed(pages, right_to_left=right_to_left)
    assert len(sides) == 2 * -(-pages // 4)
    ahead: list[int | None] = []
    behind: list[int | None] = []
    for front, back in zip(sides[::2], sides[1::2], strict=True):
        # Bound at the left, the right half of a front comes first, and its back lies behind it.
        first, last = (front[1], front[0]) if not right_to_left else (front[0], front[1])
        second, third = (back[0], back[1]) if not right_to_left else (back[1], back[0])
        ahead += [first, second]
        behind = [third, last, *behind]
    whole = -(-pages // 4) * 4
    assert [*ahead, *behind] == [*range(pages), *[None] * (whole - pages)]
