# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One more post while two machines are connected: until it is stored, and until it is shown."""

import random
import subprocess
import threading
from contextlib import ExitStack
from statistics import median, quantiles

from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row, cost
from tests.benchmarks.world import World

WORKERS = "tests.benchmarks.workers"
#: Posts that are made before any counts.
WARM = 5


def _next(process: subprocess.Popen[str], what: str) -> list[int]:
    assert process.stdout is not None
    return [int(number) for number in line_beginning(process.stdout, f"{what} ").split()]


def _rounds(world: World, names: tuple[str, str], what: str, count: int) -> list[float]:
    """Milliseconds from the beginning of each post to its line *what* at the other machine.

    Posts come one at a time, as people write them: a window gathers what comes in a burst.
    """
    taken = []
    pick = random.Random(3)
    rest = threading.Event()
    with ExitStack() as stack:
        source = stack.enter_context(started(WORKERS, [names[0]], world.full))
        assert source.stdout is not None
        assert source.stdin is not None
        address = line_beginning(source.stdout, "listening ")
        target = stack.enter_context(started(WORKERS, [names[1], address], world.empty))
        if what == "shown":
            _next(target, "usable")
        for _ in range(WARM + count):
            rest.wait(pick.uniform(0.15, 0.35))
            source.stdin.write("post\n")
            source.stdin.flush()
            begun = _next(source, "posted")[0]
            seen = _next(target, what)[0]
            while seen < begun:
                # What the first sync brought.
                seen = _next(target, what)[0]
            taken.append((seen - begun) / 1e6)
    return taken[WARM:]


def live_stored(bench: Bench) -> Row:
    """Milliseconds from a person's command on one machine until it is on the other's disk."""
    with bench.copy(bench.world(bench.size(10_000))) as world:
        runs = _rounds(world, ("writer", "watcher"), "stored", bench.size(100))
    with bench.copy(bench.world(bench.size(10_000))) as world:
        floors = _rounds(world, ("sender", "receiver"), "stored", bench.size(100))
    return cost("live_stored", runs, "ms, median", floors, "median ≤ 10")


def live_shown(bench: Bench) -> list[Row]:
    """Milliseconds from the same command until the other's window has painted the row."""
    with bench.copy(bench.world(bench.size(10_000))) as world:
        runs = _rounds(world, ("writer", "window"), "shown", bench.size(100))
    p95 = quantiles(runs, n=20)[-1]
    # A screen that shows sixty pictures a second cannot show it sooner than this on average.
    floor = 1000 / 60 / 2
    kept = tuple(runs)
    return [
        Row("live_shown", median(runs), "ms, median", floor, median(runs) / floor, "≤ 60", kept),
        Row("live_shown_p95", p95, "ms, p95", floor, p95 / floor, "≤ 150", kept),
    ]
