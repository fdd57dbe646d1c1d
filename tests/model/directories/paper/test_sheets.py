# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on each sheet, and what does not."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model.directories.directory import Contact, Directory, GroupCard, Person, Post
from mutualaid.model.directories.paper import BLANK, LANGUAGES, SHEETS, extract, make
from mutualaid.model.directories.paper.card import scan
from mutualaid.model.directories.paper.phone_tree import MOST_CALLS, Caller, callers, tree
from mutualaid.model.directories.paper.sheet import Box, Code, Entry, Heading, Pill, Sheet, Strips
from mutualaid.model.values import Audience, ContactKind, PostStatus
from tests.model.directories.examples import NOW, bare, large, rich


def texts(value: object) -> Iterator[str]:
    """Every text in a sheet."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def said(sheet: Sheet) -> str:
    joined = "\n".join(texts(sheet))
    return joined.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


def card_of(directory: Directory) -> bytes:
    return next(each.id for each in directory.posts if each.status.wants_help)


def made(name: str, directory: Directory, language: str = "en") -> Sheet:
    post = card_of(directory) if name == "card" else None
    return make(name, directory, language, post=post, numbers=("K7QF2M9P",))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_in_every_language(name: str, language: str) -> None:
    sheet = made(name, rich(), language)
    assert (sheet.name, sheet.language) == (name, language)
    assert sheet.right_to_left == (language == "ar")
    assert "{" not in sheet.foot + sheet.title
    for text in texts(sheet):
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e")


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "card"])
def test_a_group_that_shares_nothing_still_prints(name: str) -> None:
    sheet = make(name, bare())
    assert any(section.blocks for section in sheet.sections)


@pytest.mark.parametrize("name", sorted(BLANK))
def test_blank_sheets_say_nothing_of_anybody(name: str) -> None:
    shown = said(make(name, rich(), numbers=("K7QF2M9P",)))
    directory = rich()
    for person in directory.people:
        assert person.name not in shown
        for contact in person.contacts:
            assert contact.value not in shown
    for post in directory.posts:
        assert post.title not in shown
        assert post.code not in shown


@pytest.mark.parametrize("name", [name for name in SHEETS if name not in BLANK])
def test_what_is_dated_says_of_when_it_is_and_until_when(name: str) -> None:
    sheet = made(name, rich())
    foot = said(replace(sheet, sections=()))
    assert "22 November 2026" in foot
    assert "20 February 2027" in foot
    assert "31 were heard" in said(sheet)


def test_the_booklet_holds_everything_that_may_leave() -> None:
    directory = rich()
    shown = said(make("directory", directory))
    for person in directory.people:
        assert person.name.split()[0] in shown
        assert person.code not in shown  # nobody can answer to it
        for contact in person.contacts:
            assert " ".join(contact.value.split()) in shown
        for skill in person.skills:
            assert skill.name in shown
    for place in directory.places:
        assert place.code in shown
    for post in directory.posts:
        assert (post.code in shown) == (not post.status.is_past)
    assert "On a list, not a member of the group" in shown
    assert "licence CC BY-SA 4.0" in shown
    assert directory.group.phone in shown
    assert "To have something of yours taken out" in shown


def test_who_fixes_what_is_by_kind_of_thing() -> None:
    sheet = make("directory", rich())
    fixers = next(each for each in sheet.sections if each.title == "Who fixes what")
    headings = [block.text for block in fixers.blocks if isinstance(block, Heading)]
    assert "Kettle" in headings
    at = fixers.blocks.index(
        next(b for b in fixers.blocks if isinstance(b, Heading) and b.text == "Kettle")
    )
    named = fixers.blocks[at + 1]
    assert isinstance(named, Entry)
    assert "Ana Souza-Müller" in named.title


def test_the_title_of_a_file_names_nobody() -> None:
    directory = rich()
    for name in SHEETS:
        sheet = made(name, directory)
        for person in directory.people:
            assert person.name not in sheet.title
        for post in directory.posts:
            assert post.title not in sheet.title


# -- what of the directory leaves with a sheet


def test_the_board_holds_what_wants_help_and_no_page_of_anybody() -> None:
    directory = rich()
    held = extract("board", directory)
    assert not held.people
    assert not held.places
    assert {each.id for each in held.posts} == {
        each.id for each in directory.posts if each.status.wants_help
    }
    assert all(not each.contacts and not each.photos and not each.promises for each in held.posts)


def test_a_strip_sends_to_the_group() -> None:
    for strips in all_strips(make("board", rich())):
        assert strips.lines == ("+49 30 901820", "The church door, Tuesdays 17:00")


def test_without_the_group_a_strip_sends_to_the_owner_as_far_as_they_agreed() -> None:
    directory = replace(rich(), group=GroupCard("Elm Street"))
    found = {strips.code: strips.lines for strips in all_strips(make("board", directory))}
    for post in directory.posts:
        if post.status.wants_help:
            expected = post.contacts[0].value if post.contacts else "Ask whoever put this up"
            assert found[post.code] == (expected,)
    held = extract("board", directory)
    assert [len(each.contacts) for each in held.posts] == [
        min(1, len(each.contacts)) for each in directory.posts if each.status.wants_help
    ]


def all_strips(sheet: Sheet) -> Iterator[Strips]:
    for section in sheet.sections:
        for block in section.blocks:
            if isinstance(block, Box):
                yield from (inner for inner in block.blocks if isinstance(inner, Strips))


def test_what_is_urgent_comes_first() -> None:
    directory = rich()
    codes = [strips.code for strips in all_strips(make("board", directory))]
    urgencies = [next(p.urgency for p in directory.posts if p.code == code) for code in codes]
    assert urgencies == sorted(urgencies, key=["today", "days", "week", "anytime"].index)


def test_a_card_holds_one_post_alone() -> None:
    directory = rich()
    post = next(each for each in directory.posts if each.code and each.contacts)
    sheet = make("card", directory, post=post.id)
    shown = said(sheet)
    assert post.code in shown
    assert post.contacts[0].value in shown
    assert all(other.code not in shown for other in directory.posts if other is not post)
    code = next(b for s in sheet.sections for b in s.blocks if isinstance(b, Code))
    assert code.code == post.code
    assert code.scan.splitlines()[:2] == [post.code, post.title]
    assert isinstance(sheet.sections[0].blocks[0], Pill)


def test_what_a_telephone_reads_is_no_address_of_others() -> None:
    post = replace(rich().posts[0], title="javascript:alert(1)\u202e")
    assert scan(post, GroupCard("Elm Street", phone="0555")) == (
        f"{post.code}\njavascript:alert(1)\nElm Street\n0555"
    )


def test_no_card_for_what_may_not_leave() -> None:
    with pytest.raises(NotFoundError, match="may not leave"):
        make("card", bare(), post=rich().posts[0].id)


def test_no_such_sheet() -> None:
    with pytest.raises(BadValueError, match="There are: directory, board, card"):
        make("napkin", bare())


def test_a_long_text_is_cut_on_the_board_and_whole_in_the_booklet() -> None:
    post = replace(rich().posts[0], text="word " * 700, status=PostStatus.OPEN)
    directory = replace(bare(), posts=(post,))
    assert said(make("board", directory)).count("word") < 130
    assert said(make("directory", directory)).count("word") == 700
    assert said(make("card", directory, post=post.id)).count("word") == 700


# -- the phone tree


def people(count: int) -> tuple[Person, ...]:
    return large(count, 0).people


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 12, 13, 40, 121, 500])
def test_everybody_is_called_once_and_nobody_calls_many(count: int) -> None:
    branches = tree(people(count))
    called = [each for branch in branches for each in callers(branch)]
    assert sorted(each.person.id for each in called) == sorted(each.id for each in people(count))
    assert len(branches) <= MOST_CALLS
    assert all(len(each.calls) <= MOST_CALLS for each in called)


@pytest.mark.parametrize(("count", "deep"), [(3, 1), (12, 2), (39, 3), (120, 4), (363, 5)])
def test_the_tree_is_balanced(count: int, deep: int) -> None:
    def depth(caller: Caller) -> int:
        return 1 + max((depth(each) for each in caller.calls), default=0)

    branches = tree(people(count))
    assert max(depth(branch) for branch in branches) == deep
    sizes = [len(list(callers(branch))) for branch in branches]
    assert max(sizes) - min(sizes) <= 1


def test_only_members_whose_telephone_may_leave_are_on_the_tree() -> None:
    directory = rich()
    held = extract("phone-tree", directory)
    for person in held.people:
        assert [each.kind for each in person.contacts] == [ContactKind.PHONE]
        assert not person.skills
        assert not person.known_of
    shown = said(make("phone-tree", directory))
    for person in directory.people:
        phones = [each for each in person.contacts if each.kind is ContactKind.PHONE]
        if person.known_of or not phones:
            assert person.name not in shown
        else:
            assert phones[0].value in shown


def test_who_has_two_telephones_is_called_on_the_first() -> None:
    person = replace(
        people(1)[0],
        contacts=(Contact(ContactKind.PHONE, "0555 1"), Contact(ContactKind.PHONE, "0555 2")),
    )
    shown = said(make("phone-tree", replace(bare(), people=(person,))))
    assert "0555 1" in shown
    assert "0555 2" not in shown


# -- forms


def test_each_form_has_its_number_and_asks_for_consent() -> None:
    sheet = make("need-form", bare(), numbers=("K7QF2M9P", "ABCDEFGH"))
    assert len(sheet.sections) == 2
    shown = said(sheet)
    assert "K7QF2M9P" in shown
    assert "ABCDEFGH" in shown
    assert "I agree that a member of the group posts this for me." in shown


def test_numbers_of_forms_are_made_where_none_are_given() -> None:
    one, other = said(make("offer-form", bare())), said(make("offer-form", bare()))
    assert one != other


def test_an_audience_is_said_on_the_cover() -> None:
    directory = replace(bare(), audience=Audience.GROUP, people=people(2))
    sheet = make("directory", directory)
    assert "For members of the group only" in said(replace(sheet, foot=""))
    assert "For members of the group only" in sheet.foot
    assert "members" not in make("directory", replace(directory, audience=Audience.PRINT)).foot


def test_a_post_that_is_over_is_on_no_sheet() -> None:
    posts = tuple(
        Post(
            bytes([number]) * 16,
            f"CODE{number}",
            rich().posts[0].kind,
            f"Post {number}",
            status=status,
        )
        for number, status in enumerate(PostStatus)
    )
    directory = replace(bare(), posts=posts)
    shown = said(make("directory", directory))
    for post in posts:
        assert (post.title in shown) == (not post.status.is_past)
    codes = {strips.code for strips in all_strips(make("board", directory))}
    assert codes == {post.code for post in posts if post.status.wants_help}
    assert directory.made == NOW
