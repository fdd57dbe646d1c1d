# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an answer to a promise, from a promise to what is done, and thanks."""

import pytest

from mutualaid.model.values import PostStatus, Standing
from tests.cli.conftest import Neighbours, Run


def need(street: Neighbours, *options: str) -> str:
    """Ana's need, known to everybody."""
    code = street["ana"]("post", "need", "A lift", *options, "--json").document["code"]
    street.meet()
    return str(code)


def answer(street: Neighbours, who: str, post: str, *options: str) -> str:
    """Somebody's answer to it, known to everybody."""
    made = street[who]("help-with", post, *options, "--json")
    assert made.code == 0
    street.meet()
    return str(made.document["code"])


def state(run: Run, post: str, response: str) -> str:
    rows = run("show", post, "--json").document["responses"]
    return next(row["state"] for row in rows if row["code"] == response)


def test_from_need_to_done(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    ana("contact", "set", "phone", "555 0101", "--audience", "helper")
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post, "--note", "I have a van", "--when", "at four")
    shown = ana("show", post, "--json").document
    assert (shown["status"], shown["waiting"]) == (PostStatus.OFFERED, 1)
    assert ben("show", post, "--json").document["contacts"] == []
    accepted = ana("accept", response, "--json")
    assert accepted.document["state"] == Standing.ACCEPTED
    assert accepted.document["decided_by"] == "Ana"
    assert (accepted.document["post"], accepted.document["status"]) == (post, PostStatus.AGREED)
    assert accepted.err == "Your phone opens for Ben.\n"
    street_of_three.meet()
    (contact,) = ben("show", post, "--json").document["contacts"]
    assert (contact["who"], contact["value"], contact["post"]) == ("Ana", "555 0101", post)
    assert street_of_three["cleo"]("show", post, "--json").document["contacts"] == []
    assert ben("done", post, "--json").document["status"] == PostStatus.SAID_DONE
    street_of_three.meet()
    assert "says that it is done" in ana("show", post).out
    assert ana("done", post, "--json").document["status"] == PostStatus.DONE
    thanks = ana("thank", post, "You saved my day", "--json").document
    street_of_three.meet()
    (said,) = ben("show", post, "--json").document["thanks"]
    assert (said["code"], said["who"]) == (thanks["code"], "Ana")
    assert "Ana says thanks: You saved my day" in ben("show", post).out
    assert ben("list", "needs", "--json").document == []
    (past,) = ben("list", "past", "--json").document
    assert (past["code"], past["status"]) == (post, PostStatus.DONE)
    assert ana("take-up", post, "--json").document["status"] == PostStatus.SAID_DONE


def test_a_helper_is_told_what_opens_and_who_has_nothing_to_open_how(
    street_of_three: Neighbours,
) -> None:
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    accepted = street_of_three["ana"]("accept", response)
    assert accepted.out == f"{response}  Ben goes.\n"
    assert "Nothing of yours opens for Ben" in accepted.err
    assert "mutualaid contact set" in accepted.err


def test_two_for_one(street_of_three: Neighbours) -> None:
    """All is promised: one is asked whether the other goes as well, or instead."""
    ana = street_of_three["ana"]
    post = need(street_of_three)
    first = street_of_three["ben"]("help-with", post, "--json").document["code"]
    second = street_of_three["cleo"]("help-with", post, "--json").document["code"]
    street_of_three.meet()
    ana("accept", first)
    refused = ana("accept", second, "--json")
    assert (refused.code, refused.document["code"]) == (1, "already_covered")
    assert "Ben already goes" in refused.document["error"]
    assert refused.document["error"].endswith("Add --also or --instead.")
    assert state(ana, post, second) == Standing.OFFERED
    assert ana("accept", second, "--also", "--instead").code == 2
    assert ana("accept", second, "--also", "--json").document["state"] == Standing.ACCEPTED
    assert state(ana, post, first) == Standing.ACCEPTED
    ana("decline", second)
    assert ana("accept", second, "--instead", "--json").document["state"] == Standing.ACCEPTED
    assert state(ana, post, first) == Standing.DECLINED


def test_declining_kindly(street_of_three: Neighbours) -> None:
    """The word with it is for the helper alone."""
    ana, ben, cleo = (street_of_three[name] for name in ("ana", "ben", "cleo"))
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    declined = ana("decline", response, "--note", "My sister drives", "--json").document
    assert (declined["code"], declined["state"]) == (response, Standing.DECLINED)
    street_of_three.meet()
    (message,) = ben("thread", post, "--json").document["messages"]
    assert (message["who"], message["text"]) == ("Ana", "My sister drives")
    assert "My sister drives" not in cleo("show", post, "--json").out
    assert ana("show", post, "--json").document["status"] == PostStatus.OPEN


