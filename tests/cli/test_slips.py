# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``slip`` and ``paper-form``: paper that comes back."""

import pytest

from mutualaid.model.directories.paper.forms import new_number
from tests.cli.conftest import Neighbours, Run


@pytest.fixture
def post(ana: Run) -> str:
    code: str = ana("post", "need", "A lift to the clinic", "--json").document["code"]
    return code


def test_a_slip_becomes_an_answer(ana: Run, post: str) -> None:
    ran = ana("slip", f"{post[:4]} {post[4:].lower()}", "--who", "Rosa", "--text", "Gladly")
    assert ran.code == 0, ran.err
    assert "Rosa answered “A lift to the clinic”. Ana will see it." in ran.out
    (answer,) = ana("show", post, "--json").document["responses"]
    assert (answer["who"], answer["for"], answer["paper"]) == ("Ana", "Rosa", True)
    shown = ana("show", post).out
    assert "Ana: wrote down from a slip of paper what Rosa answered" in shown
    assert "on paper" in shown


def test_json_of_a_slip(ana: Run, post: str) -> None:
    document = ana("slip", post, "--who", "Rosa", "--contact", "0555 1", "--json").document
    assert document["contact"] == "0555 1"
    assert document["for"] == "Rosa"


def test_a_mistyped_code_suggests_the_right_one(ana: Run, post: str) -> None:
    wrong = post[:-1] + ("2" if post[-1] != "2" else "3")
    ran = ana("slip", wrong, "--who", "Rosa", "--json")
    assert ran.code == 1
    assert ran.document["code"] == "not_found"
    assert f"Did you mean {post} (“A lift to the clinic”)?" in ran.document["error"]
    assert ana("show", post, "--json").document["responses"] == []


def test_who_it_was_must_be_said(ana: Run, post: str) -> None:
    assert ana("slip", post).code == 2
    assert ana("slip", post, "--who", " ").code == 1


def test_the_owner_alone_learns_how_to_reach_them(street_of_three: Neighbours) -> None:
    street = street_of_three
    post = street["ana"]("post", "need", "A lift", "--json").document["code"]
    street.meet()
    assert street["ben"]("slip", post, "--who", "Rosa", "--contact", "0555 1").code == 0
    street.meet()
    assert street["ana"]("show", post, "--json").document["contacts"][0]["who"] == "Rosa"
    assert "Reach Rosa: other 0555 1 (for “A lift”)" in street["ana"]("show", post).out
    assert "0555 1" not in street["cleo"]("show", post).out
    with street.group("ana") as group:
        (row,) = group.post_detail(group.find(post)[1]).responses
        assert group.slip_contact(row.id) == "0555 1"
    with street.group("cleo") as group:
        assert group.slip_contact(row.id) == ""


def test_a_form_is_posted_once(ana: Run) -> None:
    form = new_number()
    said = ("--for", "Old Tom", "--category", "housing", "--may-leave", "print", "--standing")
    ran = ana("paper-form", form, "need", "Firewood", *said, "--contact", "knock", "--json")
    assert ran.code == 0, ran.err
    document = ran.document
    assert (document["for"], document["category"], document["form"]) == ("Old Tom", "housing", form)
    shown = ana("show", document["code"]).out
    assert f"Ana: typed in form {form} for Old Tom" in shown
    ran = ana("paper-form", form, "need", "Firewood", *said)
    assert ran.code == 1
    assert f"Form {form} has been typed in already" in ran.err
    assert len(ana("list", "needs", "--json").document) == 1


def test_a_wrong_number_of_a_form(ana: Run) -> None:
    form = new_number()
    wrong = form[:-1] + ("2" if form[-1] != "2" else "3")
    ran = ana("paper-form", wrong, "need", "Firewood", "--for", "Old Tom")
    assert ran.code == 1
    assert "a letter is wrong" in ran.err
    assert ana("paper-form", form, "need", "Firewood").code == 2
    both = ("--days", "3", "--standing")
    assert ana("paper-form", form, "need", "Firewood", "--for", "Old Tom", *both).code == 2
