# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who calls whom, when all have to know something at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mutualaid.model.directories.directory import Directory, Person
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Blank,
    Blanks,
    Box,
    Entry,
    Heading,
    Section,
    Sheet,
    Style,
    Text,
)
from mutualaid.model.directories.paper.words import Words, isolated

#: Nobody calls more than this many.
MOST_CALLS: Final = 3
#: Lines for those who are not on the tree, under each branch.
_NOT_ON: Final = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody, and whom they call."""

    person: Person
    calls: "tuple[Caller, ...]" = ()


def tree(people: Sequence[Person]) -> tuple[Caller, ...]:
    """The branches of a balanced tree: everybody once, neighbours of one area close together.

    Whoever has something to tell calls the first of each branch. Of n people nobody is more than
    about log3(n) calls away.
    """
    ordered = sorted(people, key=lambda each: (each.area.casefold(), each.name.casefold(), each.id))
    return tuple(_branches(ordered))


def _branches(people: Sequence[Person]) -> Iterator[Caller]:
    """At most three even parts of some people, in their order, each under its first."""
    count = min(MOST_CALLS, len(people))
    start = 0
    for number in range(count):
        size = len(people) // count + (number < len(people) % count)
        first, *rest = people[start : start + size]
        yield Caller(first, tuple(_branches(rest)))
        start += size


def callers(branch: Caller) -> Iterator[Caller]:
    """Everybody of a branch, those called first before those whom they call."""
    waiting = [branch]
    while waiting:
        yield from waiting
        waiting = [called for caller in waiting for called in caller.calls]


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),  # noqa: ARG001
) -> Sheet:
    """The tree: on the first page whom to call first, then a page or more for each branch."""
    branches = tree(directory.people)
    title = words.say("tree.title")
    message = Box(
        (
            Blanks((Blank(words.say("tree.began"), 2), Blank(words.say("repair.date")))),
            Blanks((Blank(words.say("tree.message")),)),
            Blanks((Blank(""),)),
        )
    )
    if not branches:
        empty = (Text(words.say("tree.empty")), message, _not_on(words, 6))
        section = Section(empty, title=title, about=words.say("tree.about"))
        return parts.sheet(name, directory, words, title, (section,))
    begin = words.say("tree.begin")
    first = Section(
        (
            Text(words.say("tree.rule")),
            message,
            Heading(begin, words.say("again", heading=begin)),
            *(_ticked(each, words) for each in branches),
            Text(parts.as_of(directory, words), Style.SMALL),
        ),
        title=title,
        about=words.say("tree.about"),
    )
    rest = tuple(_branch(number, branch, words) for number, branch in enumerate(branches, 1))
    return parts.sheet(name, directory, words, title, (first, *rest))


def _branch(number: int, branch: Caller, words: Words) -> Section:
    """A frame for each who calls somebody, in the order in which they hear of it."""
    frames = tuple(
        Box(
            (
                Text(words.say("tree.calls", name=caller.person.name), Style.STRONG),
                *(_ticked(each, words) for each in caller.calls),
            )
        )
        for caller in callers(branch)
        if caller.calls
    )
    alone = () if frames else (_ticked(branch, words),)
    title = words.say("tree.branch", number=number, name=branch.person.name)
    return Section((*alone, *frames, _not_on(words, _NOT_ON)), title=title, columns=True)


def _ticked(caller: Caller, words: Words) -> Entry:
    phone = caller.person.contacts[0].value
    calls = len(caller.calls)
    said = words.say("tree.calls_count", n=calls) if calls else words.say("tree.leaf")
    area = isolated(caller.person.area) if caller.person.area else ""
    return Entry(
        words.dotted((isolated(caller.person.name), isolated(phone))),
        lines=(Text(words.dotted((area, said)), Style.QUIET),),
        tick=True,
    )


def _not_on(words: Words, lines: int) -> Box:
    """Lines to write on, for whom no telephone reaches."""
    row = Blanks((Blank(words.say("tree.not_on_line")),))
    return Box((Text(words.say("tree.not_on"), Style.STRONG), *(row,) * lines))
