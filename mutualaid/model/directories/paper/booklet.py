# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directory as a booklet: cover, people, who fixes what, places, needs and offers."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from mutualaid.model.directories.directory import Directory, Person, Place, Post, Source
from mutualaid.model.directories.paper import parts
from mutualaid.model.directories.paper.sheet import (
    Block,
    Contents,
    Entry,
    Heading,
    Section,
    Sheet,
    Style,
    Text,
)
from mutualaid.model.directories.paper.words import Words, clean, isolated
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import PostKind, SkillLevel

#: With fewer people than this, letters as headings would be most of the page.
_LETTERS_FROM = 100


def make(
    name: str,
    directory: Directory,
    words: Words,
    *,
    post: bytes | None = None,  # noqa: ARG001 - as every sheet
    numbers: Sequence[str] = (),  # noqa: ARG001
) -> Sheet:
    """The booklet. Sections that would be empty are left out."""
    chapters = (
        ("people", tuple(_people(directory, words))),
        ("fixers", tuple(_fixers(directory, words))),
        ("places", tuple(_place(each, directory, words) for each in directory.places)),
        ("needs", tuple(_posts(directory, words, PostKind.NEED))),
        ("offers", tuple(_posts(directory, words, PostKind.OFFER))),
    )
    sections = [_cover(directory, words)]
    full = [
        Section(blocks, title=words.say(f"directory.{chapter}"), columns=True)
        for chapter, blocks in chapters
        if blocks
    ]
    if full:
        sections.append(Section((Contents(),), title=words.say("directory.contents")))
        sections += full
    else:
        empty = Text(words.say("directory.empty"))
        sections.append(Section((empty,), title=words.say("directory.contents")))
    sections.append(_last(directory, words, with_posts=bool(chapters[3][1] or chapters[4][1])))
    title = words.say("directory.title")
    return parts.sheet(name, directory, words, title, sections)


def _cover(directory: Directory, words: Words) -> Section:
    counts = (
        words.say("directory.people_count", n=len(directory.people)) if directory.people else "",
        words.say("directory.places_count", n=len(directory.places)) if directory.places else "",
        words.say("directory.posts_count", n=len(directory.posts)) if directory.posts else "",
    )
    until = words.say("common.until", ends=words.date(directory.ends, directory.group.tz))
    blocks = (
        Text(words.say("directory.title"), Style.STRONG),
        Text(clean(directory.group.name), Style.TITLE),
        Text(words.say("directory.subtitle"), Style.SUBTITLE),
        *((Text(clean(directory.group.about)),) if directory.group.about else ()),
        *((Text(words.dotted(counts), Style.STRONG),) if any(counts) else ()),
        Text(words.say(f"audience.{directory.audience.value}"), Style.STRONG),
        Text(parts.as_of(directory, words), Style.QUIET),
        Text(until, Style.QUIET),
    )
    return Section(blocks, middle=True)


def _last(directory: Directory, words: Words, *, with_posts: bool) -> Section:
    ways = tuple(Text(each) for each in parts.reach(directory.group, words))
    answer: tuple[Block, ...] = ()
    if with_posts:
        heading = words.say("directory.answer")
        answer = (Heading(heading, heading), Text(words.say("directory.code_note")))
    withdraw = words.say("directory.withdraw")
    return Section(
        (
            *ways,
            *answer,
            Heading(withdraw, withdraw),
            Text(words.say("directory.withdraw_how")),
            *ways[:2],
        ),
        title=words.say("directory.reach"),
    )


# -- people -----------------------------------------------------------------------------------


def _people(directory: Directory, words: Words) -> Iterator[Block]:
    letters = len(directory.people) >= _LETTERS_FROM
    before = ""
    for person in directory.people:
        letter = _letter(person.name)
        if letters and letter != before:
            before = letter
            yield _heading(letter, words)
        yield Entry(clean(person.name), "", tuple(_about(person, words)))


def _letter(name: str) -> str:
    first = next((sign for sign in name if sign.isalnum()), "·")
    return unicodedata.normalize("NFD", first)[0].upper()


def _heading(text: str, words: Words) -> Heading:
    return Heading(text, words.say("again", heading=text))


