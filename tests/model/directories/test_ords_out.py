# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Repairs as Open Repair Data: valid by the published schema, and the same when read again."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.model.directories.directory import Directory, Repair, Source
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.ords import COLUMNS, split_item
from mutualaid.model.directories.incoming import ords
from mutualaid.model.directories.incoming.item import Sort, Wanted
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.values import RepairOutcome
from tests.model.directories import examples
from tests.model.directories.strategies import repairs

STANDARD = Path(__file__).parents[4] / "shared" / "standards" / "ords-0.3"


def written(directory: Directory) -> bytes:
    (file,) = format_named("ords").files(directory, lambda: None)
    return b"".join(file.chunks)


def rows(directory: Directory) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(directory).decode(), newline="")))


def of(*repairs: Repair) -> Directory:
    return replace(examples.rich(), repairs=repairs)


def complaints(directory: Directory, folder: Path) -> list[str]:
    (folder / "repairs.csv").write_bytes(written(directory))
    schema = Schema.from_descriptor(
        json.loads((STANDARD / "schema-mended.json").read_text(encoding="utf-8"))
    )
    report = Resource(path="repairs.csv", basepath=str(folder), schema=schema).validate()
    return [error.message for task in report.tasks for error in task.errors]


@pytest.mark.skipif(not STANDARD.exists(), reason="the published standards are not here")
@pytest.mark.parametrize("directory", [examples.rich(), examples.bare(), examples.large(20, 500)])
def test_it_is_valid_by_the_schema(directory: Directory, tmp_path: Path) -> None:
    assert complaints(directory, tmp_path) == []


@pytest.mark.skipif(not STANDARD.exists(), reason="the published standards are not here")
def test_the_columns_and_words_are_the_published_ones() -> None:
    published = json.loads((STANDARD / "tableschema.json").read_text(encoding="utf-8"))
    fields = published["resources"][0]["schema"]["fields"]
    assert list(COLUMNS) == [field["name"] for field in fields]
    by_name = {field["name"]: field for field in fields}
    barriers = by_name["repair_barrier_if_end_of_life"]["constraints"]["enum"].strip("[]")
    statuses = by_name["repair_status"]["constraints"]["enum"].strip("[]").split(", ")
    ended = examples.rich().repairs[0]
    for number, barrier in enumerate(barriers.split(",")):
        text = "Item too worn out" if number == 5 else barrier
        (row,) = rows(of(replace(ended, outcome=RepairOutcome.END_OF_LIFE, barrier=text)))
        assert row["repair_barrier_if_end_of_life"] == barrier
    found = {rows(of(replace(ended, outcome=each)))[0]["repair_status"] for each in RepairOutcome}
    assert found == set(statuses)
    with (STANDARD / "product_categories.csv").open(encoding="utf-8", newline="") as file:
        for each in csv.DictReader(file):
            (row,) = rows(of(replace(ended, category=each["product_category"], item="x")))
            assert {name: row[name] for name in each} == each
            assert row["partner_product_category"] == "x"


def test_what_the_standard_lacks_goes_out_under_the_nearest_category() -> None:
    repair = examples.rich().repairs[0]
    (row,) = rows(of(replace(repair, category="Bicycle", item="my old one")))
    assert (row["product_category"], row["product_category_id"]) == ("Misc", "18")
    assert split_item(row["partner_product_category"]) == ("Bicycle", "my old one")
    assert split_item("Household ~ Kettle") == ("", "Household ~ Kettle")


def test_what_came_from_such_a_file_keeps_its_id_and_provider() -> None:
    repair = examples.rich().repairs[0]
    source = Source("Repair Café Toronto", "RCToronto_6912", "CC BY-SA 4.0")
    twice = (replace(repair, source=source), replace(repair, id=b"x" * 16, source=source))
    first, second = rows(of(*twice))
    assert first["id"] == "rctoronto-6912"
    assert second["id"] != first["id"]
    assert first["data_provider"] == "Repair Café Toronto"


def test_an_id_says_nothing_of_the_record_and_stays_the_same() -> None:
    directory = examples.rich()
    first, again = rows(directory), rows(replace(directory, repairs=directory.repairs[::-1]))
    assert [row["id"] for row in first] == [row["id"] for row in again[::-1]]
    for repair, row in zip(directory.repairs, first, strict=True):
        assert repair.id.hex() not in row["id"]
        assert str(int.from_bytes(repair.id, "big")) not in row["id"]


def test_every_repair_is_told_of() -> None:
    seen: list[int] = []
    (file,) = format_named("ords").files(examples.large(20, 500), lambda: seen.append(1))
    for _chunk in file.chunks:
        pass
    assert len(seen) == 100


@settings(max_examples=50)
@given(st.lists(repairs(), max_size=3, unique_by=lambda repair: repair.id))
def test_out_and_in_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, attempts: list[Repair]
) -> None:
    directory = of(*attempts)
    path = tmp_path_factory.mktemp("out") / "repairs.csv"
    path.write_bytes(written(directory))
    found = ords.read(path, Wanted(), lambda done, whole: None)
    assert found.problems == ()
    items = [item for item in found.items if item.sort is Sort.REPAIR]
    places = {item.key: item for item in found.items if item.sort is Sort.PLACE}
    assert len(items) == len(attempts)
    for repair, item in zip(attempts, items, strict=True):
        said = check(REGISTRY["repair"], item.fields)
        wanted = {
            name: getattr(repair, name)
            for name in "category item brand problem barrier date year age".split()
        }
        wanted["outcome"] = repair.outcome.value
        wanted["country"] = repair.country or directory.group.country
        assert {name: said.get(name, "") for name in wanted} == wanted
        at = places[item.place]
        assert at.fields["name"] == (repair.place_name or directory.group.name)
