# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A first sync between two `mutualaid node` processes over loopback: speed, bytes, growth."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event

from mutualaid.model.entry import Purged
from mutualaid.model.group import Group
from mutualaid.model.values import PostFilter
from tests.benchmarks import floor
from tests.benchmarks.processes import CountingProxy, node
from tests.benchmarks.row import Bench, Row, cost, rate
from tests.benchmarks.world import TEXT, TITLE, World, open_group

POLL_SECONDS = 0.004
PATIENCE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Sync:
    """What one first sync took. Seconds count from when the empty machine is ready."""

    entries: int
    posts: int
    stored: float
    searchable: float
    disk: int
    wire: int = 0


def synced(world: World, *, count_bytes: bool = False) -> Sync:
    """Sync the empty machine of *world* with the full one, watching its database from outside."""
    with ExitStack() as stack:
        source = stack.enter_context(open_group(world.full))
        wanted = _entries(source)
        target = stack.enter_context(open_group(world.empty))
        before = _entries(target)
        address = stack.enter_context(node(world.full))
        proxy = stack.enter_context(CountingProxy(address)) if count_bytes else None
        stack.enter_context(node(world.empty, "--peer", proxy.address if proxy else address))
        begun = time.perf_counter()
        stored = searchable = 0.0
        pause = Event()
        while not searchable:
            now = time.perf_counter() - begun
            if now > PATIENCE_SECONDS:
                raise RuntimeError(f"only {_entries(target)} of {wanted} entries came")
            # Counted from behind the highest number, so that a look costs microseconds.
            held = _entries(target)
            if not stored and held >= wanted:
                stored = now
            if stored and _applied(target) >= held:
                searchable = now
            pause.wait(POLL_SECONDS)
        _check_all_found(source, target, world.posts)
        wire = proxy.bytes if proxy else 0
    return Sync(wanted - before, world.posts, stored, searchable, _disk(world.empty), wire)


def _entries(group: Group) -> int:
    row = group.replica.store.connection.execute("SELECT max(number) FROM entry").fetchone()
    return int(row[0] or 0)


def _applied(group: Group) -> int:
    return int(group.replica.store.meta("applied") or 0)


def _check_all_found(source: Group, target: Group, posts: int) -> None:
    """What is fast and not there does not count."""
    target.refresh()
    assert target.count_posts(PostFilter()) == posts
    row = source.posts(PostFilter(), limit=1)[0]
    found = target.posts(PostFilter(search=row.title.strip(".")), limit=10)
    assert row.id in [each.id for each in found]


def _disk(profile: Path) -> int:
    return sum(file.stat().st_size for file in profile.rglob("*") if file.is_file())


def fresh(bench: Bench, world: World, *, count_bytes: bool = False) -> Sync:
    """One first sync into a copy of the empty machine."""
    with bench.copy(world) as copy:
        return synced(copy, count_bytes=count_bytes)


@dataclass(frozen=True, slots=True)
class Measured:
    """First syncs and their floors (things per second), taken in turns, so that what else goes
    on at this machine meets both."""

    syncs: list[Sync]
    stored_floors: list[float]
    searchable_floors: list[float]


@cache
def ordinary(bench: Bench) -> Measured:
    """First syncs of the ordinary size; kept for the other rows."""
    world = bench.world(bench.posts)
    file = bench.folder / "floor"
    entries = floor.prepare(world, file)
    found = Measured([], [], [])
    for _ in range(bench.repeats):
        found.syncs.append(fresh(bench, world))
        for searchable, floors, things in (
            (False, found.stored_floors, entries),
            (True, found.searchable_floors, world.posts),
        ):
            with bench.copy(world) as copy:
                seconds = floor.first_sync(file, copy.empty, searchable=searchable)
                floors.append(things / seconds)
    return found


def first_sync_stored(bench: Bench) -> Row:
    """Entries a second, until every entry is stored and its chain and signature checked."""
    found = ordinary(bench)
    runs = [sync.entries / sync.stored for sync in found.syncs]
    return rate("first_sync_stored", runs, "entries/s", found.stored_floors, "≥ 35,000")


def first_sync_searchable(bench: Bench) -> Row:
    """Posts a second, until every post is in the views and found by search."""
    found = ordinary(bench)
    runs = [sync.posts / sync.searchable for sync in found.syncs]
    must = "≥ 12,000, ratio ≤ 2.5"
    return rate("first_sync_searchable", runs, "posts/s", found.searchable_floors, must)


def growth(bench: Bench) -> Row:
    """How much longer ten times the posts take; the floor is ten times."""
    few, many = bench.world(bench.posts), bench.world(bench.many)
    runs = []
    for _ in range(3 if bench.quick else 2):
        base = fresh(bench, few).searchable
        runs.append(fresh(bench, many).searchable / base)
    return cost("growth", runs, "×", [10.0], "≤ 12")


def wire_bytes(bench: Bench) -> Row:
    """Bytes on the wire a post, both ways, handshakes and all."""
    world = bench.world(bench.posts)
    sync = fresh(bench, world, count_bytes=True)
    runs = [sync.wire / sync.posts]
    return cost("wire_bytes", runs, "bytes/post", [_least_bytes(world)], "≤ 600")


@cache
def _least_bytes(world: World) -> float:
    """What cannot be compressed (salt and signature), and the payloads squeezed all at once."""
    import lzma

    with open_group(world.full) as group:
        rows = group.replica.store.connection.execute("SELECT payload FROM entry").fetchall()
    assert not any(isinstance(payload, Purged) for (payload,) in rows)
    squeezed = len(lzma.compress(b"".join(payload for (payload,) in rows)))
    return squeezed / world.posts + 16 + 64


def disk_bytes(bench: Bench) -> Row:
    """Bytes on disk a post, everything: journal, views, search, write-ahead log."""
    runs = [sync.disk / sync.posts for sync in ordinary(bench).syncs]
    # The text itself, and what proves who wrote it.
    return cost("disk_bytes", runs, "bytes/post", [TITLE + TEXT + 64.0], "≤ 1,843")
