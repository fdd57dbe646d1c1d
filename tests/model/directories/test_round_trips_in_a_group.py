# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""HSDS and ORDS from one group's machine to that of another group, by plan, file and import."""

import csv
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from frictionless import Package, Resource, Schema

from mutualaid.model.directories.directory import Directory, Place, Post, Repair
from mutualaid.model.directories.formats import format_named
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Mode,
    Part,
    PlaceDraft,
    PlaceKind,
    PostDraft,
    PostKind,
    SkillLevel,
    Urgency,
)
from tests.model.directories.examples import ODD

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLE = SHARED / "standards" / "hsds-3.0" / "example"
SCHEMA = SHARED / "standards" / "ords-0.3" / "schema-mended.json"
TORONTO = SHARED / "data" / "ords" / "repaircafe-toronto-202507.csv"

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    with Profile.open(tmp_path / "profile", environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        yield profile


@pytest.fixture
def here(profile: Profile) -> Iterator[Group]:
    with profile.start("Elm Street", "Ana", country="DEU") as group:
        yield group


@pytest.fixture
def there(profile: Profile) -> Iterator[Group]:
    with profile.start("Oak Street", "Ben", country="DEU") as group:
        yield group


def leaving(group: Group, form: str) -> Directory:
    return group.plan_directory([form], Audience.GROUP).by_format[form]


def carry(form: str, path: Path, here: Group, there: Group) -> None:
    """Out of one group, into another."""
    here.write_directory(here.plan_directory([form], Audience.GROUP), path)
    preview = there.read_import(form, path)
    assert preview.skips == ()
    assert preview.problems == ()
    there.apply_import(preview)


def alike(one: object, other: object, form: str, sort: str, *, but: str = "") -> None:
    """Whether all that a format carries is the same."""
    carries = format_named(form).carries
    for field in fields(one):  # type: ignore[arg-type]
        if f"{sort}.{field.name}" in carries and field.name not in but.split():
            assert getattr(one, field.name) == getattr(other, field.name), field.name


def test_places_and_offers_are_the_same_in_another_group(
    here: Group, there: Group, tmp_path: Path
) -> None:
    draft = PlaceDraft(
        "St. Marien Kitchen & “Café”",
        PlaceKind.KITCHEN,
        area="Mühlenviertel",
        address="Mühlenstraße 12, Berlin, Berlin, 10115",
        hours="Tuesdays and Thursdays, 17:00 to 19:30; first Saturday, 10 to 13",
        about=ODD,
        fixes=(Fix("Kettle", "=1+1"),),
    )
    here.add_place(draft)
    here.add_place(PlaceDraft("Repair café", PlaceKind.REPAIR, address="behind the library"))
    here.post(
        PostDraft(
            PostKind.OFFER,
            "Bread, “every” Saturday 🥖",
            text=ODD,
            category="food",
            urgency=Urgency.WEEK,
            area="Hill",
            when="Saturdays from ten",
            standing=True,
            mode=Mode.SWAP,
            named_parts=(Part("loaf", 5), Part("rolls; sweet", 12)),
            language="en",
        )
    )
    carry("hsds", tmp_path / "out", here, there)
    sent, came = leaving(here, "hsds"), leaving(there, "hsds")
    assert len(came.places) == len(sent.places) == 2
    for one, other in zip(sent.places, came.places, strict=True):
        alike(one, other, "hsds", "place", but="source updated")
    ((one,), (other,)) = sent.posts, came.posts
    assert isinstance(one, Post)
    alike(one, other, "hsds", "post", but="source updated on_behalf_of contacts")
    assert other.on_behalf_of == one.by_name == "Ana"


def test_people_come_as_known_of_and_their_contacts_wait(
    here: Group, there: Group, tmp_path: Path
) -> None:
    here.set_me(area="Hill", availability="Evenings", languages=("Deutsch", "العربية"))
    here.add_skill("Bread baking", SkillLevel.TEACH, "sourdough")
    here.add_fix("Bicycle", "brakes")
    here.set_contact(ContactKind.PHONE, "+49 30 5550101", Audience.GROUP)
    carry("hsds", tmp_path / "out", here, there)
    (known,) = there.known_people()
    assert (known.name, known.area, known.availability) == ("Ana", "Hill", "Evenings")
    assert set(known.languages) == {"Deutsch", "العربية"}
    assert "Bread baking" in " ".join(known.skills)
    assert "Bicycle" in " ".join(known.fixes)
    assert known.has_contacts
    assert known.contacts == ()
    assert known.origin == "Elm Street"


@needs_shared
def test_the_example_passes_through_two_groups_whole(
    here: Group, there: Group, tmp_path: Path
) -> None:
    here.apply_import(here.read_import("hsds", EXAMPLE))
    first = here.write_directory(here.plan_directory(["hsds"], Audience.GROUP), tmp_path / "out")
    assert Package(str(tmp_path / "out" / "datapackage.json")).validate().valid
    there.apply_import(there.read_import("hsds", tmp_path / "out"))
    there.write_directory(there.plan_directory(["hsds"], Audience.GROUP), tmp_path / "again")
    (one,), (other,) = leaving(here, "hsds").places, leaving(there, "hsds").places
    assert isinstance(one, Place)
    assert len(one.more) > 150
    alike(one, other, "hsds", "place", but="updated")
    groups_own = ("organizations.csv", "attributes.csv", "datapackage.json", "taxonomies.csv")
    for file in first.files:
        if file.path not in (*groups_own, "taxonomy_terms.csv"):
            assert (tmp_path / "again" / file.path).read_bytes() == (
                tmp_path / "out" / file.path
            ).read_bytes(), file.path


@needs_shared
def test_the_repairs_of_toronto_go_out_as_they_came(
    here: Group, there: Group, tmp_path: Path
) -> None:
    """All 5,567 of them, so it takes a few seconds."""
    here.apply_import(here.read_import("ords", TORONTO))
    plan = here.plan_directory(["ords"], Audience.PUBLIC)
    here.write_directory(plan, tmp_path / "repairs.csv")
    schema = Schema.from_descriptor(json.loads(SCHEMA.read_text(encoding="utf-8")))
    report = Resource(path="repairs.csv", basepath=str(tmp_path), schema=schema).validate()
    assert report.valid, report.flatten(["message"])[:3]
    said = json.loads((tmp_path / "repairs.csv.manifest.json").read_text(encoding="utf-8"))
    assert {"name": "Repair Café Toronto", "licence": "CC BY-SA 4.0"} in said["sources"]
    came = rows(TORONTO)
    went = rows(tmp_path / "repairs.csv")
    assert went.keys() == {each.replace("_", "-") for each in came}
    for own, row in came.items():
        row["id"] = own.replace("_", "-")
        again = went[row["id"]]
        for name in ("partner_product_category", "product_category", "repair_status", "event_date"):
            assert again[name] == " ".join(row[name].split()), (own, name)
    there.apply_import(there.read_import("ords", tmp_path / "repairs.csv"))
    by_id = {each.source.id: each for each in leaving(there, "ords").repairs if each.source}
    for repair in leaving(here, "ords").repairs:
        assert isinstance(repair, Repair)
        assert repair.source is not None
        alike(repair, by_id[repair.source.id.replace("_", "-")], "ords", "repair", but="place")


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
