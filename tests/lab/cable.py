# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Namespaces and the bridge that joins them."""

import contextlib
import functools
import os
import subprocess
from collections.abc import Sequence
from typing import Self

#: Private addresses that exist inside the namespaces only.
PREFIX_4 = "10.77.77"
PREFIX_6 = "fd77:7777:7777"
WAIT_SECONDS = 10


class LabError(RuntimeError):
    """The lab cannot be built or changed here; the text says what is missing."""


def run(command: Sequence[str], script: str = "") -> str:
    """Run *command*, with *script* on its standard input; return what it printed."""
    done = subprocess.run(
        command, input=script, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise LabError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


#: What every computer of the lab is called: not to be seen outside of it.
COMPUTER_NAME = "kellerkabinett"


@functools.cache
def way_in() -> tuple[str, ...]:
    """How this process makes its first namespace: as root, or as root of a user namespace."""
    ways = (
        ("unshare", "--net", "--uts"),
        ("unshare", "--user", "--map-root-user", "--net", "--uts"),
    )
    for way in ways:
        with contextlib.suppress(OSError):
            if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
                return way
    raise LabError(
        "No network namespace can be made here. Run this as root, or allow user namespaces."
    )


class Namespace:
    """One network namespace, alive as long as this object's process is, or until it is closed."""

    def __init__(self, inside: "Namespace | None" = None) -> None:
        """Make one; *inside* is the namespace whose user namespace it shall share."""
        make = (*inside.enter, "unshare", "--net", "--uts") if inside else way_in()
        # `cat` ends when its standard input closes, which the kernel does when we end.
        script = (
            f"ip link set lo up && echo {COMPUTER_NAME} > /proc/sys/kernel/hostname"
            " && echo ready && exec cat"
        )
        self._holder = subprocess.Popen(
            [*make, "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        assert self._holder.stderr is not None
        if self._holder.stdout.readline() != "ready\n":
            complaint = self._holder.stderr.read().strip()
            self.close()
            raise LabError(f"A network namespace cannot be made here: {complaint}")
        into_user = ("--user", "--preserve-credentials") if "--user" in way_in() else ()
        self.enter: tuple[str, ...] = (
            "nsenter", "--target", str(self.pid), *into_user, "--net", "--uts", "--",
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process that keeps the namespace alive."""
        return self._holder.pid

    def inside(self, *command: str) -> list[str]:
        """*command*, run in here, and killed when the process that started it ends."""
        # Had that process ended before the kernel was asked, nobody would be told: so look.
        then = f'[ "$PPID" = {os.getpid()} ] && exec "$@"'
        return [*self.enter, "setpriv", "--pdeathsig", "KILL", "sh", "-c", then, "sh", *command]

    def ip(self, *lines: str) -> None:
        """Run lines of `ip` in here."""
        run((*self.enter, "ip", "-batch", "-"), "\n".join(lines) + "\n")

    def close(self) -> None:
        """End it; its interfaces vanish with it."""
        for stream in (self._holder.stdin, self._holder.stdout, self._holder.stderr):
            if stream is not None:
                stream.close()
        try:
            self._holder.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._holder.kill()
            self._holder.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Cable:
    """A bridge in a namespace of its own, with a port for each machine."""

    def __init__(self) -> None:
        self.hub = Namespace()
        self._bridges = 0
        self._add_bridge()
        self._ports: dict[str, int] = {}
        self._ends: dict[str, Namespace] = {}

    def _add_bridge(self) -> str:
        name = f"lan{self._bridges}"
        self._bridges += 1
        # Without snooping a multicast reaches every port, as over a plain Wi-Fi.
        self.hub.ip(
            f"link add {name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            f"link set {name} up",
        )
        return name

    def plug_in(self, name: str) -> tuple[Namespace, str, str]:
        """Add a machine: its namespace, its IPv4 and its IPv6 address."""
        end = Namespace(self.hub)
        number = len(self._ports) + 1
        self._ports[name] = number
        self._ends[name] = end
        self.hub.ip(
            f"link add port{number} type veth peer name lan netns {end.pid}",
            f"link set port{number} master lan0 up",
        )
        address_4, address_6 = f"{PREFIX_4}.{number}", f"{PREFIX_6}::{number:x}"
        end.ip(
            f"link set lan address 02:00:00:00:00:{number:02x} addrgenmode none up",
            f"addr add {address_4}/24 broadcast + dev lan",
            # Without duplicate address detection an address can be used at once.
            f"addr add {address_6}/64 dev lan nodad",
            f"addr add fe80::{number:x}/64 dev lan nodad",
            "route add 224.0.0.0/4 dev lan",
        )
        return end, address_4, address_6

    def cut(self, name: str) -> None:
        """Pull one machine's cable."""
        self.hub.ip(f"link set port{self._ports[name]} down")

    def split(self, groups: Sequence[Sequence[str]]) -> None:
        """Leave only the machines of one group able to reach each other; links stay up."""
        while self._bridges < len(groups):
            self._add_bridge()
        self.hub.ip(
            *(
                f"link set port{self._ports[name]} master lan{bridge} up"
                for bridge, group in enumerate(groups)
                for name in group
            )
        )

    def heal(self) -> None:
        """Undo every cut and split."""
        self.split([list(self._ports)])

    def shape(self, name: str, *, delay_ms: float = 0, loss_percent: float = 0) -> None:
        """Delay and lose what a machine sends; raise LabError where the kernel cannot."""
        # netem is a kernel module that small kernels leave out.
        tc = (*self._ends[name].enter, "tc", "qdisc")
        if not delay_ms and not loss_percent:
            with contextlib.suppress(LabError):
                run((*tc, "del", "dev", "lan", "root"))
            return
        netem = ("netem", "delay", f"{delay_ms}ms", "loss", f"{loss_percent}%")
        run((*tc, "replace", "dev", "lan", "root", *netem))

    def close(self) -> None:
        """End every namespace."""
        for namespace in (*self._ends.values(), self.hub):
            namespace.close()
