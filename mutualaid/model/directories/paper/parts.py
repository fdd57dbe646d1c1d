# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What several sheets have in common: how to reach the group, how fresh it is, what a post says."""

from collections.abc import Iterable
from typing import Final

from mutualaid.model.directories.directory import Contact, Directory, GroupCard, Post
from mutualaid.model.directories.paper.sheet import Section, Sheet, Style, Text, Tone
from mutualaid.model.directories.paper.words import Words, clean, isolated
from mutualaid.model.values import Audience, Mode, PostKind, Urgency

#: A poster is read from afar and a strip in passing: letters of a text that fit there.
LONGEST_ON_BOARD: Final = 600


def sheet(
    name: str, directory: Directory, words: Words, title: str, sections: Iterable[Section]
) -> Sheet:
    """A sheet that holds what people agreed to, and says until when."""
    zone = directory.group.tz
    foot = words.say(
        "common.foot",
        group=directory.group.name,
        date=words.date(directory.made, zone),
        ends=words.date(directory.ends, zone),
    )
    if directory.audience not in (Audience.PRINT, Audience.PUBLIC):
        # On each page: it may hang where others pass by, and its pages may part.
        foot = f"{foot} {words.say(f'audience.{directory.audience.value}')}"
    return _sheet(name, directory.group, words, title, tuple(sections), foot)


def blank_sheet(
    name: str, group: GroupCard, words: Words, title: str, sections: Iterable[Section]
) -> Sheet:
    """A sheet that says nothing of anybody."""
    foot = words.say("common.foot_blank", group=group.name) if group.name else ""
    return _sheet(name, group, words, title, tuple(sections), foot)


def _sheet(
    name: str,
    group: GroupCard,
    words: Words,
    title: str,
    sections: tuple[Section, ...],
    foot: str,
) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        group=clean(group.name),
        language=words.language,
        right_to_left=words.right_to_left,
        sections=sections,
        foot=foot,
        page=words.page,
        digits=words.digits,
    )


def as_of(directory: Directory, words: Words) -> str:
    """How fresh it is; no machine is named."""
    said = words.say("common.as_of", date=words.date(directory.made, directory.group.tz))
    heard = directory.as_of
    if not heard.machines:
        return said
    return f"{said} " + words.say("common.heard", n=heard.heard, machines=heard.machines)


def reach(group: GroupCard, words: Words) -> tuple[str, ...]:
    """How to reach the group: at least one sentence."""
    said = tuple(
        words.say(f"reach.{way}", value=value)
        for way, value in (
            ("where", group.where),
            ("phone", group.phone),
            ("email", group.email),
            ("form", group.form),
        )
        if value
    )
    return said or (words.say("reach.none"),)


def contacts(of: Iterable[Contact], words: Words) -> tuple[Text, ...]:
    return tuple(
        Text(words.say(f"contact.{each.kind.value}", value=each.value)) for each in of if each.value
    )


def tone(post: Post) -> Tone:
    return Tone.NEED if post.kind is PostKind.NEED else Tone.OFFER


def when(post: Post, words: Words, zone: str) -> str:
    """When a post is for, in words; "" where nothing was said."""
    times = words.span(post.starts, post.ends, zone) if post.starts is not None else ""
    repeat = words.say(f"post.repeat_{post.repeat.value}") if post.repeat else ""
    if post.when:
        return words.listed((isolated(post.when), repeat))
    return words.listed((repeat, times))


def facts(post: Post, words: Words, zone: str) -> tuple[Text, ...]:
    """What a post says beside its title and text, in a few lines."""
    urgent = post.urgency is not Urgency.ANYTIME
    said = (
        words.dotted(
            (
                words.named("category", post.category),
                words.say("post.urgent", urgency=words.named("urgency", post.urgency.value))
                if urgent
                else "",
                isolated(post.area) if post.area else "",
                words.say("post.mode", mode=words.named("mode", post.mode.value))
                if post.mode is not Mode.GIFT
                else "",
            )
        ),
        _when_line(post, words, zone),
        _parts(post, words),
        _whose(post, words),
    )
    return tuple(Text(each, Style.QUIET) for each in said if each)


def _when_line(post: Post, words: Words, zone: str) -> str:
    shown = when(post, words, zone)
    return words.dotted(
        (
            words.say("post.when", when=shown) if shown else "",
            words.say("post.until", date=words.date(post.expires, zone)) if post.expires else "",
        )
    )


def _parts(post: Post, words: Words) -> str:
    if len(post.parts) == 1 and not post.parts[0].name:
        return words.say("post.count", n=post.parts[0].quantity)
    sorts = words.listed(
        words.say("post.part", name=part.name, quantity=part.quantity) for part in post.parts
    )
    return words.say("post.parts", parts=sorts) if sorts else ""


def _whose(post: Post, words: Words) -> str:
    if post.by_name and post.on_behalf_of:
        return words.say("post.by_for", name=post.by_name, person=post.on_behalf_of)
    if post.by_name:
        return words.say("post.by", name=post.by_name)
    return words.say("post.for", person=post.on_behalf_of) if post.on_behalf_of else ""


def shortened(text: str, most: int) -> tuple[str, bool]:
    """A text cut after a word, and whether anything was cut."""
    text = clean(text).strip()
    if len(text) <= most:
        return text, False
    cut = text[:most]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > most // 2 else cut).rstrip(), True
