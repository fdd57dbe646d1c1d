# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""That what the benchmarks measure is what they say; how fast it is, is not for tests."""

import json
import pickle
from collections.abc import Iterator

import pytest

from mutualaid.model.group import Group
from mutualaid.model.records import REGISTRY
from mutualaid.model.values import PostFilter
from tests.benchmarks import __main__ as command
from tests.benchmarks import floor, reconnect, world
from tests.benchmarks.row import Bench, Row, cost, rate
from tests.benchmarks.world import World, open_group

POSTS, PEOPLE = 30, 5


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(quick=True) as made:
        yield made


@pytest.fixture(scope="module")
def small(bench: Bench) -> World:
    return world.build(bench.folder / "small", POSTS, PEOPLE)


def tables(group: Group) -> dict[str, int]:
    """How many rows each table has that the floor has to fill as well."""
    names = ["entry", "record", "change", *(t.name for k in REGISTRY.values() for t in k.tables)]
    db = group.replica.store.connection
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_the_floor_inserts_what_the_product_does(bench: Bench, small: World) -> None:
    file = bench.folder / "small-floor"
    entries = floor.prepare(small, file)
    wire, batches = pickle.loads(file.read_bytes())
    assert len(wire) == len(batches)
    with bench.copy(small) as copy, open_group(copy.empty) as plain:
        before = tables(plain)
        with plain.replica.store.write():
            for batch in batches:
                floor.check(batch)
                floor.insert(plain.replica.store.connection, batch, searchable=True)
        by_floor = tables(plain)
        found = "SELECT count(*) FROM search WHERE search MATCH 'street'"
        assert plain.replica.store.connection.execute(found).fetchone()[0] == POSTS
    with bench.copy(small) as copy, open_group(copy.full) as full, open_group(copy.empty) as ours:
        for runs in full.replica.journal.lacking(ours.replica.journal.holdings()):
            ours.replica.take_in(runs)
        ours.replica.apply_all()
        assert tables(ours) == by_floor
        assert by_floor["entry"] - before["entry"] == entries
        assert ours.count_posts(PostFilter()) == POSTS
        for runs in ours.replica.journal.lacking(full.replica.journal.holdings()):
            full.replica.take_in(runs)
        full.replica.apply_all()
        assert ours.replica.applier.view_hash() == full.replica.applier.view_hash()


def test_reconnecting_is_counted_to_the_end(bench: Bench, small: World) -> None:
    with bench.copy(small) as copy, open_group(copy.full) as full, open_group(copy.empty) as empty:
        trips, size = reconnect.conversation(full, empty)
        assert size > POSTS * world.TEXT / 4
        empty.replica.apply_all()
        reconnect.conversation(full, empty)
        again, less = reconnect.conversation(full, empty)
        assert again <= trips
        assert less < size / 10
        assert empty.count_posts(PostFilter()) == POSTS


def test_a_ratio_above_one_is_worse_than_the_floor() -> None:
    assert rate("a", [50.0, 40.0, 60.0], "1/s", [100.0], "").ratio == 2
    assert cost("b", [50.0, 40.0, 60.0], "ms", [25.0], "").ratio == 2
    assert cost("c", [50.0], "ms", [], "").ratio is None


def test_json_is_one_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row("one", 3.0, "ms", 1.5, 2.0, "≤ 4", (2.0, 3.0, 4.0))
    monkeypatch.setattr(command, "ROWS", {"one": lambda bench: row})
    monkeypatch.setattr("sys.argv", ["benchmarks", "one", "--json", "--quick"])
    assert command.main() == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "one": {
            "figure": 3.0,
            "unit": "ms",
            "floor": 1.5,
            "ratio": 2.0,
            "must": "≤ 4",
            "runs": [2.0, 3.0, 4.0],
        }
    }
