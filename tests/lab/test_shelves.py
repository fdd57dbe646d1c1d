# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours who are never online together: a stick folder is all that passes between them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, Machine, until
from tests.lab.test_journeys import agree, titles

pytestmark = pytest.mark.lab

ROUND_S = 30


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "three") as built:
        yield built


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def files(stick: Path) -> set[str]:
    return {each.name for each in stick.rglob("*.parcel")}


def shelf(machine: Machine) -> dict[str, object]:
    (found,) = machine.json("status")["shelves"]
    assert isinstance(found, dict)
    return found


def switch_on(machine: Machine, stick: Path) -> None:
    """Run a machine until nothing more goes onto the stick, then switch it off."""
    node = machine.node("--no-discovery")
    try:
        seen: set[str] = set()

        def is_quiet() -> bool:
            nonlocal seen
            before, seen = seen, files(stick)
            if before != seen:
                return False
            found = shelf(machine)
            return bool(seen and found["reachable"] and not found["waiting"])

        until(is_quiet, ROUND_S, f"{machine.name} to have left everything")
    finally:
        node.stop()


def elm_street(lab: Lab, stick: Path) -> None:
    """Three who joined by the stick alone, one after the other."""
    one = lab["one"]
    one.run("start", "Elm Street", "--me", "Ana")
    one.run("relay", "add", f"folder:{stick}")
    invitation = one.json("invite")["invitation"]
    for name, me in (("two", "Ben"), ("three", "Cleo")):
        done = lab[name].run(
            "join", invitation, "--me", me, "--wait", "3", "--no-discovery", check=False
        )
        assert done.returncode == 1
        assert "read and write" in done.stderr
    for name in ("one", "two", "three"):
        switch_on(lab[name], stick)


def test_three_who_are_never_up_together_see_one_board_by_a_stick_alone(
    lab: Lab, stick: Path
) -> None:
    elm_street(lab, stick)
    machines = list(lab.machines.values())
    for machine in machines:
        machine.run("post", "need", f"From {machine.name}")
    for machine in (*machines, *machines, machines[0]):
        switch_on(machine, stick)
    assert agree(*machines)
    for machine in machines:
        assert titles(machine) == {"From one", "From two", "From three"}
        assert shelf(machine)["problem"] == ""
    # What each holds went over the stick, too.
    assert all(each["behind"] == 0 for each in machines[0].json("status")["machines"])
    assert machines[0].json("status")["reached"] == 2


def test_a_stranger_joins_by_the_stick_while_the_inviter_is_off(lab: Lab, stick: Path) -> None:
    """Reads and writes at once; counts when any member's machine has seen the request."""
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    node = one.node()
    two.run("join", invitation, "--me", "Ben")
    node.stop()
    for machine in (one, two):
        machine.run("relay", "add", f"folder:{stick}")
    one.run("post", "need", "A lift to the clinic")
    invitation = one.json("invite")["invitation"]
    done = three.run(
        "join", invitation, "--me", "Cleo", "--wait", "3", "--no-discovery", check=False
    )
    assert done.returncode == 1
    assert titles(three) == {"A lift to the clinic"}
    three.run("post", "offer", "Bread")
    switch_on(three, stick)
    switch_on(two, stick)
    assert "Bread" in titles(two)
    assert {each["name"] for each in two.json("list", "people")} == {"Ana", "Ben", "Cleo"}
    switch_on(three, stick)
    assert three.json("status")["joined"]
    switch_on(one, stick)
    switch_on(two, stick)
    switch_on(three, stick)
    assert agree(one, two, three)


def test_a_stick_that_was_away_wiped_and_copied_carelessly(lab: Lab, stick: Path) -> None:
    elm_street(lab, stick)
    one, two = lab["one"], lab["two"]
    one.run("post", "need", "Before")
    away = stick.with_name("away")
    stick.rename(away)
    node = one.node("--no-discovery")
    until(lambda: "Plug in the stick" in str(shelf(one)["problem"]), ROUND_S, "a sentence")
    copy = stick.with_name("copy")
    shutil.copytree(away, copy)
    for file in list(copy.rglob("*.parcel"))[::3]:
        file.unlink()
    for file in list(copy.rglob("*.parcel"))[::4]:
        shutil.copy(file, file.with_name(f"{file.stem} (conflicted copy).parcel"))
        file.write_bytes(file.read_bytes()[:2000])
    copy.rename(stick)
    until(lambda: bool(shelf(one)["notice"]), ROUND_S, "that something is gone")
    until(lambda: not shelf(one)["waiting"], ROUND_S, "all to be left again")
    node.stop()
    switch_on(two, stick)
    assert titles(two) == {"Before"}
    shutil.rmtree(stick)
    stick.mkdir()
    one.run("post", "need", "After")
    switch_on(one, stick)
    switch_on(two, stick)
    switch_on(lab["three"], stick)
    switch_on(one, stick)
    assert titles(two) == titles(lab["three"]) == {"Before", "After"}
    assert agree(*lab.machines.values())
