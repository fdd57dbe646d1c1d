# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blank forms for a need or an offer, each copy with a number of its own."""

from collections.abc import Sequence
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model import codes, keys
from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Blank,
    Blanks,
    Block,
    Box,
    Choice,
    Code,
    Heading,
    Section,
    Sheet,
    Style,
    Text,
)
from mutualaid.model.directories.paper.sign_up import BEYOND, WHO, boxes
from mutualaid.model.directories.paper.words import Words
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import Mode, PostKind, Urgency

#: Letters and digits of the number of a form; the last one checks the others.
LENGTH: Final = 8


def new_number() -> str:
    """A number for a form, of the letters and digits of codes; by chance never the same twice."""
    drawn = int.from_bytes(keys.random(8), "big")
    letters = "".join(codes.ALPHABET[drawn >> 5 * at & 31] for at in range(LENGTH - 1))
    return letters + _check(letters)


def checked_number(typed: str) -> str:
    """The number of a form as printed. Raises BadValueError for one that was never printed: any
    single wrong letter, and any two neighbours that changed places, are noticed."""
    number = codes.clean(typed)
    if len(number) != LENGTH:
        raise BadValueError(
            f"The number of a form has {LENGTH} letters and digits, and this has {len(number)}."
            " Nothing was written. Type it as it stands on the form."
        )
    if _check(number[:-1]) != number[-1]:
        raise BadValueError(
            f"{number} is not the number of a form: a letter is wrong, or two changed places."
            " Nothing was written. Look at the form again."
        )
    return number


def _check(letters: str) -> str:
    """A sum over GF(32) in which each place weighs another power of its generator, so that neither
    one wrong letter nor two neighbours that changed places leave it the same."""
    value = 0
    for letter in letters:
        value = _doubled(value ^ codes.ALPHABET.index(letter))
    return codes.ALPHABET[value]


def _doubled(value: int) -> int:
    """Times x in GF(2^5), modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),
) -> Sheet:
    """One form for each number; with none, one with a new number."""
    kind = PostKind.NEED if name == "need-form" else PostKind.OFFER
    title = words.say(f"form.{kind.value}_title")
    sections = tuple(
        Section(_form(kind, number, directory, words), title=title, about=words.say("form.about"))
        for number in numbers or (new_number(),)
    )
    return parts.blank_sheet(name, directory.group, words, title, sections)


def _form(kind: PostKind, number: str, directory: Directory, words: Words) -> tuple[Block, ...]:
    def blank(name: str, share: int = 1) -> Blank:
        return Blank(words.say(f"form.{name}"), share)

    urgencies = tuple(words.named("urgency", one.value) for one in Urgency)
    modes = tuple(words.named("mode", one.value) for one in Mode)
    about = f"{words.say('form.number')}. {words.say('form.number_about')}"
    hand_in = words.say("form.hand_in_anyone")
    if _can_be_reached(directory):
        hand_in = words.dotted(parts.reach(directory.group, words))
    return (
        Box((Code(number, about),)),
        Blanks((blank(f"what_{kind.value}"),)),
        Blanks((blank("more"),)),
        Blanks((Blank(""),)),
        Choice(
            words.say("form.kind"), tuple(words.named("category", one.id) for one in CATEGORIES)
        ),
        *(
            (Choice(words.say("form.how_soon"), urgencies),)
            if kind is PostKind.NEED
            else (Choice(words.say("form.how_given"), modes),)
        ),
        Blanks((blank("when", 2), blank("how_many"), blank("until"))),
        Blanks((blank("where"),)),
        Blanks((blank("name"), blank("reach"))),
        Box(
            (
                Text(words.say("form.consent"), Style.STRONG),
                Text(words.say("form.consent_about"), Style.SMALL),
                Choice(words.say("form.post_may"), boxes(BEYOND, words)),
                Choice(words.say("form.name_may"), boxes(("group", *BEYOND), words)),
                Choice(words.say("form.reach_may"), boxes(WHO, words)),
                Choice("", (words.say("form.yes"),)),
                Blanks((blank("sign"), blank("taker"))),
            )
        ),
        Heading(words.say("form.hand_in"), words.say("form.hand_in")),
        Text(hand_in, Style.QUIET),
    )


def _can_be_reached(directory: Directory) -> bool:
    group = directory.group
    return bool(group.where or group.phone or group.email or group.form)
