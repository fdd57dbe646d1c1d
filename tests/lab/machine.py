# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One machine of the lab: a namespace, a profile, and real processes in it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Self

from tests.lab.cable import LabError, Namespace

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 15


def until(
    condition: Callable[[], bool],
    seconds: float,
    what: str,
    state: Callable[[], str] | None = None,
) -> float:
    """Wait until *condition* holds, and return how many seconds that took; LabError after, with
    how it stands then."""
    began = time.monotonic()
    pause = threading.Event()
    while not condition():
        if time.monotonic() - began > seconds:
            now = f": {state()}" if state else ""
            raise LabError(f"{what}: not within {seconds:g} s{now}")
        pause.wait(0.05)
    return time.monotonic() - began


class Node:
    """A process that runs until it is stopped; what it says is kept in ``log``."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._said: list[str] = []
        self._changed = threading.Condition()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name=f"lab-{self._process.pid}"
        )
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._changed:
                    self._said.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        """The process id: entering a namespace does not fork."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_for(self, beginning: str, seconds: float = 30) -> str:
        """The rest of the first line that begins so; LabError if it ends or takes too long."""

        def found() -> str | None:
            return next((line for line in self._said if line.startswith(beginning)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or not self._reader.is_alive(), seconds)
            line = found()
        if line is None:
            state = "is still running" if self.running else f"ended with {self._process.wait()}"
            raise LabError(
                f"a process {state} and never said {beginning!r}; its log ends with:\n"
                + self.log.read_text(errors="replace")[-2000:]
            )
        return line[len(beginning) :].strip()

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return how it did; LabError if it will not."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise LabError(f"a process did not end within {STOP_SECONDS} s of SIGTERM") from None
        self._reader.join()
        return code

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Machine:
    """One machine on the cable."""

    def __init__(self, name: str, namespace: Namespace, folder: Path, addresses: tuple[str, str]):
        self.name = name
        self.address_4, self.address_6 = addresses
        self.profile = folder / name / "profile"
        self.home = folder / name / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self._namespace = namespace
        self._nodes: list[Node] = []

    @property
    def environment(self) -> dict[str, str]:
        """What a process here finds: a home of its own, and no keychain to ask."""
        kept = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "QT_QPA_PLATFORM", "COLUMNS")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.home),
            "MUTUALAID_NO_KEYRING": "1",
            "MUTUALAID_PROFILE": str(self.profile),
            "PYTHONUNBUFFERED": "1",
            "XDG_RUNTIME_DIR": str(self.home),
        }

    def inside(self, *command: str) -> list[str]:
        """*command*, run in this machine's namespace, and ended with the process that asked."""
        return self._namespace.inside(*command)

    def run(
        self, *arguments: str, check: bool = True, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one `mutualaid` command to its end; LabError if it fails and *check* is true."""
        done = subprocess.run(
            self.inside(sys.executable, "-m", "mutualaid", *arguments),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check and done.returncode:
            raise LabError(
                f"{self.name}: mutualaid {shlex.join(arguments)} ended with {done.returncode}: "
                f"{done.stderr.strip() or done.stdout.strip()}"
            )
        return done

    def json(self, *arguments: str, seconds: float = 120) -> Any:
        """What a `mutualaid` command prints with --json."""
        return json.loads(self.run(*arguments, "--json", seconds=seconds).stdout)

    def start(self, *command: str) -> Node:
        """Start any command here, to run beside others."""
        log = self.profile.parent / f"log-{len(self._nodes) + 1}.txt"
        node = Node(self.inside(*command), self.environment, log)
        self._nodes.append(node)
        return node

    def node(self, *arguments: str, seconds: float = 60) -> Node:
        """Start `mutualaid node`, and wait until it says that it listens."""
        node = self.start(sys.executable, "-m", "mutualaid", "node", *arguments)
        try:
            node.wait_for("listening ", seconds)
        except LabError:
            node.kill()
            raise
        return node

    def close(self) -> None:
        """End whatever still runs here."""
        for node in self._nodes:
            if node.running:
                node.kill()
