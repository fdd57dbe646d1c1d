# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own ways to be reached, and who has them."""

import pytest

from tests.cli.conftest import Neighbours, Run


def test_contacts_are_kept_with_who_may_have_them(ana: Run) -> None:
    assert "No way to reach you" in ana("contact", "list").err
    (kept,) = ana("contact", "set", "phone", "555 0101", "--json").document
    assert (kept["kind"], kept["value"], kept["audience"]) == ("phone", "555 0101", "me")
    ana("contact", "set", "email", "ana@example.org", "--audience", "group")
    ana("contact", "set", "phone", "555 0102", "--audience", "helper")
    listed = ana("contact", "list", "--json").document
    assert {(row["kind"], row["value"], row["audience"]) for row in listed} == {
        ("phone", "555 0102", "helper"),
        ("email", "ana@example.org", "group"),
    }
    assert "for whom you accept" in ana("contact", "list").out
    removed = ana("contact", "remove", "email", "--json")
    assert [row["kind"] for row in removed.document] == ["phone"]
    assert "cannot be unseen" in removed.err
    assert ana("contact", "remove", "email", "--json").document["code"] == "not_found"
    assert ana("contact", "set", "phone", "", "--json").document == []


@pytest.mark.parametrize(
    ("kind", "value"), [("phone", "call me"), ("email", "nobody"), ("other", "x" * 10_000)]
)
def test_what_cannot_be_a_contact_is_refused(kind: str, value: str, ana: Run) -> None:
    refused = ana("contact", "set", kind, value, "--json")
    assert (refused.code, refused.document["code"]) == (1, "bad_value")
    assert ana("contact", "list", "--json").document == []
    assert ana("contact", "set", "pigeon", "coo").code == 2
    assert ana("contact", "set", kind, value, "--audience", "cats").code == 2


def test_who_has_what(street_of_three: Neighbours) -> None:
    ana, ben, cleo = (street_of_three[name] for name in ("ana", "ben", "cleo"))
    assert "Nobody has any" in ana("contact", "who").err
    assert ana("contact", "open", "Ben", "--json").document["code"] == "bad_value"
    ana("contact", "set", "phone", "555 0101", "--audience", "helper")
    post = ana("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    opened = ana("contact", "open", "ben", "--post", post, "--json").document
    person = ben("me", "--json").document["code"]
    assert opened == {"person": person, "name": "Ben", "post": post, "open": ["phone"]}
    street_of_three.meet()
    mine = ana("me", "--json").document["code"]
    (seen,) = ben("show", mine, "--json").document["contacts"]
    assert (seen["value"], seen["title"]) == ("555 0101", "A lift")
    assert "Reach them: phone 555 0101 (for “A lift”)" in ben("show", mine).out
    assert cleo("show", mine, "--json").document["contacts"] == []
    (who,) = ana("contact", "who", "--json").document
    assert (who["person"], who["name"], who["post"], who["kind"]) == (person, "Ben", post, "phone")
    assert "555 0101" in ana("contact", "who").out
    closed = ana("contact", "close", person, "--json")
    assert closed.document["open"] == []
    assert "cannot be unseen" in closed.err
    street_of_three.meet()
    assert ben("show", mine, "--json").document["contacts"] == []
    assert ana("contact", "close", "Ben", "--json").document["code"] == "not_found"


def test_a_contact_for_everybody(street_of_three: Neighbours) -> None:
    ana = street_of_three["ana"]
    ana("contact", "set", "phone", "555 0101", "--audience", "group")
    street_of_three.meet()
    (who,) = ana("contact", "who", "--json").document
    assert (who["person"], who["audience"]) == (None, "group")
    mine = ana("me", "--json").document["code"]
    (seen,) = street_of_three["cleo"]("show", mine, "--json").document["contacts"]
    assert (seen["audience"], seen["post"]) == ("group", None)


def test_the_number_of_somebody_without_a_machine(street_of_three: Neighbours) -> None:
    """Its poster can read it, and, where it is to be shared, who goes."""
    ana, ben, cleo = (street_of_three[name] for name in ("ana", "ben", "cleo"))
    code = ana("post", "need", "Shopping", "--for", "Mrs. Okafor", "--json").document["code"]
    noted = ana("contact", "for", code, "555 0199", "--share", "--json").document
    assert noted == {"post": code, "value": "555 0199", "share": True}
    street_of_three.meet()
    answer = ben("help-with", code, "--json").document["code"]
    assert ben("show", code, "--json").document["for_contact"] is None
    street_of_three.meet()
    ana("accept", answer)
    street_of_three.meet()
    assert ben("show", code, "--json").document["for_contact"] == "555 0199"
    assert "Phone: 555 0199 (Mrs. Okafor)" in ben("show", code).out
    assert cleo("show", code, "--json").document["for_contact"] is None
    assert cleo("contact", "for", code, "1234", "--json").document["code"] == "not_allowed"
    assert ana("contact", "for", code, "", "--json").document["value"] == ""
    own = ana("post", "need", "A lift", "--json").document["code"]
    assert ana("contact", "for", own, "1234", "--json").document["code"] == "not_allowed"
