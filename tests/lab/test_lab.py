# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lab itself: machines hear each other, nothing gets out, and nothing is left behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, LabError, Machine, until
from tests.lab.machine import ROOT

pytestmark = pytest.mark.lab

LISTEN = """
import socket, struct, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
sock.bind(("", 7777))
if sys.argv[1].startswith("224."):
    joined = socket.inet_aton(sys.argv[1]) + socket.inet_aton(sys.argv[2])
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
print("ready", flush=True)
while True:
    print("heard", sock.recv(100).decode(), flush=True)
"""
SEND = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
socket.socket(family, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), (sys.argv[1], 7777))
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "three") as built:
        yield built


def send(machine: Machine, address: str, text: str) -> bool:
    command = machine.inside(sys.executable, "-c", SEND, address, text)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kind", ["IPv4", "IPv6", "multicast"])
def test_machines_hear_each_other_except_across_a_cut(lab: Lab, kind: str) -> None:
    one, two = lab["one"], lab["two"]
    address = {"IPv4": two.address_4, "IPv6": two.address_6, "multicast": "224.0.0.251"}[kind]
    ear = two.start(sys.executable, "-c", LISTEN, address, two.address_4)
    ear.wait_for("ready")

    def heard(text: str) -> bool:
        send(one, address, text)
        try:
            ear.wait_for(f"heard {text}", 0.2)
        except LabError:
            return False
        return True

    until(lambda: heard("first"), 5, "hearing each other")
    lab.split("one", "two+three")
    assert not heard("across a split")
    lab.heal()
    until(lambda: heard("second"), 5, "hearing each other after a split")
    lab.cut("two")
    assert not heard("across a cut")
    lab.heal()
    until(lambda: heard("third"), 5, "hearing each other after a cut")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_nothing_gets_out(lab: Lab, address: str) -> None:
    assert not send(lab["one"], address, "lost")


def test_a_capture_sees_what_passes(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "cable.pcap"
    with lab.capture(file):
        until(
            lambda: send(lab["one"], lab["three"].address_4, "marker") and file.stat().st_size > 24,
            5,
            "a frame in the capture",
        )
    assert b"marker" in file.read_bytes()


def test_a_lab_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.lab import Lab\n"
        f"lab = Lab(Path({str(tmp_path)!r}), 'one')\n"
        "node = lab['one'].start('sleep', '1000')\n"
        "print(lab._cable.hub.pid, lab['one']._namespace.pid, node.pid, flush=True)\n"
        "time.sleep(1000)\n"
    )
    maker = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert maker.stdout is not None
    with maker.stdout:
        children = [Path("/proc", number) for number in maker.stdout.readline().split()]
    assert len(children) == 3
    maker.send_signal(signal.SIGKILL)
    maker.wait()

    def gone(process: Path) -> bool:
        try:
            # A process nobody has waited for yet is a Z for a moment.
            return (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    until(lambda: all(gone(child) for child in children), 10, "every process of the lab gone")