def test_a_yes_is_taken_back(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    ana("contact", "set", "phone", "555 0101", "--audience", "helper")
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    ana("accept", response)
    undone = ana("undecide", response, "--json").document
    assert (undone["state"], undone["status"]) == (Standing.OFFERED, PostStatus.OFFERED)
    assert ana("contact", "who", "--json").document == []
    assert ana("undecide", response, "--json").document["code"] == "not_allowed"
    assert ben("undecide", response, "--json").document["code"] == "not_allowed"


def test_releasing_and_answering_again(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    ana("accept", response)
    street_of_three.meet()
    assert ben("still-on-it", response, "--json").document["state"] == Standing.ACCEPTED
    assert ben("release", response, "--json").document["state"] == Standing.RELEASED
    street_of_three.meet()
    assert ana("show", post, "--json").document["status"] == PostStatus.OPEN
    assert ana("still-on-it", response, "--json").document["code"] == "not_allowed"
    assert answer(street_of_three, "ben", post) != response


def test_parts_are_taken_separately(street_of_three: Neighbours) -> None:
    ana, ben, cleo = (street_of_three[name] for name in ("ana", "ben", "cleo"))
    post = need(street_of_three, "--part", "dinners=3", "--part", "loads=1")
    took = ben("help-with", post, "--of", "dinners", "--part", "2")
    assert "It is agreed: “A lift”, 2 dinners." in took.out
    street_of_three.meet()
    assert [row["code"] for row in ana("list", "needs", "--json").document] == [post]
    assert "part covered 2 of 4" in ana("list", "needs").out
    assert "“loads” (1 left)" in cleo("help-with", post, "--json").document["error"]
    taken = cleo("help-with", post, "--of", "dinners", "--json").document
    assert (taken["state"], taken["amount"], taken["part"]) == (Standing.TAKEN, 1, "dinners")
    assert [part["left"] for part in taken["sorts"]] == [0, 1]
    assert taken["status"] == PostStatus.PART_COVERED
    street_of_three.meet()
    # The sort need not be named where only one is left.
    answer(street_of_three, "ben", post)
    assert ana("show", post, "--json").document["status"] == PostStatus.AGREED


def test_two_who_were_apart_take_the_last_part(street_of_three: Neighbours) -> None:
    """One rule says who goes and who stands by, the same for all."""
    post = need(street_of_three, "--parts", "2", "--take")
    for name in ("ben", "cleo"):
        took = street_of_three[name]("help-with", post, "--part", "2", "--json").document
        assert took["state"] == Standing.TAKEN
    street_of_three.meet()
    found = [
        sorted(
            (row["code"], row["who"], row["state"])
            for row in street_of_three[name]("show", post, "--json").document["responses"]
        )
        for name in ("ana", "ben", "cleo")
    ]
    assert found[0] == found[1] == found[2]
    assert sorted(each[2] for each in found[0]) == [Standing.STANDS_BY, Standing.TAKEN]
    waits = next(who for _code, who, stands in found[0] if stands == Standing.STANDS_BY)
    assert f"{waits}: stands by" in street_of_three["ana"]("show", post).out


def test_answering_for_somebody_without_a_machine(street_of_three: Neighbours) -> None:
    ana = street_of_three["ana"]
    post = need(street_of_three)
    answer(street_of_three, "ben", post, "--for", "Mr. Ito")
    (row,) = ana("show", post, "--json").document["responses"]
    assert (row["who"], row["for"]) == ("Ben", "Mr. Ito")
    assert "Ben for Mr. Ito: waits for a yes" in ana("show", post).out


def test_what_comes_back_is_done_once_at_a_time(street_of_three: Neighbours) -> None:
    ana = street_of_three["ana"]
    post = need(street_of_three, "--from", "tomorrow 18:00", "--repeat", "weekly")
    response = answer(street_of_three, "ben", post, "--every")
    ana("accept", response)
    before = ana("show", post, "--json").document
    after = ana("done", post, "--json").document
    assert (before["round"], after["round"]) == (0, 1)
    assert after["from"] > before["from"]
    assert after["status"] == PostStatus.AGREED  # Ben comes each time


def test_done_for_one_answer(street_of_three: Neighbours) -> None:
    ana = street_of_three["ana"]
    post = need(street_of_three, "--parts", "2", "--take")
    response = answer(street_of_three, "ben", post)
    shown = ana("done", post, "--response", response, "--json").document
    assert [row["state"] for row in shown["responses"]] == [Standing.DONE]
    assert shown["status"] == PostStatus.PART_COVERED


@pytest.mark.parametrize("command", ["accept", "decline", "release", "still-on-it"])
def test_only_answers_are_meant(command: str, street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    refused = street_of_three["ana"](command, post, "--json")
    assert refused.document["code"] == "bad_value"
    assert "not an answer to a post" in refused.document["error"]


def test_only_those_concerned_decide(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    cleo = street_of_three["cleo"]
    for command in (("accept", response), ("decline", response), ("release", response),
                    ("still-on-it", response), ("done", post), ("thank", post, "Thanks"),
                    ("told", post)):  # fmt: skip
        assert cleo(*command, "--json").document["code"] == "not_allowed", command
