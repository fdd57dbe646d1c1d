# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories as HSDS data packages: valid by the published descriptor and by our own."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import given, settings

from mutualaid.model.directories.directory import Directory, Place, Source
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.hsds.schema import BY_RESOURCE, TABLES, is_uuid, resource
from mutualaid.model.values import PlaceKind, PostKind
from tests.model.directories import examples, strategies

STANDARD = Path(__file__).parents[4] / "shared" / "standards" / "hsds-3.0"
FORMAT = format_named("hsds")

needs_standard = pytest.mark.skipif(
    not STANDARD.exists(), reason="the published standards are not here"
)


def write(directory: Directory, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in FORMAT.files(directory, lambda: None):
        (folder / file.path).write_bytes(b"".join(file.chunks))
    return folder


def tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def complaints(descriptor: Path) -> list[str]:
    report = Package(str(descriptor)).validate()
    return [
        *(error.message for error in report.errors),
        *(f"{task.name}: {error.message}" for task in report.tasks for error in task.errors),
    ]


def published(folder: Path) -> Path:
    """The published descriptor, of the tables that are in the folder."""
    whole = json.loads((STANDARD / "datapackage.json").read_text(encoding="utf-8"))
    present = [each for each in whole["resources"] if (folder / each["path"]).exists()]
    names = {each["name"] for each in present}
    for each in present:
        keys = each["schema"].get("foreignKeys", [])
        each["schema"]["foreignKeys"] = [
            key for key in keys if key["reference"]["resource"] in names
        ]
    path = folder / "published.json"
    path.write_text(json.dumps({**whole, "resources": present}), encoding="utf-8")
    return path


def everything(folder: Path) -> Iterator[str]:
    for rows in tables(folder).values():
        for row in rows:
            yield from row.values()


@needs_standard
def test_our_tables_are_the_published_ones() -> None:
    def rules(schema: dict[str, Any]) -> tuple[Any, ...]:
        said = ("name", "type", "format", "constraints")
        keys = schema.get("foreignKeys", [])
        fields = [{key: field[key] for key in said if key in field} for field in schema["fields"]]
        return schema["primaryKey"], fields, sorted(keys, key=lambda key: str(key["fields"]))

    whole = json.loads((STANDARD / "datapackage.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in whole["resources"]] == list(BY_RESOURCE)
    for each in whole["resources"]:
        ours = resource(BY_RESOURCE[each["name"]], TABLES)
        assert ours["path"] == each["path"]
        assert rules(ours["schema"]) == rules(each["schema"]), each["name"]


@pytest.mark.parametrize("directory", [examples.rich(), examples.bare(), examples.large(40, 60)])
def test_it_is_a_valid_data_package(directory: Directory, tmp_path: Path) -> None:
    folder = write(directory, tmp_path / "out")
    assert complaints(folder / "datapackage.json") == []
    if STANDARD.exists():
        assert complaints(published(folder)) == []


def test_the_validator_sees_what_is_wrong(tmp_path: Path) -> None:
    """Or the tests above could not fail."""
    folder = write(examples.rich(), tmp_path / "out")
    path = folder / "phones.csv"
    text = path.read_text(encoding="utf-8")
    service = tables(folder)["phones"][1]["service_id"]
    path.write_text(text.replace(service, service[:-1] + "f"), encoding="utf-8")
    assert any("foreign key" in said for said in complaints(folder / "datapackage.json"))


@settings(max_examples=8)
@given(strategies.directories())
def test_any_directory_is_valid(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    """The validator takes a third of a second for each, so there are few of them."""
    folder = write(directory, tmp_path_factory.mktemp("out"))
    assert complaints(folder / "datapackage.json") == []


def test_every_id_is_one_of_its_own_and_says_nothing_of_ours(tmp_path: Path) -> None:
    directory = examples.rich()
    found = tables(write(directory, tmp_path))
    ids = [row["id"] for rows in found.values() for row in rows]
    assert len(set(ids)) == len(ids)
    assert all(is_uuid(each) for each in ids)
    text = " ".join(everything(tmp_path))
    for record in (*directory.people, *directory.posts, *directory.places):
        assert record.id.hex() not in text.replace("-", "")


def test_the_same_directory_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(examples.rich(), tmp_path / "a"), write(examples.rich(), tmp_path / "b")
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_needs_and_those_who_offer_nothing_stay_out_and_it_is_said(tmp_path: Path) -> None:
    directory = examples.rich()
    services = {row["name"] for row in tables(write(directory, tmp_path))["services"]}
    for post in directory.posts:
        said = FORMAT.holds_back(directory, post)
        assert bool(said) == (post.kind is PostKind.NEED)
        assert (post.title in services) == (not said)
    zoe = next(person for person in directory.people if person.name == "Zoë")
    assert "Zoë" in FORMAT.holds_back(directory, zoe)
    assert "Zoë" not in " ".join(everything(tmp_path))


def test_an_address_is_whole_or_not_there(tmp_path: Path) -> None:
    """Who is known by a quarter alone is at a virtual location without an address."""
    found = tables(write(examples.rich(), tmp_path))
    (address,) = found["addresses"]
    assert (address["city"], address["country"]) == ("Berlin", "DE")
    by_name = {row["name"]: row for row in found["locations"]}
    assert by_name["حي الطاحونة"]["location_type"] == "virtual"
    assert by_name["Repair café =2+2"]["location_type"] == "physical"
    assert address["location_id"] == by_name["St. Marien Kitchen & “Café”"]["id"]


def test_what_others_run_is_an_organization_and_the_rest_a_location_of_the_group(
    tmp_path: Path,
) -> None:
    directory = examples.rich()
    found = tables(write(directory, tmp_path))
    group = found["organizations"][0]
    assert group["name"] == directory.group.name
    organizations = {row["name"] for row in found["organizations"][1:]}
    for place in directory.places:
        own = place.kind in (PlaceKind.ORGANIZATION, PlaceKind.KITCHEN, PlaceKind.CLINIC)
        assert (place.name in organizations) == own
        (service,) = (row for row in found["services"] if row["name"] == place.name)
        assert (service["organization_id"] == group["id"]) != own


def test_a_repair_group_from_elsewhere_is_not_ours(tmp_path: Path) -> None:
    place = Place(b"r" * 16, "", "Repair Café Toronto", PlaceKind.REPAIR, source=Source("ORDS"))
    found = tables(write(replace(examples.bare(), places=(place,)), tmp_path))
    assert [row["name"] for row in found["organizations"]][1:] == ["Repair Café Toronto"]


def test_the_end_of_an_export_is_said(tmp_path: Path) -> None:
    write(examples.rich(), tmp_path)
    said = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert "2027-02-20" in said["description"]
    assert said["profile"] == "tabular-data-package"


def test_stopping_leaves_nothing_open() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(iter(FORMAT.files(examples.rich(), stop)))
