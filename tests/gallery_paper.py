# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of paper: every sheet in every language, folded, on letter and in large type."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mutualaid.model.directories.directory import Directory
from tests.model.directories import examples

if TYPE_CHECKING:
    from tests.gallery import Gallery

#: Pixels of a page across; pages of one sheet that are shown.
WIDTH = 900
MOST = 8


def neighbourhood() -> Directory:
    """Every field of every record, and enough of them to fill pages."""
    few, many = examples.rich(), examples.large(40, 24)
    return replace(few, people=few.people + many.people, posts=few.posts + many.posts)


def show(gallery: "Gallery") -> None:
    """Keep the pages of every sheet."""
    from mutualaid.model.directories.paper import LANGUAGES, SHEETS, make
    from mutualaid.ui.paper import Book, Look, Paper

    directory = neighbourhood()
    looks = {
        "a4": Look(),
        "a5-folded": Look(Paper.A5, fold=True),
        "letter-large": Look(Paper.LETTER, large=True),
    }
    for name in SHEETS:
        if not gallery.wants(f"paper-{name}"):
            continue
        post = directory.posts[0].id if name == "card" else None
        for language in LANGUAGES:
            sheet = make(name, directory, language, post=post, numbers=("K7QF2M9P",))
            for paper, look in looks.items():
                book = Book(sheet, look)
                for side in range(min(MOST, book.sides)):
                    _keep(gallery, book, side, f"paper-{name}-{language}-{paper}-{side + 1}")


def _keep(gallery: "Gallery", book: object, side: int, name: str) -> None:
    gallery._out.mkdir(parents=True, exist_ok=True)
    book.image(side, WIDTH).save(str(gallery._out / f"{name}.png"))  # type: ignore[attr-defined]
    gallery.count += 1
