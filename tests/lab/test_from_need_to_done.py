# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From need to done by command, on machines of their own; and one answer everywhere, however the
network was cut meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model.values import PostStatus, Standing
from tests.lab import Lab, Machine, until

pytestmark = pytest.mark.lab

IN_STEP_S = 30


@pytest.fixture
def lab(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Ana's machine, Ben's and, where the test asks for three, Cleo's: one group, all in step."""
    people = {"one": "Ana", "two": "Ben", "three": "Cleo"}
    with Lab(tmp_path, *list(people)[: getattr(request, "param", 2)]) as built:
        first, *others = built.machines.values()
        first.run("start", "Elm Street", "--me", people[first.name])
        invitation = first.json("invite")["invitation"]
        first.node()
        for machine in others:
            machine.run("join", invitation, "--me", people[machine.name])
            machine.node()
        in_step(*built.machines.values())
        yield built


three_machines = pytest.mark.parametrize("lab", [3], indirect=True)


def in_step(*machines: Machine) -> None:
    """Wait until all show the same."""
    until(
        lambda: len({machine.json("doctor")["view_hash"] for machine in machines}) == 1,
        IN_STEP_S,
        "one view hash",
    )


def codes(machine: Machine, what: str) -> list[str]:
    return [post["code"] for post in machine.json("list", what)]


def standings(machine: Machine, post: str) -> dict[str, str]:
    return {each["code"]: each["state"] for each in machine.json("show", post)["responses"]}


def has(machine: Machine, post: str, **expected: Any) -> None:
    """Wait until a machine shows this of a post."""

    def holds() -> bool:
        if post not in codes(machine, "needs") + codes(machine, "past"):
            return False
        return bool(expected.items() <= machine.json("show", post).items())

    until(holds, IN_STEP_S, f"{expected} on {machine.name}")


def test_from_need_to_done_by_command(lab: Lab) -> None:
    ana, ben = lab["one"], lab["two"]
    ana.run("contact", "set", "phone", "555 0101", "--audience", "helper")
    ben.run("contact", "set", "phone", "555 0102", "--audience", "helper")
    post = ana.json("post", "need", "A lift to the clinic", "--urgency", "today")["code"]
    has(ben, post, status=PostStatus.OPEN)
    response = ben.json("help-with", post, "--note", "I have a van", "--when", "at four")["code"]
    has(ana, post, status=PostStatus.OFFERED)
    assert [row["role"] for row in ana.json("list", "mine")] == ["waiting", "asked"]
    assert ben.json("show", post)["contacts"] == []

    accepted = ana.run("accept", response)
    assert "Your phone opens for Ben." in accepted.stderr
    has(ben, post, status=PostStatus.AGREED)
    (contact,) = ben.json("show", post)["contacts"]
    assert (contact["who"], contact["value"]) == ("Ana", "555 0101")
    assert ana.json("show", post)["contacts"] == []  # a yes opens the owner's, not the helper's
    (who,) = ana.json("contact", "who")
    assert (who["name"], who["post"]) == ("Ben", post)

    ben.run("thread", post, "Which door?")
    until(lambda: bool(ana.json("list", "threads")), IN_STEP_S, "the message")
    ana.run("thread", post, "The green one")
    until(lambda: len(ben.json("thread", post)["messages"]) == 2, IN_STEP_S, "the answer")
    assert [row["text"] for row in ben.json("thread", post)["messages"]] == [
        "Which door?",
        "The green one",
    ]

    assert ben.json("done", post)["status"] == PostStatus.SAID_DONE
    has(ana, post, status=PostStatus.SAID_DONE)
    assert codes(ana, "needs") == [post]
    assert ana.json("done", post)["status"] == PostStatus.DONE
    ana.run("thank", post, "You saved my day")
    has(ben, post, status=PostStatus.DONE)
    until(lambda: bool(ben.json("show", post)["thanks"]), IN_STEP_S, "the thanks")
    for machine in (ana, ben):
        assert codes(machine, "needs") == []
        assert codes(machine, "past") == [post]
    assert {row["kind"] for row in ben.json("news")} >= {"message", "done", "thanked"}
    in_step(ana, ben)


@three_machines
def test_two_take_the_last_part_while_the_cable_is_cut(lab: Lab) -> None:
    """Both promise it. After they meet one goes and one stands by, the same on all machines, and
    both know; when the one steps back, the other goes."""
    ana, ben, cleo = lab.machines.values()
    post = ana.json("post", "need", "Two dinners", "--part", "dinners=2")["code"]
    for machine in (ben, cleo):
        has(machine, post, status=PostStatus.OPEN)
    first = ben.json("help-with", post)["code"]
    for machine in (ana, cleo):
        has(machine, post, status=PostStatus.PART_COVERED)
    lab.split("one", "two", "three")
    second = ben.json("help-with", post, "--for", "Mr. Ito")
    third = cleo.json("help-with", post)
    assert second["state"] == third["state"] == Standing.TAKEN
    lab.heal()
    in_step(ana, ben, cleo)
    stand = [standings(machine, post) for machine in (ana, ben, cleo)]
    assert stand[0] == stand[1] == stand[2]
    has(ana, post, status=PostStatus.AGREED, covered=2)
    whose = {first: ben, second["code"]: ben, third["code"]: cleo}
    assert stand[0].keys() == whose.keys()
    assert sorted(stand[0].values()) == [Standing.STANDS_BY, Standing.TAKEN, Standing.TAKEN]
    goes, _too, waits = sorted(stand[0], key=lambda code: stand[0][code] == Standing.STANDS_BY)
    assert any(row["kind"] == "stands by" for row in whose[waits].json("news"))
    whose[goes].run("release", goes)
    in_step(ana, ben, cleo)
    for machine in (ana, ben, cleo):
        assert standings(machine, post)[waits] == Standing.TAKEN


@three_machines
def test_two_dispatchers_say_yes_to_others_while_the_cable_is_cut(lab: Lab) -> None:
    """A post on behalf: its poster and a steward each accept somebody else for the one thing
    wanted. The poster's yes stands, on all machines; the steward's is still there to be seen."""
    ana, ben, cleo = lab.machines.values()
    post = ben.json("post", "need", "Shopping", "--for", "Mrs. Okafor", "--yes", "By phone")["code"]
    has(cleo, post, status=PostStatus.OPEN)
    hers = cleo.json("help-with", post)["code"]
    his = cleo.json("help-with", post, "--for", "Mr. Ito")["code"]
    for machine in (ana, ben):
        has(machine, post, waiting=2)
    lab.split("one", "two", "three")
    assert ana.json("accept", his)["state"] == Standing.ACCEPTED
    assert ben.json("accept", hers)["state"] == Standing.ACCEPTED
    lab.heal()
    in_step(ana, ben, cleo)
    for machine in (ana, ben, cleo):
        assert standings(machine, post) == {hers: Standing.ACCEPTED, his: Standing.STANDS_BY}
        assert machine.json("show", post)["status"] == PostStatus.AGREED
    decided = {row["code"]: row["decided_by"] for row in ben.json("show", post)["responses"]}
    assert decided == {hers: "Ben", his: "Ana"}
    for machine in (ana, ben):
        (row,) = machine.json("list", "dispatch")
        assert "Cleo comes." in row["tell"]
        assert "Mr. Ito would come if somebody else cannot." in row["tell"]
    assert {row["kind"] for row in cleo.json("news")} >= {"accepted", "stands by"}
    ben.run("told", post)
    in_step(ana, ben, cleo)
    assert ana.json("list", "dispatch")[0]["tell"] is None
