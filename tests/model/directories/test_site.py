# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a site: whole, linked, without anything of another machine or anybody's markup."""

import json
import posixpath
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings

from mutualaid.model.directories.directory import Directory, Post
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.site_contents import CARDS
from mutualaid.model.directories.formats.site_words import LANGUAGES, spaced, words_in
from mutualaid.model.values import Audience, PostKind
from tests.model.directories import examples, strategies
from tests.model.directories.pages import Element, made, parsed


@cache
def rich() -> dict[str, bytes]:
    return made(examples.rich())


def read(files: dict[str, bytes]) -> dict[str, Element]:
    return {name: parsed(data.decode()) for name, data in files.items() if name.endswith(".html")}


@cache
def rich_pages() -> dict[str, Element]:
    return read(rich())


def index_of(files: dict[str, bytes]) -> dict[str, list[list[object]]]:
    script = files["assets/index.js"].decode()
    head, _, rest = script.partition("self.directoryIndex=")
    assert head == '"use strict";\n'
    found: dict[str, list[list[object]]] = json.loads(rest.rstrip().removesuffix(";"))
    return found


def assert_links_lead_somewhere(files: dict[str, bytes], found: dict[str, Element]) -> None:
    ids = {
        name: {each.attributes["id"] for each in page.all() if "id" in each.attributes}
        for name, page in found.items()
    }
    for name, page in found.items():
        for each in page.all():
            for key in ("href", "src", "action"):
                address = each.attributes.get(key)
                if address is None or urlsplit(address).scheme in {"https", "mailto", "tel"}:
                    continue
                assert not urlsplit(address).scheme, address
                assert not urlsplit(address).netloc, address
                path, _, anchor = address.partition("#")
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
                target = target if path else name
                assert target in files, f"{name} leads to {address}"
                assert not anchor or unquote(anchor) in ids[target], f"{name} leads to {address}"


@pytest.mark.parametrize(
    "directory",
    [examples.rich(), examples.bare(), examples.large(250, 450)],
    ids=["rich", "bare", "large"],
)
def test_every_link_leads_somewhere(directory: Directory) -> None:
    files = made(directory)
    assert_links_lead_somewhere(files, read(files))
    for row in index_of(files)["rows"]:
        page, _, anchor = str(row[7]).partition("#")
        for language in ("", "es/", "ar/"):
            assert f'id="{anchor}"'.encode() in files[language + page]


