# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a sheet of paper is made of: blocks of words, in order, for one builder to draw.

All texts are final: in the sheet's language, cleaned, with what others wrote isolated from the
direction of what stands around it. Nothing here knows how large paper is.
"""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How large and how loud a text is."""

    TITLE = "title"  # of a whole sheet
    SUBTITLE = "subtitle"
    LARGE = "large"  # read from some steps away
    STRONG = "strong"
    BODY = "body"
    QUIET = "quiet"  # beside what matters
    SMALL = "small"


class Tone(StrEnum):
    """What a card is about; said in words as well, never by colour alone."""

    NEED = "need"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its own line breaks hold."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Heading:
    """Stays with what follows; ``again`` stands over what goes on in the next column or page."""

    text: str
    again: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody or something on a list, kept together: a title with its code, lines below."""

    title: str
    code: str = ""
    lines: tuple[Text, ...] = ()
    tick: bool = False  # with a box before the title, to tick off


@dataclass(frozen=True, slots=True)
class Blank:
    """A line to write on, under what belongs there. ``share`` is its part of the row's width."""

    label: str
    share: int = 1


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to write on, side by side; set one below the other where there is no room."""

    row: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Boxes to tick after a label."""

    label: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The sections of the sheet that have a title, with the pages they begin on."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be read aloud and typed, large; with ``scan`` as a QR code beside it."""

    code: str
    about: str = ""
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Pill:
    """What a card is, in a word with its shape."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Strips:
    """A fringe to be cut and torn off: each strip carries a code and what is said with it."""

    code: str
    lines: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """Blocks inside a frame, kept together. A dashed one is to be cut out."""

    blocks: "tuple[Inner, ...]"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """The same box again and again, as many as the page still holds, but ``least``."""

    box: Box
    least: int = 1


Inner = Text | Entry | Blanks | Choice | Code | Pill | Strips
Block = Inner | Heading | Contents | Box | Fill


@dataclass(frozen=True, slots=True)
class Section:
    """Begins on a new page. In ``columns`` where the paper is wide enough for them."""

    blocks: tuple[Block, ...]
    title: str = ""
    about: str = ""
    columns: bool = False
    middle: bool = False  # set in the middle of its page, as a cover is


@dataclass(frozen=True, slots=True)
class Sheet:
    """One thing to print. ``title`` is what the file says of itself: never a person's name."""

    name: str  # on the command line
    title: str
    group: str
    language: str
    right_to_left: bool
    sections: tuple[Section, ...]
    foot: str = ""  # on every page
    page: str = "{page} / {pages}"  # how a page is numbered
    digits: str = "0123456789"
