# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The window: how soon it is usable, and how much memory it takes."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from tests.benchmarks.live import WORKERS
from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row, cost

MIB = 1024 * 1024


def opened(worker: str, profile: Path) -> tuple[float, float]:
    """Milliseconds until the window is usable, and the MiB its process then holds."""
    begun = time.monotonic_ns()
    with started(WORKERS, [worker], profile) as process:
        assert process.stdout is not None
        usable = int(line_beginning(process.stdout, "usable "))
        memory = psutil.Process(process.pid).memory_info().rss
        return (usable - begun) / 1e6, memory / MIB


@dataclass(frozen=True, slots=True)
class Measured:
    """(milliseconds, MiB) of each opening, taken in turns."""

    empty: list[tuple[float, float]]
    ordinary: list[tuple[float, float]]
    many: list[tuple[float, float]]


@cache
def measured(bench: Bench) -> Measured:
    """Open each window several times; kept for the other rows."""
    worlds = bench.world(bench.posts), bench.world(bench.many)
    found = Measured([], [], [])
    # The first round is not counted: it compiles, and it warms the disk's cache.
    for counted in [False] + [True] * bench.repeats:
        for runs, worker, profile in (
            (found.empty, "empty-window", worlds[0].full),
            (found.ordinary, "window", worlds[0].full),
            (found.many, "window", worlds[1].full),
        ):
            one = opened(worker, profile)
            if counted:
                runs.append(one)
    return found


def startup(bench: Bench) -> list[Row]:
    """Milliseconds from starting the process until the board stands in the window."""
    found = measured(bench)
    floors = [taken for taken, _ in found.empty]
    return [
        cost(name, [taken for taken, _ in runs], "ms", floors, must)
        for name, runs, must in (
            ("startup", found.ordinary, "ratio ≤ 2"),
            ("startup_many", found.many, "ratio ≤ 3"),
        )
    ]


def memory(bench: Bench) -> Row:
    """MiB of the window's process among many posts."""
    found = measured(bench)
    floors = [size for _, size in found.empty]
    return cost("memory", [size for _, size in found.many], "MiB", floors, "≤ 250")
