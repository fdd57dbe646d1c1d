# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comments, private threads, and who is not heard."""

import io

import pytest

from tests.cli.conftest import Neighbours, Run


@pytest.fixture
def answered(street_of_three: Neighbours) -> tuple[Neighbours, str]:
    """A need of Ana's that Ben and Cleo answered."""
    post = street_of_three["ana"]("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    for name in ("ben", "cleo"):
        assert street_of_three[name]("help-with", post).code == 0
    street_of_three.meet()
    return street_of_three, post


def messages(run: Run, post: str, *options: str) -> list[tuple[str, str, bool]]:
    found = run("thread", post, *options, "--json").document["messages"]
    return [(row["who"], row["text"], row["unread"]) for row in found]


def test_a_thread_is_between_two(answered: tuple[Neighbours, str]) -> None:
    street, post = answered
    ana, ben, cleo = (street[name] for name in ("ana", "ben", "cleo"))
    sent = ben("thread", post, "Which door?", "--json").document
    assert (sent["with"], sent["text"], sent["post"]) == ("Ana", "Which door?", post)
    street.meet()
    assert messages(ana, post, "--with", "ben") == [("Ben", "Which door?", True)]
    assert messages(cleo, post) == []
    assert "Which door?" not in cleo("show", post, "--json").out
    ana("thread", post, "The green one", "--with", "Ben")
    street.meet()
    assert messages(ben, post) == [("Ben", "Which door?", False), ("Ana", "The green one", True)]


def test_what_is_shown_as_text_counts_as_read(answered: tuple[Neighbours, str]) -> None:
    street, post = answered
    ana, ben = street["ana"], street["ben"]
    ben("thread", post, "Which door?")
    street.meet()

    def unread() -> int:
        (thread,) = ana("list", "threads", "--json").document
        return int(thread["unread"])

    assert (unread(), "1 new" in ana("list", "threads").out) == (1, True)
    messages(ana, post, "--with", "Ben")
    assert unread() == 1
    shown = ana("thread", post, "--with", "Ben")
    assert "Ben (new): Which door?" in shown.out
    assert unread() == 0
    ben("thread", post, "Hello?")
    street.meet()
    assert unread() == 1
    messages(ana, post, "--with", "Ben", "--read")
    assert unread() == 0


def test_threads_are_listed(answered: tuple[Neighbours, str]) -> None:
    street, post = answered
    assert "Nobody has written" in street["ana"]("list", "threads").err
    street["ben"]("thread", post, "Which door?")
    street.meet()
    (thread,) = street["ana"]("list", "threads", "--json").document
    person = street["ben"]("me", "--json").document["code"]
    expected = {
        "post": post, "title": "A lift", "with": "Ben", "person": person, "mine": False,
        "text": "Which door?",
    }  # fmt: skip
    assert expected.items() <= thread.items()
    assert "you: Which door?" in street["ben"]("list", "threads").out
    assert street["cleo"]("list", "threads", "--json").document == []
    assert street["ana"]("list", "threads", "--search", "stairs", "--json").document == []


def test_where_several_answered_one_says_with_whom(answered: tuple[Neighbours, str]) -> None:
    street, post = answered
    ana = street["ana"]
    refused = ana("thread", post, "Hello", "--json")
    assert refused.document["code"] == "ambiguous"
    assert "Ben" in refused.document["error"]
    assert "Cleo" in refused.document["error"]
    assert ana("list", "threads", "--json").document == []
    lonely = ana("post", "need", "A shelf", "--json").document["code"]
    assert ana("thread", lonely, "--json").document["code"] == "not_found"
    assert ana("thread", post, "Hello", "--with", "Dora", "--json").document["code"] == "not_found"
    assert "not talked" in ana("thread", post, "--with", "Ben").err


def test_only_who_answered_writes_to_the_owner(street_of_three: Neighbours) -> None:
    post = street_of_three["ana"]("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    refused = street_of_three["ben"]("thread", post, "Psst", "--json")
    assert refused.document["code"] == "not_allowed"


@pytest.mark.parametrize("command", ["comment", "thread"])
def test_text_comes_from_standard_input(
    command: str, answered: tuple[Neighbours, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    street, post = answered
    monkeypatch.setattr("sys.stdin", io.StringIO("Two\nlines — žluťoučký\n"))
    made = street["ben"](command, post, "-", "--json")
    assert made.code == 0
    street.meet()
    shown = street["ana"]("show", post, "--json").document["comments"]
    if command == "thread":
        shown = street["ana"]("thread", post, "--with", "Ben", "--json").document["messages"]
    assert [row["text"] for row in shown] == ["Two\nlines — žluťoučký"]


def test_a_block_hides_and_closes(answered: tuple[Neighbours, str]) -> None:
    street, post = answered
    ana, ben = street["ana"], street["ben"]
    ana("contact", "set", "phone", "555 0101", "--audience", "helper")
    ana("contact", "open", "Ben")
    ben("comment", post, "Hello?")
    ben("thread", post, "Hello?")
    street.meet()
    person = ben("me", "--json").document["code"]
    blocked = ana("block", "ben", "--json").document
    assert blocked == {"code": person, "name": "Ben", "blocked": True}
    street.meet()
    shown = ana("show", post, "--json").document
    assert [row["who"] for row in shown["responses"]] == ["Cleo"]
    assert shown["comments"] == []
    assert ana("list", "threads", "--json").document == []
    assert ana("contact", "who", "--json").document == []
    assert ben("show", ana("me", "--json").document["code"], "--json").document["contacts"] == []
    assert ana("thread", post, "Psst", "--with", "Ben", "--json").document["code"] == "not_allowed"
    assert ana("unblock", person, "--json").document["blocked"] is False
    assert len(ana("show", post, "--json").document["responses"]) == 2
    assert ana("unblock", "Ben", "--json").document["code"] == "not_found"


def test_nobody_blocks_themselves_or_nobody(street_of_three: Neighbours) -> None:
    ana = street_of_three["ana"]
    assert ana("block", "Ana", "--json").document["code"] == "not_allowed"
    for nobody in ("Dora", "", "ZZZZZZZZ", "not a name!"):
        refused = ana("block", nobody, "--json")
        assert (refused.code, refused.document["code"]) == (1, "not_found")
    post = ana("post", "need", "A lift", "--json").document["code"]
    assert "not a person" in ana("block", post, "--json").document["error"]


def test_people_of_one_name_are_told_apart_by_code(street_of_three: Neighbours) -> None:
    street_of_three["cleo"]("me", "--name", "Ben")
    street_of_three.meet()
    refused = street_of_three["ana"]("block", "Ben", "--json").document
    code = street_of_three["cleo"]("me", "--json").document["code"]
    assert refused["code"] == "ambiguous"
    assert code in refused["error"]
    assert street_of_three["ana"]("block", code).code == 0
