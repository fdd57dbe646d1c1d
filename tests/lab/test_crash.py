# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Power cuts: processes end at any moment, and nothing that was promised is lost.

``LAB_CRASHES`` says how often; CONTRIBUTING names the longer run.
"""

import base64
import hashlib
import os
import random
import sys
import threading
from pathlib import Path

import pytest

from tests.lab import Lab, Machine, until

pytestmark = pytest.mark.lab

CRASHES = int(os.environ.get("LAB_CRASHES", "6"))
SEED = int(os.environ.get("LAB_SEED", "1"))


def titles(machine: Machine) -> set[str]:
    return {post["title"] for post in machine.json("list", "needs", "--limit", "1000")}


def test_killed_while_syncing_and_posting(tmp_path: Path) -> None:
    """Every post whose command returned is on both machines; the profile opens; nobody froze."""
    chance = random.Random(SEED)
    promised: set[str] = set()
    pause = threading.Event()
    with Lab(tmp_path, "one", "two") as lab:
        one, two = lab["one"], lab["two"]
        one.run("start", "Elm Street", "--me", "Ana")
        invitation = one.json("invite")["invitation"]
        node_one = one.node()
        two.run("join", invitation, "--me", "Ben")
        node_two = two.node()
        for number in range(CRASHES):
            # One post that is let finish on either machine, one that is cut off in the middle.
            for machine in (one, two):
                title = f"{machine.name} {number}"
                machine.run("post", "need", title)
                promised.add(title)
            torn = two.start(sys.executable, "-m", "mutualaid", "post", "need", f"torn {number}")
            pause.wait(chance.uniform(0.05, 0.6))
            torn.kill()
            if chance.random() < 0.5:
                node_two.kill()
                pause.wait(chance.uniform(0, 0.2))
                node_two = two.node()
            else:
                node_one.kill()
                pause.wait(chance.uniform(0, 0.2))
                node_one = one.node()
        until(lambda: promised <= titles(one) & titles(two), 60, "every promised post on both")
        until(lambda: titles(one) == titles(two), 30, "the same posts on both")
        assert all(title in promised or title.startswith("torn ") for title in titles(one))
        for machine in (one, two):
            health = machine.json("doctor")
            assert health["ok"]
            assert health["devices"] == 2
            assert len(machine.json("status")["machines"]) == 2
        hashes = {machine.json("doctor")["view_hash"] for machine in (one, two)}
        assert len(hashes) == 1


def test_killed_while_filling_and_emptying_a_stick(tmp_path: Path) -> None:
    """Whoever keeps a stick in step may end at any moment: nothing is lost, no parcel is torn, and
    both see one board."""
    chance = random.Random(SEED)
    stick = tmp_path / "stick"
    pause = threading.Event()
    with Lab(tmp_path, "one", "two") as lab:
        one, two = lab["one"], lab["two"]
        one.run("start", "Elm Street", "--me", "Ana")
        one.run("relay", "add", f"folder:{stick}")
        invitation = one.json("invite")["invitation"]
        two.run("join", invitation, "--me", "Ben", "--wait", "2", "--no-discovery", check=False)
        promised: set[str] = set()
        for number in range(CRASHES):
            for machine in (one, two):
                title = f"{machine.name} {number}"
                machine.run("post", "need", title)
                promised.add(title)
                node = machine.start(sys.executable, "-m", "mutualaid", "node", "--no-discovery")
                # From before it listens to after it left everything.
                pause.wait(chance.uniform(0.3, 1.6))
                node.kill()
        nodes = [machine.node("--no-discovery") for machine in (one, two)]
        until(lambda: titles(one) == titles(two) == promised, 60, "every post on both")
        for node in nodes:
            node.stop()
        for file in stick.rglob("*.parcel"):
            stem = base64.b32encode(hashlib.blake2b(file.read_bytes(), digest_size=32).digest())
            assert file.stem == stem.decode().rstrip("=").lower(), "a torn parcel"
        healths = [machine.json("doctor") for machine in (one, two)]
        assert all(health["ok"] and health["devices"] == 2 for health in healths)
        assert healths[0]["view_hash"] == healths[1]["view_hash"]


def test_killed_while_leaving_parcels_at_a_relay_that_is_killed_too(tmp_path: Path) -> None:
    """Whoever is told that a parcel is kept finds it there, whatever ends when."""
    chance = random.Random(SEED)
    pause = threading.Event()
    with Lab(tmp_path, "one", "two", "keeper") as lab:
        one, two, keeper = lab["one"], lab["two"], lab["keeper"]
        at = f"{keeper.address_4}:47471"
        serve = (sys.executable, "-m", "mutualaid", "relay", "serve", "--listen", at)
        relay = keeper.start(*serve, "--data", str(tmp_path / "relay"))
        address = relay.wait_for("relay ")
        one.run("start", "Elm Street", "--me", "Ana")
        one.run("relay", "add", address)
        invitation = one.json("invite")["invitation"]
        two.run("join", invitation, "--me", "Ben", "--wait", "2", "--no-discovery", check=False)
        promised: set[str] = set()
        for number in range(CRASHES):
            for machine in (one, two):
                title = f"{machine.name} {number}"
                machine.run("post", "need", title)
                promised.add(title)
                node = machine.start(sys.executable, "-m", "mutualaid", "node", "--no-discovery")
                pause.wait(chance.uniform(0.3, 1.6))
                first, second = (node, relay) if chance.random() < 0.5 else (relay, node)
                first.kill()
                pause.wait(chance.uniform(0, 0.2))
                second.kill()
                relay = keeper.start(*serve, "--data", str(tmp_path / "relay"))
                assert relay.wait_for("relay ") == address
        nodes = [machine.node("--no-discovery") for machine in (one, two)]
        until(lambda: titles(one) == titles(two) == promised, 60, "every post on both")
        for node in nodes:
            node.stop()
        healths = [machine.json("doctor") for machine in (one, two)]
        assert all(health["ok"] and health["devices"] == 2 for health in healths)
        assert healths[0]["view_hash"] == healths[1]["view_hash"]
        for machine in (one, two):
            assert not any(shelf["notice"] for shelf in machine.json("status")["shelves"])
