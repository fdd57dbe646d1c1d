# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as a poster: each open post a card, with strips to tear off."""

from collections.abc import Sequence

from mutualaid.model.directories.directory import Directory, Post
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Box,
    Pill,
    Section,
    Sheet,
    Strips,
    Style,
    Text,
)
from mutualaid.model.directories.paper.words import Words, clean


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),  # noqa: ARG001
) -> Sheet:
    """The poster; urgent posts first, then as they stand in the directory."""
    order = ("today", "days", "week", "anytime")
    shown = sorted(directory.posts, key=lambda each: order.index(each.urgency.value))
    title = words.say("board.title")
    cards = tuple(_card(each, directory, words) for each in shown)
    section = Section(
        cards or (Text(words.say("board.empty")),),
        title=title,
        about=f"{words.say('board.about')}\n{parts.as_of(directory, words)}",
        columns=bool(cards),
    )
    return parts.sheet(name, directory, words, title, (section,))


def _card(post: Post, directory: Directory, words: Words) -> Box:
    text, cut = parts.shortened(post.text, parts.LONGEST_ON_BOARD)
    if cut:
        text = words.say("board.more", text=text)
    blocks = (
        Pill(words.say(f"post.{post.kind.value}"), parts.tone(post)),
        Text(clean(post.title), Style.SUBTITLE),
        *((Text(text),) if text else ()),
        *parts.facts(post, words, directory.group.tz),
        Text(words.say("post.code", code=post.code), Style.STRONG),
        Strips(post.code, _answer(post, directory, words), clean(post.title)),
    )
    return Box(blocks, dashed=True)


def _answer(post: Post, directory: Directory, words: Words) -> tuple[str, ...]:
    """Whom a strip sends to: the group; else the owner, where that may leave."""
    group = directory.group
    if group.phone or group.where:
        return tuple(clean(each) for each in (group.phone, group.where) if each)
    if group.email or group.form:
        return (clean(group.email or group.form),)
    return tuple(clean(each.value) for each in post.contacts) or (words.say("board.ask"),)
