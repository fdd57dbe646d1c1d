# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list to sign up on: blank lines, and for each line what may leave, for whom."""

from collections.abc import Sequence
from typing import Final

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

#: Whom a page or a post may leave for beyond the group, and who may have a contact at all.
BEYOND: Final = ("linked", "print", "public")
WHO: Final = ("helper", "group", *BEYOND)


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),  # noqa: ARG001
) -> Sheet:
    one = Box(
        (
            Blanks((Blank(words.say("sign_up.name"), 3), Blank(words.say("sign_up.area"), 2))),
            Blanks(
                (Blank(words.say("sign_up.reach"), 3), Blank(words.say("sign_up.languages"), 2))
            ),
            Blanks((Blank(words.say("sign_up.can")),)),
            Choice(words.say("sign_up.page_may"), boxes(BEYOND, words)),
            Choice(words.say("sign_up.reach_may"), boxes(WHO, words)),
        )
    )
    rules = tuple(Text(f"• {words.say(f'sign_up.rule_{number}')}") for number in range(1, 5))
    title = words.say("sign_up.title")
    section = Section((*rules, Fill(one)), title=title, about=words.say("sign_up.about"))
    return parts.blank_sheet(name, directory.group, words, title, (section,))


def boxes(audiences: Sequence[str], words: Words) -> tuple[str, ...]:
    return tuple(words.named("may", audience) for audience in audiences)
