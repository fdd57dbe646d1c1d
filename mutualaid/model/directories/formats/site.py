# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A site in one folder: opened from a stick or put on any web server, in every language we have.

The language of the group is at the top, each other one in a folder beside it. All can be read and
browsed without JavaScript; with it, ``search.html`` looks through ``assets/index.js``, which a
script element loads, because pages from a stick may load nothing else. Nothing is ever asked of
another machine.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from mutualaid import paths
from mutualaid.model.directories.directory import Directory, Photo
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.site_contents import Contents
from mutualaid.model.directories.formats.site_pages import Pages
from mutualaid.model.directories.formats.site_words import (
    LANGUAGES,
    language_of,
    spaced,
    words_in,
)
from mutualaid.model.taxonomy import CATEGORY_BY_ID, PRODUCT_BY_NAME, product_words
from mutualaid.model.values import Audience

#: Rows of the index in one piece.
_ROWS: Final = 500
#: Characters that could end a script, or a line of one.
_RISKY: Final = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def files(directory: Directory, tick: Tick) -> Iterator[File]:
    contents = Contents(directory)
    main = language_of(directory)
    languages = [main, *(one for one in LANGUAGES if one != main)]
    editions = [Pages(contents, words_in(one), main) for one in languages]
    for pages in editions:
        for name, page in (
            ("index.html", pages.index()),
            ("about.html", pages.about()),
            ("search.html", pages.search()),
        ):
            yield File(pages.folder + name, [page.encode()])
    for pages in editions:
        # Each record is counted once, in the first language.
        for name, page in _lists(pages, tick if pages is editions[0] else _silent):
            yield File(pages.folder + name, [page.encode()])
    yield File("assets/index.js", _index(contents))
    for shipped in ("site.css", "site.js", "icon.svg"):
        yield File(f"assets/{shipped}", [(paths.resources() / "site" / shipped).read_bytes()])
    yield from _photos(contents)
    allowed = "" if directory.audience is Audience.PUBLIC else " /"
    yield File("robots.txt", [f"User-agent: *\nDisallow:{allowed}\n".encode()])


def _silent() -> None:
    pass


def _lists(pages: Pages, tick: Tick) -> Iterator[tuple[str, str]]:
    """Every page that belongs to a list: its file and its content."""
    contents = pages.contents
    for needs in contents.needs:
        yield needs.file, pages.posts("needs", needs, tick)
    for offers in contents.offers:
        yield offers.file, pages.posts("offers", offers, tick)
    for people in contents.people:
        yield people.file, pages.people(people, tick)
    for places in contents.places:
        yield places.file, pages.places(places, tick)
    if contents.directory.repairs:
        for repairs in contents.repairs:
            yield repairs.file, pages.repairs(repairs, tick)
    for fixes in contents.fixes:
        yield fixes.file, pages.fixes(fixes)
    for category, sheets in contents.categories:
        for posts in sheets:
            yield posts.file, pages.category(category, posts)


def _photos(contents: Contents) -> Iterator[File]:
    for post in contents.directory.posts:
        for number, photo in enumerate(post.photos, 1):
            yield File(contents.photo(post, number), _bytes_of(photo))


def _bytes_of(photo: Photo) -> Iterator[bytes]:
    # Read only when it is written: all photos of a directory together may be large.
    yield photo.data


def _index(contents: Contents) -> Iterator[bytes]:
    """The index of the search as a script: words for categories and products in all languages,
    and a row for each record: kind, title, text, category, area, who, code, page, products."""
    directory = contents.directory
    categories = {
        one: " ".join(
            [*CATEGORY_BY_ID[one].words, *(words_in(each).category(one) for each in LANGUAGES)]
            if one in CATEGORY_BY_ID
            else [one]
        )
        for one, _ in contents.categories
    }
    used = {fix.category for person in directory.people for fix in person.fixes}
    used |= {fix.category for place in directory.places for fix in place.fixes}
    used |= {repair.category for repair in directory.repairs}
    products = sorted(used)
    numbers = {name: number for number, name in enumerate(products)}
    spelled = [
        " ".join([product_words(name), *(words_in(each).product(name) for each in LANGUAGES)])
        if name in PRODUCT_BY_NAME
        else name
        for name in products
    ]
    yield f'"use strict";\nself.directoryIndex={{"categories":{_script(categories)},'.encode()
    yield f'"products":{_script(spelled)},"rows":[\n'.encode()
    piece: list[str] = []
    for row in _rows(contents, numbers):
        piece.append(_script(row))
        if len(piece) == _ROWS:
            yield (",\n".join(piece) + ",\n").encode()
            piece.clear()
    yield (",\n".join(piece) + "\n]};\n").encode()


def _rows(contents: Contents, numbers: dict[str, int]) -> Iterator[list[object]]:
    directory, where = contents.directory, contents.where
    for sheets in (contents.needs, contents.offers):
        for sheet in sheets:
            for post in sheet.items:
                who = " ".join(part for part in (post.by_name, post.on_behalf_of) if part)
                yield [
                    str(post.kind), post.title, f"{post.text} {post.when}".strip(), post.category,
                    post.area, who, spaced(post.code), where[post.id], [],
                ]  # fmt: skip
    for person in directory.people:
        said = [f"{skill.name} {skill.note}".strip() for skill in person.skills]
        said += [fix.note for fix in person.fixes if fix.note]
        said += [*person.languages, person.availability]
        yield [
            "person", person.name, _told(said), "", person.area, "", "", where[person.id],
            [numbers[fix.category] for fix in person.fixes],
        ]  # fmt: skip
    for place in directory.places:
        said = [place.about, place.address, *(fix.note for fix in place.fixes)]
        yield [
            "place", place.name, _told(said), "", place.area, "", "", where[place.id],
            [numbers[fix.category] for fix in place.fixes],
        ]  # fmt: skip
    for repair in directory.repairs:
        said = [repair.problem, repair.date, repair.place_name]
        title = " · ".join(part for part in (repair.item, repair.brand) if part) or repair.category
        yield [
            "repair", title, _told(said), "", "", "", "", where[repair.id],
            [numbers[repair.category]],
        ]  # fmt: skip


def _told(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _script(value: object) -> str:
    """JSON that may stand in a script, whatever it holds."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Lone surrogates, which no file can hold, become question marks.
    return written.encode(errors="replace").decode().translate(_RISKY)


FORMAT: Final = Format(
    name="site",
    title="Web site in one folder",
    suffix="",
    takes=frozenset(("person", "post", "place", "repair")),
    files=files,
    about="For anyone with a browser: from a stick or a web server, searched without a server.",
    loses={
        "person.more": "what a list says of people beside stays sealed",
        "post.more": "what a list brought beside stays in tables",
        "place.more": "what a list brought beside stays in tables",
        "place.point": "the site has no map",
        "repair.country": "the log says at which place, not in which country",
    },
)
