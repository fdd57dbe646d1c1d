# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small disk of a test's own, that can really be full or read-only (Linux)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.lab.cable import LabError

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 10


class SmallDisk:
    """A file system in memory, mounted where only processes started by :meth:`run` see it."""

    def __init__(self, folder: Path, size: str = "3m") -> None:
        """Mount one of this size over *folder*; LabError where that is not possible."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo ready && exec cat'
        # `cat` ends when its standard input closes, which the kernel does when we end.
        user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
        self._holder = subprocess.Popen(
            ["unshare", *user, "--mount", "sh", "-c", script, "sh", size, str(folder)],
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
            raise LabError(f"No disk can be mounted here: {complaint}")
        into = ("--user", "--preserve-credentials") if user else ()
        pid = str(self._holder.pid)
        self._enter = ["nsenter", "--target", pid, *into, "--mount", f"--wd={ROOT}", "--"]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command that sees the disk."""
        return subprocess.run(
            [*self._enter, *command],
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def mutualaid(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program, on the profile that lies on the disk."""
        profile = str(self.folder / "profile")
        return self.run(sys.executable, "-m", "mutualaid", "--profile", profile, *arguments)

    def fill(self) -> None:
        """Leave no room at all."""
        done = self.run("dd", "if=/dev/zero", f"of={self.folder / 'filler'}", "bs=4096")
        assert "No space left" in done.stderr, done.stderr

    def make_room(self) -> None:
        self.run("rm", str(self.folder / "filler"))

    def set_writable(self, writable: bool) -> None:
        mode = "remount,rw" if writable else "remount,ro"
        done = self.run("mount", "-o", mode, str(self.folder))
        assert done.returncode == 0, done.stderr

    def close(self) -> None:
        for stream in (self._holder.stdin, self._holder.stdout, self._holder.stderr):
            if stream is not None:
                stream.close()
        self._holder.wait(WAIT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
