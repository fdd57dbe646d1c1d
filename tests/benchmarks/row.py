# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a benchmark reports, and what every benchmark is given."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Self

from tests.benchmarks import world
from tests.benchmarks.world import World


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``ratio`` is how many times the floor's cost ours is: 1 is the best there is."""

    name: str
    figure: float
    unit: str
    floor: float | None
    ratio: float | None
    must: str
    runs: tuple[float, ...] = ()


def rate(name: str, runs: Sequence[float], unit: str, floors: Sequence[float], must: str) -> Row:
    """A row of things per second, the median of *runs*: more is better."""
    figure, floor = median(runs), median(floors) if floors else None
    return Row(name, figure, unit, floor, floor / figure if floor else None, must, tuple(runs))


def cost(name: str, runs: Sequence[float], unit: str, floors: Sequence[float], must: str) -> Row:
    """A row of milliseconds, bytes and the like, the median of *runs*: less is better."""
    figure, floor = median(runs), median(floors) if floors else None
    return Row(name, figure, unit, floor, figure / floor if floor else None, must, tuple(runs))


@dataclass(slots=True, eq=False)
class Bench:
    """Where a benchmark works and how large. A context manager that clears up after itself."""

    quick: bool = False
    folder: Path = field(init=False)
    _worlds: dict[int, World] = field(default_factory=dict)

    @property
    def posts(self) -> int:
        """Posts of the ordinary size."""
        return self.size(10_000)

    @property
    def many(self) -> int:
        """Posts of the large size."""
        return self.size(100_000)

    @property
    def repeats(self) -> int:
        """How often a thing is measured."""
        return 3 if self.quick else 5

    def size(self, full: int) -> int:
        """A tenth, when it has to be quick."""
        return full // 10 if self.quick else full

    def world(self, posts: int) -> World:
        """The made-up group of that many posts, built once."""
        if posts not in self._worlds:
            self._worlds[posts] = world.build(self.folder / f"world-{posts}", posts)
        return self._worlds[posts]

    @contextmanager
    def copy(self, original: World) -> Iterator[World]:
        """A copy of a world's databases, to be written to and thrown away."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(original.folder, folder, dirs_exist_ok=True)
        yield World(folder, original.posts)
        shutil.rmtree(folder)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="mutualaid-benchmarks-"))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
