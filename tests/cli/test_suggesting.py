# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit, and why."""

import pytest

from mutualaid.cli import wording
from mutualaid.model.values import ReasonKind
from tests.cli.conftest import Neighbours


@pytest.fixture
def ladder(street_of_three: Neighbours) -> tuple[Neighbours, str]:
    """Ana needs a ladder; Ben has one to lend."""
    code = street_of_three["ana"](
        "post", "need", "A ladder for the gutters", "--category", "tools", "--json"
    ).document["code"]
    street_of_three["ben"]("post", "offer", "Ladder to lend", "--category", "tools")
    street_of_three["ben"]("post", "offer", "Fresh soup", "--category", "food")
    street_of_three.meet()
    return street_of_three, code


def test_every_reason_has_its_words() -> None:
    assert set(wording._FITS) == {kind.value for kind in ReasonKind}


def test_posts_and_people_are_suggested(ladder: tuple[Neighbours, str]) -> None:
    street, need = ladder
    ana = street["ana"]
    found = ana("suggest", need, "--json").document
    assert [each["post"]["title"] for each in found if each["post"]] == ["Ladder to lend"]
    assert found[0]["person"] is None
    assert {"kind", "what"} <= found[0]["reasons"][0].keys()
    text = ana("suggest", need).out
    assert "Ladder to lend" in text
    assert "says “Ladder" in text
    kettle = ana("post", "need", "My kettle is broken", "--category", "repair", "--json")
    street["cleo"]("fix", "add", "Kettle")
    street.meet()
    found = ana("suggest", kettle.document["code"], "--json").document
    assert [each["person"]["name"] for each in found if each["person"]] == ["Cleo"]
    assert "repairs: Kettle" in ana("suggest", kettle.document["code"]).out
    odd = ana("post", "need", "Xylophone", "--json").document["code"]
    assert ana("suggest", odd, "--json").document == []
    assert "Nothing here seems to fit" in ana("suggest", odd).err


def test_what_could_be_for_me(ladder: tuple[Neighbours, str]) -> None:
    street, need = ladder
    ana = street["ana"]
    (row,) = ana("list", "offers", "--fits", "--json").document
    assert (row["title"], row["fit"]["post"]) == ("Ladder to lend", need)
    assert "your “A ladder for the gutters”" in ana("list", "offers", "--fits").out
    assert street["cleo"]("list", "offers", "--fits", "--json").document == []
    assert "for you" in street["cleo"]("list", "offers", "--fits").err
    assert ana("list", "people", "--fits").code == 2


def test_who_could_learn_from_whom(street_of_three: Neighbours) -> None:
    street_of_three["ben"]("skill", "add", "Bicycle repair", "--level", "teach")
    street_of_three["cleo"]("skill", "add", "Repairing bicycles", "--level", "learn")
    street_of_three.meet()
    (pair,) = street_of_three["ana"]("list", "learning", "--json").document
    assert (pair["learner"]["name"], pair["teacher"]["name"]) == ("Cleo", "Ben")
    assert (pair["wanted"], pair["taught"]) == ("Repairing bicycles", "Bicycle repair")
    assert "Bicycle repair" in street_of_three["ana"]("list", "learning").out
