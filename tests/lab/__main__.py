# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.lab``: machines on one cable, to try things by hand.

Reads one instruction a line, from a terminal or a file. `NAME COMMAND…` runs `mutualaid COMMAND…`
on that machine; `help` tells the rest.
"""

import argparse
import cmd
import contextlib
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.lab import Lab, LabError, Machine, Node

NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Bench(cmd.Cmd):
    """The prompt."""

    prompt = "lab> "
    intro = "Machines: {names}. `help` lists what can be done here; `quit` ends it all."

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self._lab = lab
        self._nodes: dict[str, Node] = {}
        self._capture: Node | None = None
        self.use_rawinput = sys.stdin.isatty()
        self.intro = Bench.intro.format(names=", ".join(lab.machines))
        if not self.use_rawinput:
            self.prompt, self.intro = "", ""

    def onecmd(self, line: str) -> bool:
        try:
            return super().onecmd(line)
        except (LabError, subprocess.TimeoutExpired, ValueError) as error:
            print(error, file=sys.stderr)
            return False

    def emptyline(self) -> bool:
        return False

    def default(self, line: str) -> None:
        if line.startswith("#"):
            return
        name, *arguments = shlex.split(line)
        if name == "EOF":
            raise SystemExit
        done = self._machine(name).run(*arguments, check=False)
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)

    def _machine(self, name: str) -> Machine:
        if name not in self._lab.machines:
            raise LabError(f"neither a machine nor an instruction: {name!r}")
        return self._lab[name]

    def do_node(self, line: str) -> None:
        """node NAME [OPTIONS]: keep that machine in step from now on"""
        name, *arguments = shlex.split(line)
        self._nodes[name] = self._machine(name).node(*arguments)
        print(f"{name} {self._nodes[name].wait_for('listening')}")

    def do_stop(self, line: str) -> None:
        """stop NAME: end that machine's node, as its owner would"""
        print(f"ended with {self._nodes.pop(line.strip()).stop()}")

    def do_kill(self, line: str) -> None:
        """kill NAME: end that machine's node at once, as a power cut would"""
        self._nodes.pop(line.strip()).kill()

    def do_cut(self, line: str) -> None:
        """cut NAME: pull that machine's cable"""
        self._lab.cut(line.strip())

    def do_split(self, line: str) -> None:
        """split ONE TWO+THREE…: only machines joined by + reach each other"""
        self._lab.split(*shlex.split(line))

    def do_heal(self, line: str) -> None:
        """heal: undo every cut and split"""
        self._lab.heal()

    def do_shape(self, line: str) -> None:
        """shape NAME DELAY_MS [LOSS_PERCENT]: slow and lossy from there; 0 undoes it"""
        name, delay, *loss = shlex.split(line)
        self._lab.shape(name, delay_ms=float(delay), loss_percent=float(loss[0]) if loss else 0)

    def do_capture(self, line: str) -> None:
        """capture FILE: write every frame on the cable to a pcap file, until `capture` alone"""
        if self._capture:
            self._capture.stop()
        self._capture = self._lab.capture(Path(line.strip())) if line.strip() else None

    def do_shell(self, line: str) -> None:
        """shell NAME [COMMAND…]: a shell, or a command, on that machine"""
        name, *command = shlex.split(line)
        machine = self._machine(name)
        inside = machine.inside(*(command or ["bash"]))
        subprocess.run(inside, env=machine.environment, check=False)

    def do_machines(self, line: str) -> None:
        """machines: names, addresses and profiles"""
        for machine in self._lab.machines.values():
            print(machine.name, machine.address_4, machine.address_6, machine.profile)

    def do_quit(self, line: str) -> None:
        """quit: end every machine"""
        raise SystemExit


def main() -> None:
    """Build the lab and read instructions."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("machines", nargs="*", default=list(NAMES[:3]), metavar="NAME")
    parser.add_argument("--folder", type=Path, help="keep profiles and logs here")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lab = stack.enter_context(Lab(folder.resolve(), *options.machines))
        with contextlib.suppress(KeyboardInterrupt):
            Bench(lab).cmdloop()


if __name__ == "__main__":
    try:
        main()
    except LabError as failure:
        sys.exit(str(failure))
