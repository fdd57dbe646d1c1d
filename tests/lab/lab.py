# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lab as a whole."""

import sys
from pathlib import Path
from typing import Self

from tests.lab.cable import Cable, LabError
from tests.lab.machine import Machine, Node


class Lab:
    """Machines by name, and the cable between them. A context manager."""

    def __init__(self, folder: Path, *names: str) -> None:
        """Build it; profiles and logs go into *folder*."""
        self.folder = folder
        self._cable = Cable()
        self.machines: dict[str, Machine] = {}
        self._captures: list[Node] = []
        try:
            for name in names:
                self.add(name)
        except BaseException:
            self.close()
            raise

    def __getitem__(self, name: str) -> Machine:
        return self.machines[name]

    def add(self, name: str) -> Machine:
        """Plug in one more machine."""
        if name in self.machines:
            raise LabError(f"there is a machine {name!r} already")
        namespace, *addresses = self._cable.plug_in(name)
        machine = Machine(name, namespace, self.folder, (addresses[0], addresses[1]))
        self.machines[name] = machine
        return machine

    def _known(self, name: str) -> str:
        if name not in self.machines:
            raise LabError(f"there is no machine {name!r}, only {', '.join(self.machines)}")
        return name

    def cut(self, name: str) -> None:
        """Pull one machine's cable: it sees the link go down."""
        self._cable.cut(self._known(name))

    def split(self, *groups: str) -> None:
        """Only machines of one group reach each other: ``split("one", "two+three")``.

        Links stay up, as on a Wi-Fi that fell apart. A machine in no group stays where it is.
        """
        self._cable.split([[self._known(name) for name in group.split("+")] for group in groups])

    def heal(self) -> None:
        """Undo every cut and split."""
        self._cable.heal()

    def shape(self, name: str, *, delay_ms: float = 0, loss_percent: float = 0) -> None:
        """Delay and lose what a machine sends; LabError where the kernel has no netem."""
        self._cable.shape(self._known(name), delay_ms=delay_ms, loss_percent=loss_percent)

    def capture(self, file: Path) -> Node:
        """Write every frame on the cable to *file* (pcap) until what is returned is stopped."""
        command = self._cable.hub.inside(
            sys.executable, "-m", "tests.lab.capture", str(file.resolve())
        )
        node = Node(command, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, file.with_suffix(".log"))
        self._captures.append(node)
        node.wait_for("capturing")
        return node

    def close(self) -> None:
        """End every process and namespace."""
        for machine in self.machines.values():
            machine.close()
        for capture in self._captures:
            if capture.running:
                capture.kill()
        self._cable.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
