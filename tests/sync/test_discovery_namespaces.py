# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Discovery and channels between real machines on one cable."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, LabError, Machine, Node, until

pytestmark = pytest.mark.lab

SECONDS = 20
#: What the machines are called; it must not be heard on the cable.
HOST_NAME = "miras-old-laptop"


def ip(machine: Machine, *lines: str) -> None:
    """Run lines of `ip` on that machine."""
    machine._namespace.ip(*lines)


def without(machine: Machine, *kinds: str) -> None:
    """Take the addresses of a kind from a machine."""
    number = machine.address_4.rpartition(".")[2]
    if "IPv4" in kinds:
        ip(machine, f"addr del {machine.address_4}/24 dev lan")
    if "IPv6" in kinds:
        ip(
            machine,
            f"addr del {machine.address_6}/64 dev lan",
            f"addr del fe80::{number}/64 dev lan",
        )


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Three machines; skipped where none can be made, but never where changes are judged."""
    try:
        built = Lab(tmp_path, "one", "two", "three")
    except (LabError, OSError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    with built:
        yield built


class Nearby:
    """A machine that runs :mod:`tests.sync.nearby`."""

    def __init__(self, machine: Machine, *options: str) -> None:
        self.machine = machine
        named = f"hostname {HOST_NAME} && exec $0 -m tests.sync.nearby $*"
        self.node: Node = machine.start(
            "unshare", "--uts", "sh", "-c", named, sys.executable, *options
        )
        self.name, self.port = self.node.wait_for("listening", SECONDS).split()

    def find(self, other: "Nearby") -> list[str]:
        """Wait until this one finds the other; return the addresses."""
        return self.node.wait_for(f"found {other.name}", SECONDS).split()

    def end(self) -> None:
        """Stop, and see that nothing was left behind."""
        assert self.node.stop() == 0
        assert self.node.wait_for("ended") == "tasks 0 threads 1"


def test_machines_find_each_other_and_reach_each_other_at_every_address(lab: Lab) -> None:
    one, two = Nearby(lab["one"]), Nearby(lab["two"])
    for here, there in ((one, two), (two, one)):
        addresses = here.find(there)
        hosts = {
            re.sub(r"%\w+", "", address.rpartition(":")[0].strip("[]")) for address in addresses
        }
        number = there.machine.address_4.rpartition(".")[2]
        assert hosts == {there.machine.address_4, there.machine.address_6, f"fe80::{number}"}
        for address in addresses:
            here.node.wait_for(f"reached {address}", SECONDS)
        # The likeliest first: in our own network, IPv4.
        assert addresses[0] == f"{there.machine.address_4}:{there.port}"
    one.end()
    two.end()


def test_who_does_not_announce_itself_finds_and_is_not_found(lab: Lab) -> None:
    one, two, three = Nearby(lab["one"]), Nearby(lab["two"], "--silent"), Nearby(lab["three"])
    two.find(one)
    two.find(three)
    one.find(three)
    three.find(one)
    with pytest.raises(LabError):
        one.node.wait_for(f"found {two.name}", 2.5)
    os.kill(two.node.pid, signal.SIGUSR1)
    one.find(two)
    three.find(two)


def test_who_ends_says_goodbye(lab: Lab) -> None:
    one, two = Nearby(lab["one"]), Nearby(lab["two"])
    two.find(one)
    one.end()
    two.node.wait_for(f"lost {one.name}", SECONDS)


def test_a_new_address_is_announced(lab: Lab) -> None:
    one, two = Nearby(lab["one"]), Nearby(lab["two"])
    two.find(one)
    ip(one.machine, "addr add 10.77.77.99/24 dev lan")
    two.node.wait_for(f"reached 10.77.77.99:{one.port}", SECONDS)


@pytest.mark.parametrize("kind", ["IPv4", "IPv6"])
def test_one_kind_of_address_is_enough(lab: Lab, kind: str) -> None:
    for name in ("one", "two"):
        without(lab[name], "IPv6" if kind == "IPv4" else "IPv4")
    one, two = Nearby(lab["one"]), Nearby(lab["two"])
    for address in two.find(one):
        assert (kind == "IPv6") == address.startswith("[")
        two.node.wait_for(f"reached {address}", SECONDS)


def test_a_machine_that_starts_without_a_network_is_found_once_it_has_one(lab: Lab) -> None:
    alone = lab["one"]
    without(alone, "IPv4", "IPv6")
    one, two = Nearby(alone), Nearby(lab["two"])
    ip(alone, f"addr add {alone.address_4}/24 dev lan")
    two.find(one)
    one.find(two)
    without(alone, "IPv4")
    one.node.wait_for(f"lost {two.name}", SECONDS)
    one.end()


def test_a_machine_that_moves_to_another_network_is_found_there(lab: Lab) -> None:
    lab.split("one+two", "three")
    one, two, three = (Nearby(lab[name]) for name in ("one", "two", "three"))
    two.find(one)
    lab.split("two", "one+three")
    without(one.machine, "IPv4")
    ip(one.machine, "addr add 10.77.77.50/24 dev lan")
    three.node.wait_for(f"reached 10.77.77.50:{one.port}", SECONDS)


def test_nothing_of_the_machine_or_its_groups_leaves_in_the_clear(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "cable.pcap"
    capture = lab.capture(file)
    one, two = Nearby(lab["one"]), Nearby(lab["two"])
    two.node.wait_for(f"reached {one.find(two) and two.find(one)[0]}", SECONDS)
    until(lambda: b"mutualaid" in file.read_bytes(), SECONDS, "the announcement was captured")
    one.end()
    two.end()
    capture.stop()
    seen = file.read_bytes().lower()
    assert b"_mutualaid" in seen
    for word in (HOST_NAME.encode(), b"group of", b"python", b"websockets"):
        assert word not in seen
    labels = set(re.findall(rb"\x10([0-9a-f]{16})", seen))
    assert {one.name.encode().partition(b".")[0], two.name.encode().partition(b".")[0]} <= labels
    # Two names each, instance and host; and one text record that says only the version.
    assert len(labels) == 4
    assert set(re.findall(rb"\x03(v=.)", seen)) == {b"v=1"}
