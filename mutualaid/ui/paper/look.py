# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large paper is, how large letters are, and where on a page things stand.

All lengths are in twentieths of a point, 1440 to an inch: fine enough that every size of type is
a whole number of them, so that a page looks the same on paper, in a PDF and on the screen.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtGui import QPageSize

PER_INCH: Final = 1440
PT: Final = 20
MM: Final = PER_INCH / 25.4


class Paper(StrEnum):
    A4 = "a4"
    A5 = "a5"
    LETTER = "letter"


#: Width and height, standing upright.
_SIZES: Final = {
    Paper.A4: (210 * MM, 297 * MM),
    Paper.A5: (148 * MM, 210 * MM),
    Paper.LETTER: (8.5 * PER_INCH, 11 * PER_INCH),
}
#: How much larger than usual letters are in large type: text of 16 points.
LARGER: Final = 1.6


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose. Folded, two pages stand side by side on each side of the paper: on A4
    for A4 and A5, on letter for letter."""

    paper: Paper = Paper.A4
    large: bool = False
    fold: bool = False

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of one page."""
        if not self.fold:
            return _SIZES[self.paper]
        width, height = _SIZES[Paper.LETTER if self.paper is Paper.LETTER else Paper.A4]
        return height / 2, width

    @property
    def side(self) -> tuple[float, float]:
        """Width and height of one side of the paper, as it goes through the printer."""
        width, height = self.page
        return (2 * width, height) if self.fold else (width, height)

    @property
    def size(self) -> QPageSize:
        """The paper itself, as Qt knows it, upright."""
        if self.paper is Paper.LETTER:
            return QPageSize(QPageSize.PageSizeId.Letter)
        if self.paper is Paper.A5 and not self.fold:
            return QPageSize(QPageSize.PageSizeId.A5)
        return QPageSize(QPageSize.PageSizeId.A4)

    @property
    def scale(self) -> float:
        """How large letters are, where 1 is text of 10 points."""
        return LARGER if self.large else 1.0

    @property
    def margin(self) -> float:
        """White around a page; more than any printer leaves."""
        return (15 if self._is_wide else 12) * MM

    @property
    def columns(self) -> int:
        """Columns of a section that may have them."""
        return 2 if self._is_wide and not self.large else 1

    @property
    def _is_wide(self) -> bool:
        return self.page[0] > 180 * MM


GUTTER: Final = 8 * MM
