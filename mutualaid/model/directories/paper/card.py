# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One need or offer as a card for a shop window, with its code to be said or scanned."""

from collections.abc import Sequence

from mutualaid.model.directories.directory import Directory, GroupCard, Post
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Block,
    Code,
    Heading,
    Pill,
    Section,
    Sheet,
    Style,
    Text,
)
from mutualaid.model.directories.paper.words import Words, clean


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - the directory holds it alone
    numbers: Sequence[str] = (),  # noqa: ARG001 - as every sheet
) -> Sheet:
    shown = directory.posts[0]
    how = words.say("card.how")
    ways: tuple[Block, ...] = tuple(Text(each) for each in parts.reach(directory.group, words))
    if shown.contacts:
        ways += parts.contacts(shown.contacts, words)
    text = clean(shown.text).strip()
    blocks: tuple[Block, ...] = (
        Pill(words.say(f"post.{shown.kind.value}"), parts.tone(shown)),
        Text(clean(shown.title), Style.TITLE),
        *((Text(text, Style.LARGE),) if text else ()),
        *parts.facts(shown, words, directory.group.tz),
        Code(
            shown.code,
            f"{words.say('card.type')}\n{words.say('card.scan')}",
            scan(shown, directory.group),
        ),
        Heading(how, words.say("again", heading=how)),
        *ways,
        Text(parts.as_of(directory, words), Style.SMALL),
    )
    title = words.say(f"post.{shown.kind.value}")
    return parts.sheet(name, directory, words, title, (Section(blocks),))


def scan(post: Post, group: GroupCard) -> str:
    """What a telephone reads: the code first, then the title and how to answer, as plain text; no
    address that would lead somewhere else."""
    reach = group.phone or group.email or group.form or group.where
    lines = (post.code, post.title, group.name, reach)
    return "\n".join(clean(line) for line in lines if line)
