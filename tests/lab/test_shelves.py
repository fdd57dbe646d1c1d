# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours who are never online together: a stick, or a relay, is all that passes between
them."""

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.lab import Lab, Machine, Node, until
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


@pytest.fixture(params=["stick", "relay"])
def address(request: pytest.FixtureRequest, lab: Lab, stick: Path, tmp_path: Path) -> str:
    """Where parcels are left: what `mutualaid relay add` is given."""
    if request.param == "stick":
        return f"folder:{stick}"
    keeper = lab.add("keeper")
    at = f"{keeper.address_4}:47471"
    serve = (sys.executable, "-m", "mutualaid", "relay", "serve", "--listen", at)
    relay = keeper.start(*serve, "--data", str(tmp_path / "relay"))
    return relay.wait_for("relay ")


def shelf(machine: Machine) -> dict[str, object]:
    (found,) = machine.json("status")["shelves"]
    assert isinstance(found, dict)
    return found


def noticed(machine: Machine, *, since: object) -> bool:
    """Whether it has been said since then that something is gone."""
    found = shelf(machine)
    return found["noticed"] != since and "gone" in str(found["notice"])


def switch_on(machine: Machine) -> None:
    """Run a machine until it leaves nothing more on its shelf, then switch it off."""
    node = machine.node("--no-discovery")
    try:
        seen: object = None

        def is_quiet() -> bool:
            nonlocal seen
            found = shelf(machine)
            before, seen = seen, (found["held"], found["last_heard"])
            at_rest = found["reachable"] and not found["waiting"] and not found["unread"]
            return bool(found["held"] and at_rest and before == seen)

        until(is_quiet, ROUND_S, f"{machine.name} to have left everything")
    finally:
        node.stop()


def elm_street(lab: Lab, address: str) -> None:
    """Three who joined by that shelf alone, one after the other."""
    one = lab["one"]
    one.run("start", "Elm Street", "--me", "Ana")
    one.run("relay", "add", address)
    invitation = one.json("invite")["invitation"]
    for name, me in (("two", "Ben"), ("three", "Cleo")):
        done = lab[name].run(
            "join", invitation, "--me", me, "--wait", "3", "--no-discovery", check=False
        )
        assert done.returncode == 1
        assert "read and write" in done.stderr
    for name in ("one", "two", "three"):
        switch_on(lab[name])


def test_three_who_are_never_up_together_see_one_board(lab: Lab, address: str) -> None:
    elm_street(lab, address)
    machines = [lab[name] for name in ("one", "two", "three")]
    for machine in machines:
        machine.run("post", "need", f"From {machine.name}")
    for machine in (*machines, *machines, machines[0]):
        switch_on(machine)
    assert agree(*machines)
    for machine in machines:
        assert titles(machine) == {"From one", "From two", "From three"}
        assert shelf(machine)["problem"] == ""
    # What each holds came this way, too.
    assert all(each["behind"] == 0 for each in machines[0].json("status")["machines"])
    assert machines[0].json("status")["reached"] == 2


def test_a_stranger_joins_while_the_inviter_is_off(lab: Lab, address: str) -> None:
    """Reads and writes at once; counts when any member's machine has seen the request."""
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    node = one.node()
    two.run("join", invitation, "--me", "Ben")
    node.stop()
    for machine in (one, two):
        machine.run("relay", "add", address)
    one.run("post", "need", "A lift to the clinic")
    invitation = one.json("invite")["invitation"]
    done = three.run(
        "join", invitation, "--me", "Cleo", "--wait", "3", "--no-discovery", check=False
    )
    assert done.returncode == 1
    assert titles(three) == {"A lift to the clinic"}
    three.run("post", "offer", "Bread")
    switch_on(three)
    switch_on(two)
    assert "Bread" in titles(two)
    assert {each["name"] for each in two.json("list", "people")} == {"Ana", "Ben", "Cleo"}
    switch_on(three)
    assert three.json("status")["joined"]
    switch_on(one)
    switch_on(two)
    switch_on(three)
    assert agree(one, two, three)


def test_a_stick_that_was_away_wiped_and_copied_carelessly(lab: Lab, stick: Path) -> None:
    elm_street(lab, f"folder:{stick}")
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
    switch_on(two)
    assert titles(two) == {"Before"}
    shutil.rmtree(stick)
    stick.mkdir()
    one.run("post", "need", "After")
    switch_on(one)
    switch_on(two)
    switch_on(lab["three"])
    switch_on(one)
    assert titles(two) == titles(lab["three"]) == {"Before", "After"}
    assert agree(*lab.machines.values())


def test_a_relay_that_was_wiped_rolled_back_and_robbed(lab: Lab, tmp_path: Path) -> None:
    """Whatever happens to a relay's disk: it is noticed, said, and made good."""
    keeper = lab.add("keeper")
    at = f"{keeper.address_4}:47471"
    disk = tmp_path / "relay"
    serve = (sys.executable, "-m", "mutualaid", "relay", "serve", "--listen", at)

    def start() -> Node:
        relay = keeper.start(*serve, "--data", str(disk))
        relay.wait_for("relay ")
        return relay

    relay = keeper.start(*serve, "--data", str(disk))
    elm_street(lab, relay.wait_for("relay "))
    one, two = lab["one"], lab["two"]

    def rob(parcels: str) -> None:
        with contextlib.closing(sqlite3.connect(disk / "relay.db")) as db, db:
            db.execute(f"DELETE FROM parcel WHERE {parcels}")

    def wipe() -> None:
        for file in disk.glob("relay.db*"):
            file.unlink()

    def roll_back() -> None:
        wipe()
        shutil.copy(tmp_path / "kept.db", disk / "relay.db")

    with contextlib.closing(sqlite3.connect(disk / "relay.db")) as db:
        db.execute("VACUUM INTO ?", (str(tmp_path / "kept.db"),))
    happenings = (wipe, roll_back, lambda: rob("id % 3 = 0"), lambda: rob("1"))
    for number, happen in enumerate(happenings):
        one.run("post", "need", f"Before {number}")
        switch_on(one)
        before = shelf(one)["noticed"]
        relay.stop()
        happen()
        relay = start()
        node = one.node("--no-discovery")
        until(partial(noticed, one, since=before), ROUND_S, "that something is gone")
        node.stop()
        switch_on(one)
        switch_on(two)
        assert f"Before {number}" in titles(two)
    switch_on(lab["three"])
    switch_on(one)
    assert agree(one, two, lab["three"])
