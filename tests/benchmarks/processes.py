# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real processes of the program, started for a benchmark and ended with it."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(profile: Path) -> dict[str, str]:
    """What a process on *profile* is given: no screen, no keychain."""
    return os.environ | {
        "MUTUALAID_NO_KEYRING": "1",
        "MUTUALAID_PROFILE": str(profile),
        "PYTHONUNBUFFERED": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


def line_beginning(stream: IO[str], beginning: str) -> str:
    """The rest of the first line that begins so."""
    for line in stream:
        if line.startswith(beginning):
            return line[len(beginning) :].strip()
    raise RuntimeError(f"a process ended and never said {beginning!r}")


@contextmanager
def started(
    module: str, arguments: Sequence[str], profile: Path
) -> Iterator[subprocess.Popen[str]]:
    """``python -m MODULE ARGUMENTS…``, ended (SIGTERM) when the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(profile),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def node(profile: Path, *arguments: str) -> Iterator[str]:
    """``mutualaid node`` on loopback; yields the address at which it listens."""
    fixed = ["node", "--no-discovery", "--listen", "127.0.0.1"]
    with started("mutualaid", [*fixed, *arguments], profile) as process:
        assert process.stdout is not None
        yield line_beginning(process.stdout, "listening ")


class CountingProxy:
    """Passes on one TCP connection after another, and counts the bytes each way."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._server]
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.sent = self.received = 0
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def bytes(self) -> int:
        """Both ways together."""
        return self.sent + self.received

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._sockets += [near, far]
            for source, sink, way in ((near, far, "sent"), (far, near, "received")):
                thread = threading.Thread(target=self._pass_on, args=(source, sink, way))
                thread.start()
                self._threads.append(thread)

    def _pass_on(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        try:
            while data := source.recv(1 << 18):
                setattr(self, way, getattr(self, way) + len(data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            # One that never connected, or is down already, is closed all the same.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()
