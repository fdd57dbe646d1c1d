# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text to paste into a chat: short, whole, and in its order whatever scripts meet in it."""

import unicodedata
from dataclasses import replace

from hypothesis import given, settings

from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.site_words import spaced
from mutualaid.model.directories.formats.text import LONGEST_TEXT
from mutualaid.model.values import PostKind, PostStatus, Urgency
from tests.model.directories import examples, strategies

FORMAT = format_named("text")


def written(directory: Directory) -> str:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks).decode()


def test_needs_and_offers_in_two_lines_each() -> None:
    directory = examples.rich()
    text = written(directory)
    head, needs, offers = text.split("\n\n")
    assert head.startswith(
        "Nachbarschaft “Mühle & Söhne” <b>: needs and offers\nAnswer with the code: "
    )
    for way in ("hello@muehle.example", "+49 30 901820", "The church door, Tuesdays 17:00"):
        assert way in head
    assert "As of 22 November 2026, 15:00 (Europe/Berlin). Good until 20 February 2027." in head
    for kind, part, title in (
        (PostKind.NEED, needs, "NEEDS"),
        (PostKind.OFFER, offers, "OFFERS"),
    ):
        lines = part.splitlines()
        assert lines[0] == title
        posts = [post for post in directory.posts if post.kind is kind]
        assert len(lines) == 1 + 2 * len(posts)
        for post in posts:
            (number,) = [at for at, line in enumerate(lines) if spaced(post.code) in line]
            assert post.title in lines[number - 1]
            assert lines[number - 1].startswith("• ")
            for contact in post.contacts:
                assert contact.value in lines[number]


def test_what_is_urgent_comes_first_and_what_is_covered_last() -> None:
    posts = [
        replace(post, urgency=urgency, status=status)
        for post, urgency, status in zip(
            [post for post in examples.posts() if post.kind is PostKind.OFFER],
            (Urgency.ANYTIME, Urgency.TODAY, Urgency.DAYS, Urgency.ANYTIME),
            (PostStatus.OPEN, PostStatus.AGREED, PostStatus.OFFERED, PostStatus.OPEN),
            strict=True,
        )
    ]
    lines = written(replace(examples.bare(), posts=tuple(posts))).split("\n\n")[2].splitlines()
    wanted = [posts[number].title for number in (2, 0, 3, 1)]
    assert [title in line for title, line in zip(wanted, lines[1::2], strict=True)] == [True] * 4
    assert "(within days)" in lines[1]
    assert "somebody asked" in lines[2]


def test_a_long_text_is_cut_between_words() -> None:
    line = next(line for line in written(examples.rich()).splitlines() if "Meals for" in line)
    assert len(line) < LONGEST_TEXT + 40
    assert line.endswith("Soft…")


def test_nothing_to_say_is_said() -> None:
    assert written(examples.bare()) == (
        "Elm Street: needs and offers\n"
        "To answer, tell the code to the neighbour who gave you this.\n"
        "As of 22 November 2026, 14:00 (UTC). Good until 20 February 2027.\n"
        "\nNEEDS\nNothing right now.\n"
        "\nOFFERS\nNothing right now.\n"
    )


def test_text_of_another_direction_is_isolated() -> None:
    text = written(examples.rich())
    assert "\u2068أحتاج إلى توصيلة إلى العيادة\u2069 (within days)" in text
    assert "\u2068ليلى حسن\u2069 for \u2068أم كريم\u2069" in text
    assert "\u2068Community" not in text


def test_from_right_to_left_codes_and_numbers_are_isolated() -> None:
    posts = tuple(replace(post, language="ar") for post in examples.rich().posts)
    text = written(replace(examples.rich(), posts=posts))
    assert "الاحتياجات" in text
    assert f"\u2068{spaced(posts[0].code)}\u2069" in text
    assert "\u2068+49 30 901820\u2069" in text
    assert all(line.startswith("\u200f") for line in text.splitlines() if line)


def test_nobody_turns_the_rest_around() -> None:
    post = replace(
        examples.posts()[0], title="\u202eevil\u2066", text="a\nb\u2067c\u2028d", language=""
    )
    text = written(replace(examples.bare(), posts=(post,)))
    assert "• evil (within days): a b c d\n" in text


@settings(max_examples=40)
@given(strategies.directories())
def test_any_directory_makes_clean_lines(directory: Directory) -> None:
    text = written(directory)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for line in text.splitlines():
        assert line == line.rstrip()
        # What is opened is closed on the same line.
        assert line.count("\u2068") == line.count("\u2069")
        for letter in line:
            assert unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"}
    assert text.count("• ") >= len(directory.posts)


def test_posts_are_counted() -> None:
    counted: list[int] = []
    directory = examples.large(5, 450)
    (file,) = FORMAT.files(directory, lambda: counted.append(1))
    assert b"".join(file.chunks).count(b"\n  ") == len(counted) == 450
