# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One record in full."""

from tests.cli.conftest import Neighbours, Run
from tests.cli.test_lists import SHAPES


def test_every_kind_of_record_is_shown(street: Run) -> None:
    codes = [street("list", what, "--json").document[0]["code"] for what in SHAPES]
    need = next(row for row in street("list", "needs", "--json").document if row["responses"])
    detail = street("show", need["code"], "--json").document
    codes += [detail["responses"][0]["code"]]
    for code in codes:
        shown = street("show", code, "--json")
        assert shown.code == 0
        assert {"code", "responses", "history"} <= shown.document.keys()
        assert shown.document["code"] == code
        assert shown.document["history"]
        assert code in street("show", code).out
    assert {"code", "who", "note", "state"} <= detail["responses"][0].keys()


def test_a_post_is_shown_with_all_that_hangs_on_it(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    ben("contact", "set", "phone", "555 0102", "--audience", "group")
    code = ana(
        "post", "need", "Five dinners", "--part", "dinners=5", "--part", "loads=2", "--take",
        "--days", "3", "--category", "food", "--json",
    ).document["code"]  # fmt: skip
    street_of_three.meet()
    answer = ben(
        "help-with", code, "--of", "dinners", "--part", "2", "--note", "Stew", "--when", "Friday",
        "--json",
    ).document["code"]  # fmt: skip
    ben("comment", code, "Is rice fine?")
    street_of_three.meet()
    shown = ana("show", code, "--json").document
    assert shown["status"] == "part covered"
    assert (shown["parts"], shown["covered"], shown["ask"]) == (7, 2, False)
    assert shown["sorts"] == [
        {"name": "dinners", "wanted": 5, "covered": 2, "left": 3},
        {"name": "loads", "wanted": 2, "covered": 0, "left": 2},
    ]
    (response,) = shown["responses"]
    expected = {
        "code": answer, "who": "Ben", "state": "taken", "amount": 2, "part": "dinners",
        "note": "Stew", "when": "Friday", "every": False, "for": None, "mine": False,
    }  # fmt: skip
    assert expected.items() <= response.items()
    assert response["lapses"] > response["created"]
    assert [(each["who"], each["value"]) for each in shown["contacts"]] == [("Ben", "555 0102")]
    assert shown["warning"] is None  # food that is posted for three days is warned of a day before
    text = ana("show", code).out
    assert "2 of 5 dinners promised, 0 of 2 loads promised" in text
    assert "Ben: goes, 2 dinners, Friday, Stew (lapses " in text
    assert "Reach Ben: phone 555 0102" in text
    assert "Is rice fine?" in text
    assert ana("show", answer, "--json").document["post"] == code
    assert "Five dinners" in ana("show", answer).out


def test_looking_at_a_post_reads_what_was_said_about_it(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    code = ana("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    ben("comment", code, "Where to?")
    street_of_three.meet()

    def unread() -> list[str]:
        return [row["kind"] for row in ana("news", "--json").document if row["unread"]]

    assert unread() == ["commented"]
    ana("show", code, "--json")
    assert unread() == ["commented"]
    ana("show", code)
    with street_of_three.group("ana") as group:
        assert not group.unread()


def test_what_is_private_cannot_be_looked_up(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    code = ana("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    ben("help-with", code)
    sealed = ben("thread", code, "For you alone", "--json").document["code"]
    street_of_three.meet()
    for name in ("ana", "ben", "cleo"):
        assert street_of_three[name]("show", sealed, "--json").document["code"] == "not_found"
