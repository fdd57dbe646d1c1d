# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole journeys: real processes on machines of their own, real multicast, real cuts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, Machine, until
from tests.lab.cable import COMPUTER_NAME

pytestmark = pytest.mark.lab

IN_STEP_S = 30


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "three") as built:
        yield built


def view_hash(machine: Machine) -> str:
    return str(machine.json("doctor")["view_hash"])


def titles(machine: Machine) -> set[str]:
    return {post["title"] for kind in ("needs", "offers") for post in machine.json("list", kind)}


def agree(*machines: Machine) -> bool:
    return len({view_hash(machine) for machine in machines}) == 1


def elm_street(lab: Lab) -> None:
    """A group on machine one, which everybody else joins over the discovered network."""
    lab["one"].run("start", "Elm Street", "--me", "Ana")
    invitation = lab["one"].json("invite")["invitation"]
    lab["one"].node()
    for name in list(lab.machines)[1:]:
        lab[name].run("join", invitation, "--me", name.title())
        lab[name].node()


def test_two_machines_one_board(lab: Lab) -> None:
    """What one posted before is there when join returns; what either posts later follows."""
    one, two = lab["one"], lab["two"]
    one.run("start", "Elm Street", "--me", "Ana")
    one.run("post", "need", "A lift to the clinic", "--urgency", "today")
    invitation = one.json("invite")["invitation"]
    one.node()
    two.run("join", invitation, "--me", "Ben")
    assert titles(two) == {"A lift to the clinic"}
    two.node()
    two.run("post", "offer", "A ladder")
    until(lambda: "A ladder" in titles(one), IN_STEP_S, "an offer on the other machine")
    until(lambda: agree(one, two), IN_STEP_S, "one view hash")
    assert {person["name"] for person in one.json("list", "people")} == {"Ana", "Ben"}


def test_both_sides_of_a_cut_meet_again(lab: Lab) -> None:
    """Posts made on both sides of a cut are everywhere soon after it heals; nothing is lost."""
    elm_street(lab)
    machines = list(lab.machines.values())
    until(lambda: agree(*machines), IN_STEP_S, "one view hash before the cut")
    lab.split("one", "two+three")
    for machine in machines:
        for number in range(3):
            machine.run("post", "need", f"{machine.name} {number}")
    assert not agree(*machines)
    lab.heal()
    until(lambda: agree(*machines), 5 + 3, "one view hash after the cut")
    expected = {f"{machine.name} {number}" for machine in machines for number in range(3)}
    assert all(titles(machine) == expected for machine in machines)


def test_a_copied_profile_is_noticed_and_nothing_is_lost(lab: Lab) -> None:
    """Both copies post with one key; both go on as devices of their own, with all posts."""
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    one.node()
    two.run("join", invitation, "--me", "Ben")
    shutil.copytree(two.profile, three.profile)
    two.run("post", "need", "From the original")
    three.run("post", "need", "From the copy")
    two.node()
    three.node()
    both = {"From the original", "From the copy"}
    machines = (one, two, three)
    until(lambda: all(titles(each) == both for each in machines), IN_STEP_S, "both posts")
    until(lambda: agree(*machines), IN_STEP_S, "one view hash")
    for machine in (two, three):
        advisories = machine.json("status")["advisories"]
        assert any("in use on another machine" in sentence for sentence in advisories)
    two.run("post", "need", "After it")
    three.run("post", "need", "After it as well")
    later = both | {"After it", "After it as well"}
    until(lambda: all(titles(each) == later for each in machines), IN_STEP_S, "all posts")


def test_an_invitation_that_is_used_up_is_refused_in_words(lab: Lab) -> None:
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite", "--uses", "1")["invitation"]
    one.node()
    two.run("join", invitation, "--me", "Ben")
    done = three.run("join", invitation, "--me", "Cleo", check=False)
    assert done.returncode == 1
    assert "used up" in done.stderr


def test_nothing_that_was_written_passes_in_the_clear(lab: Lab, tmp_path: Path) -> None:
    """A capture of the cable and every file of both profiles, searched for what was written."""
    one, two = lab["one"], lab["two"]
    file = tmp_path / "cable.pcap"
    with lab.capture(file):
        one.run("start", "Xylophonstrasse", "--me", "Quirinius")
        one.run("post", "need", "Marmeladenglas", "--text", "Zwetschgenkompott")
        invitation = one.json("invite")["invitation"]
        one.node()
        two.run("join", invitation, "--me", "Wendelgard")
        assert titles(two) == {"Marmeladenglas"}
    seen = file.read_bytes()
    kept = b"".join(
        each.read_bytes()
        for lab_machine in (one, two)
        for each in lab_machine.profile.rglob("*")
        if each.is_file()
    )
    assert len(seen) > 10_000
    assert len(kept) > 10_000
    words = ["Xylophonstrasse", "Quirinius", "Marmeladenglas", "Zwetschgenkompott", "Wendelgard"]
    words += [COMPUTER_NAME, invitation.partition("/")[2]]
    for word in words:
        for form in (word.encode(), word.lower().encode(), word.encode("utf-16-le")):
            assert form not in seen
            assert form not in kept
