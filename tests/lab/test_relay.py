# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a relay's keeper can find, having everything: its files, its memory and the whole cable.

``LAB_PARCELS`` says after how many parcels; CONTRIBUTING names the longer run.
"""

import base64
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.sync.shelf import topic_key
from tests.lab import Lab, Machine, Node, until
from tests.lab.test_journeys import agree
from tests.model.neighbours import dump

pytestmark = pytest.mark.lab

PARCELS = int(os.environ.get("LAB_PARCELS", "60"))
SECONDS = 600
GROUP = "Zwetschgenallee"
ANA, BEN = "Anastasia Quillfeather", "Benedikt Moosgruber"
TITLE = "Waldmeisterlimonade"
T = TypeVar("T")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "keeper") as built:
        yield built


def on(machine: Machine, work: Callable[[Group], T]) -> T:
    """Ask the group of a machine something."""
    with Profile.open(machine.profile, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        (directory,) = profile.directories()
        with profile.open_directory(directory) as group:
            return work(group)


def forms(word: bytes) -> set[bytes]:
    """A word as it stands, in hex, base32 and base64, wherever in a longer text it begins."""
    found = {word, word.lower(), word.hex().encode(), word.hex().upper().encode()}
    with_text = word.decode("latin-1")
    found |= {with_text.encode("utf-16-le"), with_text.encode("utf-16-be")}
    for encode, block in (
        (base64.b64encode, 3),
        (base64.urlsafe_b64encode, 3),
        (base64.b32encode, 5),
    ):
        for before in range(block):
            # Of what is encoded together, only whole blocks of the word look the same everywhere.
            first = -before % block
            whole = word[first : first + (len(word) - first) // block * block]
            found |= {encode(whole).rstrip(b"="), encode(whole).rstrip(b"=").lower()}
    return {form for form in found if len(form) >= 8}


def found_in(data: bytes, words: list[bytes]) -> list[bytes]:
    return [form for word in words for form in sorted(forms(word)) if form in data]


def memory_of(process: Node) -> bytes:
    """All that a process can read of its own memory, as gcore would write it."""
    parts: list[bytes] = []
    with Path(f"/proc/{process.pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            if not rights.startswith("r") or line.endswith(("[vvar]", "[vsyscall]")):
                continue
            begin, end = (int(part, 16) for part in place.split("-"))
            try:
                memory.seek(begin)
                parts.append(memory.read(end - begin))
            except (OSError, OverflowError, ValueError):
                continue
    return b"\0".join(parts)


def has_ended(process: Node) -> bool:
    return not process.running


def test_nothing_is_found_in_files_memory_or_traffic(lab: Lab, tmp_path: Path) -> None:
    one, two, keeper = lab["one"], lab["two"], lab["keeper"]
    one.run("start", GROUP, "--me", ANA)
    invitation = one.json("invite")["invitation"]
    node = one.node()
    two.run("join", invitation, "--me", BEN)
    node.stop()
    files, cable = tmp_path / "relay", tmp_path / "cable.pcap"
    serve = (sys.executable, "-m", "mutualaid", "relay", "serve")
    relay = keeper.start(
        *serve, "--listen", f"{keeper.address_4}:47471", "--data", str(files), "--rate", "100000"
    )
    address = relay.wait_for("relay ")
    with lab.capture(cable):
        for machine, count in ((one, PARCELS // 2), (two, PARCELS - PARCELS // 2), (one, 0)):
            arguments = (address, str(count), f"{TITLE} by {machine.name}")
            leaving = machine.start(sys.executable, "-m", "tests.lab.parcels", *arguments)
            seen = int(leaving.wait_for("done ", SECONDS))
            until(partial(has_ended, leaving), 30, "it to end")
        assert seen >= PARCELS
    assert agree(one, two)
    memory = memory_of(relay)
    core = {file.name: file.read_bytes() for file in files.iterdir()}
    assert relay.stop() == 0

    devices = on(one, lambda group: sorted(group.replica.membership().devices))
    assert len(devices) == 2
    words = [*(word.encode() for word in (GROUP, ANA, BEN, TITLE)), *devices]
    # The search finds what there is: on a member's machine all of it, at the relay the topic.
    everything = on(one, dump)
    for word in words:
        assert found_in(everything, [word])
    topic = on(one, lambda group: topic_key(group.replica.epochs()[0]).public)
    assert any(topic in data for data in core.values())
    assert topic in memory
    for where in (memory, cable.read_bytes(), *core.values()):
        assert found_in(where, words) == []
    # On the way, not even the topic is to be seen.
    assert topic not in cable.read_bytes()
