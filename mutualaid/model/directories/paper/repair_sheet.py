# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sheet for a repair session, in the terms of the Open Repair Data Standard 0.3."""

from collections.abc import Sequence

from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Blank,
    Blanks,
    Box,
    Choice,
    Fill,
    Section,
    Sheet,
    Text,
)
from mutualaid.model.directories.paper.words import Words
from mutualaid.model.taxonomy import BARRIERS, OTHER_PRODUCTS, PRODUCT_CATEGORIES


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),  # noqa: ARG001
) -> Sheet:
    """Boxes to fill the page, and on the next one the kinds of things that the standard knows."""

    def blank(field: str, share: int) -> Blank:
        return Blank(words.say(f"repair.{field}"), share)

    one = Box(
        (
            Blanks((blank("what", 3), blank("category", 3))),
            Blanks((blank("brand", 2), blank("year", 2), blank("problem", 4))),
            Choice(
                words.say("repair.outcome"),
                tuple(
                    words.named("outcome", each) for each in ("fixed", "repairable", "end_of_life")
                ),
            ),
            Choice(
                words.say("repair.barrier"),
                tuple(words.named("barrier", each) for each in BARRIERS),
            ),
        )
    )
    head = Blanks((blank("place", 3), blank("date", 2)))
    title = words.say("repair.title")
    kinds = words.listed(
        sorted(words.named("product", each.name) for each in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS))
    )
    sections = (
        Section((head, Fill(one)), title=title, about=words.say("repair.about")),
        Section((Text(kinds),), title=words.say("repair.kinds")),
    )
    return parts.blank_sheet(name, directory.group, words, title, sections)
