# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists with their limits and filters."""

from tests.cli.conftest import Neighbours, Run

POST = {
    "code", "kind", "title", "text", "category", "urgency", "area", "status", "owner", "for",
    "mode", "created", "expires", "photos",
}  # fmt: skip
SHAPES = {
    "needs": POST,
    "offers": POST,
    "mine": POST | {"role", "response"},
    "past": POST,
    "people": {"code", "name", "area", "languages", "skills", "fixes"},
    "fixers": {"code", "name", "kind", "category", "note", "attempts", "fixed"},
    "places": {"code", "name", "kind", "area", "hours", "last_confirmed"},
    "repairs": {"code", "category", "outcome", "date"},
    "notices": {"code", "text", "who"},
}


def test_every_list_has_its_shape(street: Run) -> None:
    for what, names in SHAPES.items():
        rows = street("list", what, "--json").document
        assert rows, what
        assert names <= rows[0].keys(), what
        once = what not in ("fixers", "mine")  # a row for each answer that waits, too
        assert len({row["code"] for row in rows}) == len(rows) or not once


def test_limits(street: Run) -> None:
    assert len(street("list", "mine", "--limit", "3", "--json").document) == 3
    offers = street("list", "offers", "--json").document
    assert street("list", "offers", "--limit", "1000", "--json").document == offers
    assert len(street("list", "offers", "--limit", "7").out.splitlines()) == 7
    assert street("list", "offers", "--limit", "0").code == 2


def test_filters(street: Run) -> None:
    for row in street("list", "needs", "--category", "transport", "--json").document:
        assert row["category"] == "transport"
    for row in street("list", "needs", "--area", "Mill Lane", "--json").document:
        assert row["area"] == "Mill Lane"
    for row in street("list", "people", "--area", "mill lane", "--json").document:
        assert row["area"] == "Mill Lane"
    found = street("list", "offers", "--search", "ladd", "--json").document
    assert found
    assert all("adder" in row["title"] + row["text"] for row in found)
    nothing = street("list", "needs", "--search", "xylophone")
    assert (nothing.code, nothing.out) == (0, "")
    assert "Nothing found" in nothing.err


def test_an_empty_group_says_so(ana: Run) -> None:
    empty = ana("list", "offers")
    assert (empty.code, empty.out, empty.err) == (0, "", "There are no offers yet.\n")


def test_ones_own_page_says_what_each_post_is_to_me(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    lift = ana("post", "need", "A lift", "--json").document["code"]
    shelf = ana("post", "need", "A shelf", "--json").document["code"]
    gone = ana("post", "need", "Gone", "--json").document["code"]
    ana("withdraw", gone)
    street_of_three.meet()
    answer = ben("help-with", lift, "--json").document["code"]
    street_of_three.meet()

    def page(run: Run) -> list[tuple[str, str, str | None]]:
        return [
            (row["role"], row["code"], row["response"] and row["response"]["code"])
            for row in run("list", "mine", "--json").document
        ]

    assert page(ana) == [
        ("waiting", lift, answer),
        ("asked", shelf, None),
        ("asked", lift, None),
        ("asked", gone, None),
    ]
    assert page(ben) == [("promised", lift, answer)]
    found = ana("list", "mine", "--search", "she", "--json").document
    assert [row["code"] for row in found] == [shelf]
    assert "waits for a yes" in ana("list", "mine").out
    ana("accept", answer)
    ana("done", lift)
    street_of_three.meet()
    assert page(ben) == [("done", lift, answer)]
    assert ("done", lift, None) in page(ana)


def test_for_people_without_a_machine(street_of_three: Neighbours) -> None:
    """What to phone back stands there until it is said that they were told."""
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    code = ana(
        "post", "need", "Shopping", "--for", "Mrs. Okafor", "--yes", "By phone", "--json"
    ).document["code"]
    assert ana("list", "dispatch", "--json").document[0]["tell"] is None
    street_of_three.meet()
    answer = ben("help-with", code, "--when", "at four", "--json").document["code"]
    street_of_three.meet()
    assert ana("accept", answer).code == 0
    (row,) = ana("list", "dispatch", "--json").document
    assert (row["code"], row["for"], row["yes"]) == (code, "Mrs. Okafor", "By phone")
    assert row["tell"] == "Ben comes (at four)."
    assert row["told"] is None
    assert [each["code"] for each in row["answers"]] == [answer]
    assert "Ben comes (at four)." in ana("list", "dispatch").out
    assert "does not know yet" in ana("show", code).out
    assert ana("told", code, "--json").document["told"] is True
    (row,) = ana("list", "dispatch", "--json").document
    assert row["tell"] is None
    assert row["told"].endswith("Z")
    assert ben("list", "dispatch", "--json").document == []
    assert ben("told", code, "--json").document["code"] == "not_allowed"