@pytest.mark.parametrize("name", sorted(rich_pages()))
def test_a_page_has_what_a_reader_of_screens_needs(name: str) -> None:
    page = rich_pages()[name]
    html = page.one("html")
    assert html.attributes["lang"] in LANGUAGES
    assert html.attributes["dir"] == ("rtl" if html.attributes["lang"] == "ar" else "ltr")
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert len(list(page.all(landmark))) == 1
    assert all(nav.attributes["aria-label"] for nav in page.all("nav"))
    ranks = [int(each.name[1]) for each in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert ranks[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in page.all():
        for key in ("aria-labelledby", "for"):
            assert each.attributes.get(key) is None or each.attributes[key] in ids
    labelled = {each.attributes.get("for") for each in page.all("label")}
    for field in page.all("input", "select"):
        assert field.attributes["id"] in labelled
    for picture in page.all("img"):
        assert picture.attributes["alt"]
    for link in page.all("a"):
        assert link.text.strip() or any(link.all("img"))
    first = next(page.all("a"))
    assert first.attributes["href"] == "#content"
    assert page.with_id("content").name == "main"


@pytest.mark.parametrize("name", sorted(rich_pages()))
def test_a_page_asks_nothing_of_anybody_else(name: str) -> None:
    page = rich_pages()[name]
    (policy,) = [
        meta.attributes["content"]
        for meta in page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    for each in page.all():
        assert not any(key.startswith("on") or key == "style" for key in each.attributes)
        assert each.name not in {"style", "iframe", "object", "embed", "base", "audio", "video"}
        for key in ("src", "action", "data", "poster", "srcset", "background"):
            assert not urlsplit(each.attributes.get(key) or "").netloc
        if each.name == "link":
            assert not urlsplit(each.attributes["href"] or "").netloc
        if each.name == "script":
            assert not each.text
    for link in page.all("a"):
        address = urlsplit(link.attributes["href"] or "")
        assert address.scheme in {"", "https", "mailto", "tel"}
        if address.scheme == "https":
            assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_every_post_person_and_place_can_be_read_without_scripts() -> None:
    directory = examples.rich()
    for folder in ("", "es/", "ar/"):
        for name, records in (
            ("needs", [each for each in directory.posts if each.kind is PostKind.NEED]),
            ("offers", [each for each in directory.posts if each.kind is PostKind.OFFER]),
        ):
            page = rich_pages()[f"{folder}{name}.html"]
            for post in records:
                card = page.with_id(post.code)
                assert card.one("h2").text == post.title
                for part in post.text.split("\n\n"):
                    assert part.strip() in card.text
                for said in (post.area, post.when, post.by_name, post.on_behalf_of):
                    assert said in card.text
                assert spaced(post.code) in card.text
                for contact in post.contacts:
                    assert contact.value in card.text
        people = rich_pages()[f"{folder}people.html"]
        for person in directory.people:
            card = people.with_id(person.code)
            assert card.one("h2").text == person.name
            for skill in person.skills:
                assert skill.name in card.text
                assert skill.note in card.text
            for contact in person.contacts:
                assert contact.value in card.text
        places = rich_pages()[f"{folder}places.html"]
        for place in directory.places:
            card = places.with_id(place.code)
            assert card.one("h2").text == place.name
            assert place.address in card.text
        repairs = rich_pages()[f"{folder}repairs.html"]
        for repair in directory.repairs:
            row = repairs.with_id(repair.code)
            words = words_in(LANGUAGES[("", "es/", "ar/").index(folder)])
            item = repair.item if repair.item != repair.category else ""
            assert words.product(repair.category) in row.text
            for said in (item, repair.brand, repair.problem, repair.date):
                assert said in row.text


def test_texts_carry_their_direction_and_language() -> None:
    page = rich_pages()["needs.html"]
    post = next(post for post in examples.rich().posts if post.language == "ar")
    card = page.with_id(post.code)
    for said in (card.one("h2"), next(each for each in card.all("p") if post.text in each.text)):
        assert said.attributes["dir"] == "auto"
        assert said.attributes["lang"] == "ar"


def test_photos_are_files_with_words_for_who_cannot_see_them() -> None:
    post = next(post for post in examples.rich().posts if post.photos)
    shown = list(rich_pages()["offers.html"].with_id(post.code).all("img"))
    assert [each.attributes["alt"] for each in shown] == [
        post.photos[0].alt,
        f"Photo: {post.title}",
    ]
    for each, photo in zip(shown, post.photos, strict=True):
        assert rich()[str(each.attributes["src"])] == photo.data


def test_who_fixes_what_says_where_it_hangs_on_one_person() -> None:
    page = rich_pages()["fixes.html"]
    sections = {each.one("h2").text: each.text for each in page.one("main").all("section")}
    assert "only 1 person" in sections["Washing machine"]
    assert "1 person · 1 place · 1 of 1 fixed" in sections["Kettle"]
    assert "only" not in sections["Kettle"]


@pytest.mark.parametrize("audience", [Audience.GROUP, Audience.LINKED, Audience.PRINT])
def test_what_is_not_for_everybody_asks_not_to_be_found(audience: Audience) -> None:
    files = made(replace(examples.bare(), audience=audience))
    for page in read(files).values():
        (robots,) = [
            meta.attributes["content"]
            for meta in page.all("meta")
            if meta.attributes.get("name") == "robots"
        ]
        assert robots == "noindex, nofollow, noarchive"
    assert files["robots.txt"] == b"User-agent: *\nDisallow: /\n"


def test_what_is_for_everybody_may_be_found() -> None:
    assert (
        b'<meta name="robots" content="index, follow, unavailable_after: 2027-02-20">'
        in rich()["index.html"]
    )
    assert rich()["robots.txt"] == b"User-agent: *\nDisallow:\n"


def test_it_says_how_fresh_it_is_until_when_and_how_to_withdraw() -> None:
    for name, page in rich_pages().items():
        footer = page.one("footer").text
        if page.one("html").attributes["lang"] == "en":
            assert "As of 22 November 2026, 15:00 (Europe/Berlin)." in footer, name
            assert "Good until 20 February 2027." in footer
        assert page.one("body").attributes["data-ends"] == str(examples.ENDS)
        outdated = page.with_id("outdated")
        assert "hidden" in outdated.attributes
        assert outdated.attributes["role"] == "alert"
    about = rich_pages()["about.html"].one("main").text
    assert "Of the 38 others, 31 had been heard" in about
    assert "hello@muehle.example" in about
    assert "taken out" in about


def test_a_group_without_a_contact_sends_to_the_neighbour() -> None:
    page = read(made(examples.bare()))["about.html"]
    assert "Ask the neighbour who gave you this directory" in page.one("main").text


def test_long_lists_are_turned_page_by_page() -> None:
    directory = examples.large(0, 450)
    files = made(directory)
    found = read(files)
    cards = [
        [each.attributes["id"] for each in found[name].all("article")]
        for name in ("needs.html", "needs-2.html", "needs-3.html")
    ]
    assert [len(page) for page in cards] == [CARDS, CARDS, 25]
    assert "needs-4.html" not in files
    # The categories lead to the same cards, each once.
    needs = [each.code for each in directory.posts if each.kind is PostKind.NEED]
    assert [code for page in cards for code in page] == needs
    listed = [
        urlsplit(str(link.attributes["href"])).fragment
        for name, page in found.items()
        if re.fullmatch(r"category-[a-z]+\.html", name)
        for section in page.one("main").all("section")
        for link in section.all("a")
    ]
    assert sorted(listed) == sorted(each.code for each in directory.posts)


def test_two_records_with_one_code_are_told_apart() -> None:
    first, second = examples.posts()[:2]
    posts = (first, replace(second, code=first.code, kind=first.kind, urgency=first.urgency))
    files = made(replace(examples.bare(), posts=posts))
    found = read(files)
    page = found["needs.html" if first.kind is PostKind.NEED else "offers.html"]
    assert page.with_id(first.code).one("h2").text == first.title
    assert page.with_id(f"{first.code}2").one("h2").text == second.title


def test_what_a_group_calls_a_category_names_no_file() -> None:
    post = replace(examples.posts()[0], category="../../etc/passwd")
    files = made(replace(examples.bare(), posts=(post,)))
    assert "category-own-1.html" in files
    assert all(re.fullmatch(r"[a-z0-9/-]+(?:[A-Z0-9-]*)\.[a-z]+", name) for name in files)
    assert "../../etc/passwd" in read(files)["category-own-1.html"].one("h1").text


@pytest.mark.parametrize(
    ("languages", "country", "wanted"),
    [
        ("en en es", "ESP", "en"),
        ("es es en", "DEU", "es"),
        ("ar-EG ar", "DEU", "ar"),
        ("de de de es", "DEU", "en"),
        ("", "EGY", "ar"),
        ("", "MEX", "es"),
        ("", "", "en"),
    ],
)
def test_the_site_begins_in_the_language_of_the_group(
    languages: str, country: str, wanted: str
) -> None:
    posts = tuple(
        replace(examples.posts()[0], id=bytes([number]) * 16, language=language)
        for number, language in enumerate(languages.split())
    )
    group = replace(examples.card(), country=country)
    files = made(replace(examples.bare(), posts=posts, group=group))
    assert f'<html lang="{wanted}"'.encode() in files["index.html"]
    for other in LANGUAGES:
        assert (f"{other}/index.html" in files) == (other != wanted)


def test_the_index_holds_what_can_be_searched_and_ends_no_script() -> None:
    script = rich()["assets/index.js"]
    for risky in ("<", ">", "&", "\u2028", "\u2029"):
        assert risky.encode() not in script
    rows = index_of(rich())["rows"]
    titles = {str(row[1]) for row in rows}
    directory = examples.rich()
    assert {post.title for post in directory.posts} <= titles
    assert {person.name for person in directory.people} <= titles
    assert {place.name for place in directory.places} <= titles
    assert len(rows) == sum(
        map(len, (directory.posts, directory.people, directory.places, directory.repairs))
    )


def test_the_same_directory_makes_the_same_bytes() -> None:
    assert made(examples.rich()) == rich()


def test_each_record_is_counted_once() -> None:
    counted = []
    directory = examples.large(30, 70)
    for file in format_named("site").files(directory, lambda: counted.append(1)):
        for _ in file.chunks:
            pass
    records = (directory.people, directory.posts, directory.places, directory.repairs)
    assert len(counted) == sum(map(len, records))


def hostile(post: Post) -> Post:
    evil = '"><script src=//evil.example></script><!--\u202e</title></style>'
    return replace(post, title=evil, area=evil, when=evil, on_behalf_of=evil, language=evil)


def test_markup_in_any_field_stays_text() -> None:
    directory = examples.rich()
    evil = '"><script src=//evil.example></script><!--'
    group = replace(
        directory.group,
        name=evil,
        about=evil,
        email=evil,
        phone=evil,
        form=evil,
        where=evil,
        tz=evil,
    )
    directory = replace(
        directory, group=group, posts=tuple(hostile(post) for post in directory.posts)
    )
    files = made(directory)
    for page in read(files).values():
        assert all(
            str(each.attributes["src"]).endswith(("site.js", "index.js"))
            for each in page.all("script")
        )
    assert b"<script src=//" not in b"".join(files.values())


@settings(max_examples=20)
@given(strategies.directories())
def test_any_directory_makes_whole_pages(directory: Directory) -> None:
    files = made(directory)
    assert_links_lead_somewhere(files, read(files))
    index_of(files)
