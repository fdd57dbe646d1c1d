# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directory of a whole quarter as a booklet in PDF: how long, and how much memory at most."""

import json
import sys
import time

import psutil

from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row, cost

MODULE = "tests.benchmarks.paper"
PERSONS, POSTS = 2_000, 5_000
MIB = 1024 * 1024


def paper(bench: Bench) -> list[Row]:
    """Seconds from a directory to the bytes of a PDF of some 760 pages; MiB at the peak, and as
    the floor MiB of the directory and the program before anything is laid out."""
    runs = [_drawn(bench) for _ in range(bench.repeats)]
    seconds, tops, before = zip(*runs, strict=True)
    return [
        cost("paper", seconds, "s", (), ""),
        cost("paper_memory", tops, "MiB", before, ""),
    ]


def _drawn(bench: Bench) -> tuple[float, float, float]:
    """In a process of its own, without a screen."""
    sizes = [str(bench.size(PERSONS)), str(bench.size(POSTS))]
    with started(MODULE, sizes, bench.folder) as process:
        assert process.stdout is not None
        said = json.loads(line_beginning(process.stdout, "done "))
        return said["seconds"], said["peak"], said["before"]


def main(persons: int, posts: int) -> None:
    """Draw it once, and print what it took."""
    from mutualaid.model.directories.paper import make
    from mutualaid.ui.paper import Book, ensure_application, pdf
    from tests.model.directories.examples import large

    directory = large(persons, posts)
    application = ensure_application()
    before = _peak()
    begun = time.perf_counter()
    data = pdf(Book(make("directory", directory)))
    seconds = time.perf_counter() - begun
    assert data
    del application
    said = {"seconds": seconds, "peak": _peak(), "before": before}
    print("done", json.dumps(said), flush=True)


def _peak() -> float:
    """MiB that this process held at most, where the system says so; else what it holds."""
    try:
        import resource
    except ImportError:
        return float(psutil.Process().memory_info().rss / MIB)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
