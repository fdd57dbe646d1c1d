# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's lock is changed while some are away: by cable, by a stick alone, by a relay alone."""

from pathlib import Path

import pytest

from tests.lab import Lab, Machine, until
from tests.lab.test_journeys import IN_STEP_S, agree, lab, titles
from tests.lab.test_shelves import address, elm_street, shelf, stick, switch_on

pytestmark = pytest.mark.lab

__all__ = ["address", "lab", "stick"]  # fixtures


def changes(machine: Machine) -> int:
    """How often the lock was changed, as far as this machine has heard."""
    return len(machine.json("status")["rotations"])


def waits_for_key(machine: Machine) -> bool:
    return any("key has not come" in each for each in machine.json("status")["advisories"])


def test_who_was_away_all_the_time_finds_the_new_lock_on_a_shelf(lab: Lab, address: str) -> None:
    """Twice the lock is changed; nobody is ever up together; each ends on the newest."""
    elm_street(lab, address)
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("post", "need", "Before")
    one.run("rotate")
    one.run("post", "need", "After the first")
    switch_on(one)
    switch_on(two)
    assert titles(two) == {"Before", "After the first"}
    one.run("rotate")
    one.run("post", "need", "After the second")
    two.run("post", "offer", "From two")
    switch_on(one)
    three.run("post", "offer", "Written while away")
    switch_on(three)
    assert titles(three) >= {"Before", "After the first", "After the second"}
    for machine in (two, one, three, two, one):
        switch_on(machine)
    machines = (one, two, three)
    assert agree(*machines)
    assert {changes(machine) for machine in machines} == {2}
    assert not any(map(waits_for_key, machines))
    for machine in machines:
        assert {"From two", "Written while away"} <= titles(machine)
        found = shelf(machine)
        assert (found["problem"], found["unread"], found["waiting"]) == ("", 0, 0)


def test_an_invitation_that_was_used_up_opens_nothing_that_came_after(
    lab: Lab, address: str
) -> None:
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    one.run("relay", "add", address)
    invitation = one.json("invite", "--uses", "1")["invitation"]
    join = ("join", invitation, "--wait", "3", "--no-discovery", "--me")
    two.run(*join, "Ben", check=False)
    for machine in (one, two):
        switch_on(machine)
    assert two.json("status")["joined"]
    one.run("rotate")
    one.run("post", "need", "After")
    switch_on(one)
    late = three.run(*join, "Mallory", check=False)
    assert late.returncode == 1
    assert "used up" in late.stderr
    assert three.run("list", "needs", check=False).returncode == 1, "there is no such board here"
    two.node("--no-discovery")
    until(lambda: titles(two) == {"After"}, IN_STEP_S, "what a member was away for")


def test_who_was_switched_off_hears_of_it_from_the_next_machine(lab: Lab) -> None:
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    node = one.node()
    for machine, name in ((two, "Ben"), (three, "Cleo")):
        machine.run("join", invitation, "--me", name)
    first = two.node()
    until(lambda: agree(one, two), IN_STEP_S, "one view")
    one.run("rotate")
    one.run("post", "need", "After")
    until(lambda: changes(two) == 1, IN_STEP_S, "the change on a machine in touch")
    until(lambda: agree(one, two), IN_STEP_S, "one view")
    node.stop()
    three.node()
    until(lambda: titles(three) == {"After"}, IN_STEP_S, "what was written since")
    until(lambda: agree(one, two, three), IN_STEP_S, "one view")
    assert not any(map(waits_for_key, (one, two, three)))
    assert two.run("rotate", check=False).returncode == 1
    first.stop()


def test_locks_that_were_changed_on_both_sides_of_a_cut_become_one(
    lab: Lab, tmp_path: Path
) -> None:
    """Ana has two machines; each changes the lock, and each side lets somebody in."""
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    four, five = lab.add("four"), lab.add("five")
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    words = tmp_path / "passphrase"
    words.write_text("correct horse battery staple")
    one.run("backup", str(tmp_path / "backup"), "--passphrase-file", str(words))
    one.node()
    two.run("join", invitation, "--me", "Ben")
    three.run("restore", str(tmp_path / "backup"), "--passphrase-file", str(words))
    for machine in (two, three):
        machine.node()
    until(lambda: agree(one, two, three), IN_STEP_S, "one view before the cut")
    lab.split("one+four", "two+three+five")
    for machine, newcomer in ((one, four), (three, five)):
        machine.run("rotate")
        newcomer.run("join", invitation, "--me", newcomer.name.title())
        newcomer.run("post", "need", f"From {newcomer.name}")
        newcomer.node()
    lab.heal()
    machines = (one, two, three, four, five)
    everything = {"From four", "From five"}
    until(
        lambda: all(titles(each) == everything for each in machines), IN_STEP_S, "both sides' posts"
    )
    until(lambda: not any(map(waits_for_key, machines)), IN_STEP_S, "one key everywhere")
    until(lambda: agree(*machines), IN_STEP_S, "one view")
    assert {changes(machine) for machine in machines} == {2}
    one.run("post", "need", "Afterwards")
    until(lambda: all("Afterwards" in titles(each) for each in machines), IN_STEP_S, "all in touch")
