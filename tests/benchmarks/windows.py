# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The window: how soon it is usable, and how much memory it takes."""

import time
from functools import cache
from pathlib import Path
from statistics import median

import psutil

from tests.benchmarks.live import WORKERS
from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row, cost
from tests.benchmarks.world import World

MIB = 1024 * 1024


def opened(worker: str, profile: Path) -> tuple[float, float]:
    """Milliseconds until the window is usable, and the MiB its process then holds."""
    begun = time.monotonic_ns()
    with started(WORKERS, [worker], profile) as process:
        assert process.stdout is not None
        usable = int(line_beginning(process.stdout, "usable "))
        memory = psutil.Process(process.pid).memory_info().rss
        return (usable - begun) / 1e6, memory / MIB


@cache
def empty_windows(folder: Path, repeats: int) -> list[tuple[float, float]]:
    """The same of a window with nothing in it."""
    return [opened("empty-window", folder) for _ in range(repeats + 1)][1:]


def ours(world: World, repeats: int) -> list[tuple[float, float]]:
    """The first is not counted: it compiles, and it warms the disk's cache."""
    return [opened("window", world.full) for _ in range(repeats + 1)][1:]


def startup(bench: Bench) -> list[Row]:
    """Milliseconds from starting the process until the board stands in the window."""
    floors = [taken for taken, _ in empty_windows(bench.folder, bench.repeats)]
    rows = []
    for name, posts, must in (
        ("startup", bench.posts, "ratio ≤ 2"),
        ("startup_many", bench.many, "ratio ≤ 3"),
    ):
        runs = [taken for taken, _ in ours(bench.world(posts), bench.repeats)]
        rows.append(cost(name, runs, "ms", floors, must))
    return rows


def memory(bench: Bench) -> Row:
    """MiB of the window's process among many posts."""
    floor = median(size for _, size in empty_windows(bench.folder, bench.repeats))
    runs = [size for _, size in ours(bench.world(bench.many), 1)]
    return cost("memory", runs, "MiB", [floor], "≤ 250")