def _about(person: Person, words: Words) -> Iterator[Text]:
    if person.known_of:
        yield Text(words.say("directory.known_of"), Style.QUIET)
    where = words.dotted(
        (
            isolated(person.area) if person.area else "",
            words.say("directory.speaks", languages=words.listed(map(isolated, person.languages)))
            if person.languages
            else "",
        )
    )
    if where:
        yield Text(where, Style.QUIET)
    for level in SkillLevel:
        skills = words.listed(
            _noted(skill.name, skill.note, words) for skill in person.skills if skill.level is level
        )
        if skills:
            yield Text(words.say(f"directory.{level.value}", skills=skills))
    fixes = words.listed(
        _noted(words.named("product", fix.category), fix.note, words) for fix in person.fixes
    )
    if fixes:
        yield Text(words.say("directory.fixes", fixes=fixes))
    if person.availability:
        yield Text(words.say("directory.free", when=person.availability))
    yield from parts.contacts(person.contacts, words)
    yield from _source(person.source, words)


def _noted(thing: str, note: str, words: Words) -> str:
    return words.say("directory.noted", thing=thing, note=note) if note else isolated(thing)


def _source(source: Source | None, words: Words) -> Iterator[Text]:
    if source is not None and source.name:
        said = words.say("directory.source", list=source.name)
        if source.licence:
            said = words.say("directory.source_licence", list=source.name, licence=source.licence)
        yield Text(said, Style.SMALL)


# -- who fixes what ---------------------------------------------------------------------------


def _fixers(directory: Directory, words: Words) -> Iterator[Block]:
    found: dict[str, list[tuple[Person | Place, str]]] = {}
    owners: Iterable[Person | Place] = (*directory.people, *directory.places)
    for owner in owners:
        for fix in owner.fixes:
            found.setdefault(fix.category, []).append((owner, fix.note))
    named = sorted((words.named("product", category), category) for category in found)
    for shown, category in named:
        lines = tuple(_fixer(owner, note, words) for owner, note in found[category])
        yield Heading(shown, words.say("again", heading=shown))
        yield from (Entry(line) for line in lines)


def _fixer(owner: Person | Place, note: str, words: Words) -> str:
    name = words.dotted((isolated(owner.name), isolated(owner.area) if owner.area else ""))
    return words.say("directory.fixer", name=name, note=note) if note else name


# -- places -----------------------------------------------------------------------------------


def _place(place: Place, directory: Directory, words: Words) -> Entry:
    said = [
        Text(
            words.dotted(
                (
                    words.named("place", place.kind.value),
                    isolated(place.address) if place.address else "",
                    isolated(place.area) if place.area else "",
                )
            ),
            Style.QUIET,
        )
    ]
    if place.hours:
        said.append(Text(words.opening(place.hours), Style.STRONG))
    if place.about:
        said.append(Text(clean(place.about)))
    fixes = words.listed(
        _noted(words.named("product", fix.category), fix.note, words) for fix in place.fixes
    )
    if fixes:
        said.append(Text(words.say("directory.fixes", fixes=fixes)))
    said += parts.contacts(place.contacts, words)
    if place.confirmed is not None:
        date = words.date(place.confirmed, directory.group.tz)
        said.append(Text(words.say("directory.confirmed", date=date), Style.SMALL))
    said += _source(place.source, words)
    return Entry(clean(place.name), place.code, tuple(said))


# -- needs and offers -------------------------------------------------------------------------


def _posts(directory: Directory, words: Words, kind: PostKind) -> Iterator[Block]:
    """The posts of a kind that are not over, by category in the order of the list."""
    by_category: dict[str, list[Post]] = {}
    for post in directory.posts:
        if post.kind is kind:
            by_category.setdefault(post.category, []).append(post)
    known = [category.id for category in CATEGORIES]
    for category in (*known, *sorted(by_category.keys() - set(known))):
        posts = by_category.get(category)
        if posts:
            yield _heading(words.named("category", category), words)
            yield from (_post(post, directory, words) for post in posts)


def _post(post: Post, directory: Directory, words: Words) -> Entry:
    text = clean(post.text).strip()
    lines = (
        *((Text(text),) if text else ()),
        *parts.facts(post, words, directory.group.tz),
        *parts.contacts(post.contacts, words),
        *_source(post.source, words),
    )
    return Entry(clean(post.title), post.code, lines)
