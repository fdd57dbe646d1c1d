# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A directory of a whole quarter, in every format: how long, and how much memory at most.

Everything in it may leave, so that nothing is saved by leaving it out.
"""

import json
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from mutualaid.model.content import Identity
from mutualaid.model.directories.formats import NAMES
from mutualaid.model.group import Group, ImportRecord
from mutualaid.model.values import Audience, Scalar
from mutualaid.model.values.directories import ShareField
from tests.benchmarks.processes import line_beginning, started
from tests.benchmarks.row import Bench, Row
from tests.benchmarks.world import PEOPLE, Words, open_group

MODULE = "tests.benchmarks.directories"
PERSONS, POSTS, PLACES, REPAIRS = 2_000, 5_000, 60, 400
MIB = 1024 * 1024
_CATEGORIES = ("Kettle", "Laptop", "Lamp", "Toaster", "Iron", "Vacuum")


def directories(bench: Bench) -> list[Row]:
    """Seconds of planning and of writing all formats, and the peak of memory in MiB; the floor
    of writing is the copying of what was written."""
    posts = bench.size(POSTS)
    world = bench.world(posts)
    with bench.copy(world) as copy:
        with open_group(copy.full) as group:
            people = bench.size(PERSONS)
            _fill(group, people - PEOPLE)
        runs = [_written(copy.full, bench.folder / f"export-{at}") for at in range(bench.repeats)]
        floors = [_copied(bench.folder / "export-0", bench.folder / "copy") for _ in range(3)]
    plans, writes, tops, steps = zip(*runs, strict=True)
    assert min(steps) > 50, "no progress was shown"
    floor = sorted(floors)[1]
    return [
        _row("directories_plan", plans, "s", None),
        _row("directories_write", writes, "s", floor),
        _row("directories_memory", tops, "MiB", None),
    ]


def _row(name: str, runs: tuple[float, ...], unit: str, floor: float | None) -> Row:
    figure = sorted(runs)[len(runs) // 2]
    return Row(name, figure, unit, floor, figure / floor if floor else None, "", runs)


def _written(profile: Path, dest: Path) -> tuple[float, float, float, float]:
    """In a process of its own: seconds to plan, seconds to write, MiB at most, steps told."""
    with started(MODULE, [str(dest)], profile) as process:
        assert process.stdout is not None
        said = json.loads(line_beginning(process.stdout, "done "))
        return said["plan"], said["write"], said["peak"], said["steps"]


def _copied(source: Path, dest: Path) -> float:
    import time

    begun = time.perf_counter()
    shutil.copytree(source, dest)
    taken = time.perf_counter() - begun
    shutil.rmtree(dest)
    return taken


def _fill(group: Group, more: int) -> None:
    """People who are known of and agreed, places and repairs; everything may leave."""
    added, _known = group.import_records([*_people(group, more), *_places(group), *_repairs()])
    assert added == 2 * more + PLACES + REPAIRS
    db = group.replica.store.connection
    level = list(Audience).index(Audience.PUBLIC)
    for (number,) in db.execute("SELECT record FROM person").fetchall():
        db.executemany(
            "INSERT INTO person_share VALUES (?, ?, ?)",
            [(number, place, level) for place, _field in enumerate(ShareField)],
        )


def _people(group: Group, count: int) -> Iterator[ImportRecord]:
    words = Words(count)
    pick = random.Random(count)
    for at in range(count):
        fields: dict[str, Scalar] = {
            "name": words.text(14),
            "area": f"Street {at % 25}",
            "availability": words.text(20),
            "lang:English": True,
        }
        for level in pick.sample(("can", "teach", "learn"), 2):
            fields[f"skill:{words.text(12)}"] = level
        fields[f"fix:{pick.choice(_CATEGORIES)}"] = words.text(20)
        nonce = at.to_bytes(8, "big")
        yield "listed", fields, nonce, True
        known = Identity(group.id, group.id, nonce, "listed").record_id
        said: dict[str, Scalar] = {
            "listed": known,
            "how": "asked at the door",
            "audience": "public",
        }
        yield "listed_word", said, nonce, False


def _places(group: Group) -> Iterator[ImportRecord]:
    words = Words(2)
    for at in range(PLACES):
        fields: dict[str, Scalar] = {
            "name": words.text(20),
            "kind": "workshop",
            "area": f"Street {at % 25}",
            "address": words.text(30),
            "hours": "FREQ=WEEKLY;BYDAY=TU,TH;OPENS=17:00;CLOSES=19:30",
            "about": words.text(200),
            "share": "public",
            "point": f"{52 + at / 1000:.4f},{-1 - at / 1000:.4f}",
            "contact:phone": f"0121 {at:06d}",
        }
        yield "place", fields, at.to_bytes(8, "big"), True


def _repairs() -> Iterator[ImportRecord]:
    words = Words(3)
    for at in range(REPAIRS):
        fields: dict[str, Scalar] = {
            "category": _CATEGORIES[at % len(_CATEGORIES)],
            "outcome": "fixed",
            "item": words.text(20),
            "problem": words.text(120),
            "date": f"2026-{at % 12 + 1:02d}-11",
            "licence": "CC BY-SA 4.0",
        }
        yield "repair", fields, at.to_bytes(8, "big"), True


def main(dest: Path) -> None:
    """Write all formats once, and print what it took."""
    import os
    import time

    steps = 0

    def tick(_done: int, _total: int) -> None:
        nonlocal steps
        steps += 1

    with open_group(Path(os.environ["MUTUALAID_PROFILE"])) as group:
        begun = time.perf_counter()
        plan = group.plan_directory(NAMES, Audience.GROUP, tick=tick)
        planned = time.perf_counter()
        group.write_directory(plan, dest, tick=tick)
        ended = time.perf_counter()
    said = {
        "plan": planned - begun,
        "write": ended - planned,
        "peak": _peak() / MIB,
        "steps": steps,
    }
    print("done", json.dumps(said), flush=True)


def _peak() -> int:
    """Bytes that this process held at most, where the system says so; else what it holds."""
    try:
        import resource
    except ImportError:
        return int(psutil.Process().memory_info().rss)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
