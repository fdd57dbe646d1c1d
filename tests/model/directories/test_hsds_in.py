# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""HSDS data packages in: whole, whoever wrote them and however odd; and what we wrote, the same."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from frictionless import Package
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mutualaid.errors import ImportFileError
from mutualaid.model.directories.directory import Directory, Place, Point, Source
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.hsds.bundle import unkeep
from mutualaid.model.directories.hsds.schema import TABLES
from mutualaid.model.directories.incoming import hsds_package
from mutualaid.model.directories.incoming.hsds import read
from mutualaid.model.directories.incoming.item import Item, Problem, Read, Sort, Wanted
from mutualaid.model.records.reading import line, long_text
from mutualaid.model.values import Fix, PlaceKind, PostKind
from tests.model.directories import as_fields, examples, strategies

STANDARD = Path(__file__).parents[4] / "shared" / "standards" / "hsds-3.0"
FORMAT = format_named("hsds")
ORG, SERVICE, PLACE, AT = (f"{each * 8}-1111-4111-8111-111111111111" for each in "abcd")
GONE = "eeeeeeee-1111-4111-8111-111111111111"

needs_standard = pytest.mark.skipif(
    not STANDARD.exists(), reason="the published standards are not here"
)


def taken(path: Path) -> Read:
    return read(path, Wanted(), lambda done, whole: None)


def out(directory: Directory, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in FORMAT.files(directory, lambda: None):
        (folder / file.path).write_bytes(b"".join(file.chunks))
    return folder


def package(folder: Path, tables: Mapping[str, str], descriptor: object = None) -> Path:
    """A data package with these files; the descriptor names them all unless it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    if descriptor is None:
        names = {stem: table.name for stem, table in TABLES.items()}
        resources = [{"name": names.get(stem, stem), "path": f"{stem}.csv"} for stem in tables]
        descriptor = {"profile": "tabular-data-package", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def place_of(item: Item, origin: str = "A list") -> Place:
    """A place as it is gathered after this item came in."""
    fields = {name: str(value) for name, value in item.fields.items()}
    point = None
    if said := fields.get("point"):
        lat, _, lon = said.partition(",")
        point = Point(float(lat), float(lon))
    confirmed = item.fields.get("confirmed")
    return Place(
        examples.identity(item.key),
        "",
        line(fields["name"], 120),
        PlaceKind(fields["kind"]),
        area=fields.get("area", ""),
        address=fields.get("address", ""),
        hours=fields.get("hours", ""),
        about=fields.get("about", ""),
        fixes=tuple(Fix(name[4:], fields[name]) for name in sorted(fields) if name[:4] == "fix:"),
        contacts=item.contacts,
        confirmed=confirmed if isinstance(confirmed, int) else None,
        point=point,
        updated=item.updated,
        source=Source(fields.get("origin", origin), item.key, fields.get("licence", "")),
        more={name: long_text(value, 2000) for name, value in item.more.items()},
    )


def of(*places: Place) -> Directory:
    return replace(examples.bare(), places=places)


def cells(folder: Path) -> set[tuple[str, str, str, str]]:
    """Every cell of the tables of a package: table, id of its row, column, value."""
    found = set()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    if value and value.strip():
                        found.add((path.stem, row.get("id", ""), column, value.strip()))
    return found


def whys(problems: tuple[Problem, ...]) -> str:
    return "\n".join(f"{problem.where}: {problem.why}" for problem in problems)


# -- ours


@pytest.mark.parametrize("directory", [examples.rich(), examples.bare()], ids=["rich", "bare"])
def test_out_and_in_is_the_same(directory: Directory, tmp_path: Path) -> None:
    assert_same(directory, taken(out(directory, tmp_path)))


@settings(max_examples=30)
@given(strategies.directories())
def test_any_directory_out_and_in_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    assert_same(directory, taken(out(directory, tmp_path_factory.mktemp("out"))))


def assert_same(directory: Directory, found: Read) -> None:
    assert found.problems == ()
    records = {
        Sort.PLACE: directory.places,
        Sort.PERSON: directory.people,
        Sort.POST: tuple(post for post in directory.posts if post.kind is PostKind.OFFER),
    }
    for sort, wanted in records.items():
        items = [item for item in found.items if item.sort is sort]
        leave = [each for each in wanted if not FORMAT.holds_back(directory, each)]
        assert len(items) == len(leave)
        for record, item in zip(leave, items, strict=True):
            expected = as_fields.carried(record, FORMAT)
            if sort is Sort.POST and getattr(record, "by_name", ""):
                expected.setdefault("for", record.by_name)  # type: ignore[union-attr]
            said = as_fields.said(item)
            said.pop("state", None)
            assert _point(said.pop("point", "")) == _point(expected.pop("point", ""))
            assert said == expected
            named = sort is not Sort.POST or record.by_name  # type: ignore[union-attr]
            assert set(item.contacts) == (set(record.contacts) if named else set())
            assert dict(item.more) == dict(record.more)
            assert item.updated == record.updated


def _point(said: object) -> list[float]:
    return [float(each) for each in str(said).split(",") if each]


def test_twice_out_and_in_keeps_every_id(tmp_path: Path) -> None:
    """What came in goes out under the ids it came with."""
    first = out(of(*examples.places()), tmp_path / "first")
    places = [place_of(item) for item in taken(first).items]
    second = out(of(*places), tmp_path / "second")
    kept = {cell for cell in cells(first) if cell[0] != "attributes"}
    group = {row[1] for row in kept if row[0] == "organizations" and row[3] == "Elm Street"}
    ids = {(table, row) for table, row, _, _ in kept if row not in group}
    assert ids <= {(table, row) for table, row, _, _ in cells(second)}


def test_what_others_wrote_into_our_package_is_kept(tmp_path: Path) -> None:
    folder = out(of(examples.places()[0]), tmp_path)
    text = (folder / "services.csv").read_text(encoding="utf-8")
    (folder / "services.csv").write_text(
        text.replace("wait_time", "wait_time", 1).replace(",active,,,", ",active,,Just come,", 1),
        encoding="utf-8",
    )
    (item,) = taken(folder).items
    assert item.more["services.application_process"] == "Just come"
    again = out(of(place_of(item)), tmp_path / "again")
    assert ("application_process", "Just come") in {cell[2:] for cell in cells(again)}


# -- the published example


@needs_standard
def test_the_example_comes_in_whole() -> None:
    found = taken(STANDARD / "example")
    (item,) = found.items
    assert item.fields["name"] == "Example Organization Inc."
    assert item.fields["address"] == "1-30 Main Street, MyVillage, MyCity, MyState, ABC 1234"
    assert "Community Counselling" in str(item.fields["about"])
    assert [contact.value for contact in item.contacts] == [
        "+44 1234 234567",
        "email@example.com",
        "http://example.com",
    ]
    back, rest = unkeep(item.key, item.more)
    assert rest == {}
    said = {str(value) for value in item.fields.values()}
    kept = {
        (stem, row.get("id", ""), column, value)
        for stem, rows in back.rows.items()
        for row in rows
        for column, value in row.items()
    }
    lost = {cell for cell in cells(STANDARD / "example") - kept if cell[3] not in said}
    assert lost == set()
    assert found.lines == 21


@needs_standard
def test_the_broken_references_of_the_example_are_listed_and_kept() -> None:
    found = taken(STANDARD / "example")
    said = whys(found.problems)
    for where, column, value in (
        ("contacts.csv line 2", "organization_id", "ae67a707-5893-4225-b0b1-320ab9cb596b"),
        ("contacts.csv line 2", "service_at_location_id", "93eaf18d-1cd2-4ec7-bffb-3c9172ee5070"),
        ("locations.csv line 2", "organization_id", "985e4a42-bd9f-4edc-911d-0243a4640aca"),
        ("taxonomy_terms.csv line 2", "taxonomy_id", "07ff6aee-a219-438c-b694-d2fcb6c5373b"),
    ):
        assert f"{where}: {column} leads nowhere: {value}" in said
        assert any(value in text for text in found.items[0].more.values())
    assert all(problem.kept for problem in found.problems)


@needs_standard
def test_the_example_goes_out_again_valid_and_whole(tmp_path: Path) -> None:
    """Its broken references too: they travel in an attribute, as a package must not have them."""
    (item,) = taken(STANDARD / "example").items
    folder = out(of(place_of(item)), tmp_path)
    assert Package(str(folder / "datapackage.json")).validate().valid
    missing = {cell[2:] for cell in cells(STANDARD / "example") - cells(folder)}
    assert missing == {
        ("organization_id", "ae67a707-5893-4225-b0b1-320ab9cb596b"),
        ("service_at_location_id", "93eaf18d-1cd2-4ec7-bffb-3c9172ee5070"),
        ("organization_id", "985e4a42-bd9f-4edc-911d-0243a4640aca"),
        ("taxonomy_id", "07ff6aee-a219-438c-b694-d2fcb6c5373b"),
    }
    (again,) = taken(folder).items
    assert (again.key, again.contacts, again.more) == (item.key, item.contacts, item.more)
    assert {**item.fields, "origin": "A list", "origin_id": item.key} == again.fields


@needs_standard
def test_what_was_changed_here_goes_out_changed(tmp_path: Path) -> None:
    (item,) = taken(STANDARD / "example").items
    place = replace(
        place_of(item),
        name="A new name",
        hours="FREQ=WEEKLY;BYDAY=MO;OPENS=09:00;CLOSES=17:00",
        address="2 High Street, Leeds, West Yorkshire, LS1 4AB",
        contacts=(),
    )
    folder = out(of(place), tmp_path)
    assert Package(str(folder / "datapackage.json")).validate().valid
    found = {(table, column, value) for table, _, column, value in cells(folder)}
    assert ("organizations", "name", "A new name") in found
    assert ("schedules", "byday", "MO") in found
    text = " ".join(value for table, _, value in found if table != "attributes")
    assert "+44 1234 234567" not in text
    assert "1-30 Main Street" not in text
    (again,) = taken(folder).items
    assert again.fields["hours"] == place.hours
    assert again.fields["address"] == place.address
    assert again.contacts == ()


# -- packages of others


def test_each_further_location_is_a_place(tmp_path: Path) -> None:
    folder = package(
        tmp_path,
        {
            "organizations": f"id,name,description\n{ORG},Bakers,We bake\n",
            "services": f"id,organization_id,name,status\n{SERVICE},{ORG},Bread,active\n",
            "locations": (
                f"id,location_type,organization_id,name\n{PLACE},physical,{ORG},Mill\n"
                f"{AT},physical,{ORG},Yard\n"
            ),
            "schedules": (
                "id,location_id,freq,byday,opens_at,closes_at\n"
                + "".join(
                    f"0000000{n}-1111-4111-8111-111111111111,{AT},WEEKLY,{day},09:00:00,17:00:00\n"
                    for n, day in enumerate(["MO", "TU", "WE", "TH", "FR"])
                )
            ),
        },
    )
    found = taken(folder)
    assert found.problems == ()
    first, second = found.items
    assert (first.fields["name"], first.fields["about"]) == ("Bakers", "We bake\n\nBread")
    assert (second.key, second.fields["name"]) == (AT, "Yard")
    assert second.fields["hours"] == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;OPENS=09:00;CLOSES=17:00"


def test_a_service_without_an_organization_stands_alone_and_goes_out(tmp_path: Path) -> None:
    folder = package(
        tmp_path / "in",
        {"services": f"id,organization_id,name,status\n{SERVICE},{GONE},Soup,active\n"},
    )
    found = taken(folder)
    (item,) = found.items
    assert "organization_id leads nowhere" in whys(found.problems)
    again = out(of(place_of(item)), tmp_path / "out")
    assert Package(str(again / "datapackage.json")).validate().valid
    assert ("organizations", GONE, "name", "Soup") in cells(again)
    (same,) = taken(again).items
    assert (same.key, same.more) == (item.key, item.more)


def test_ids_that_are_no_uuids_are_kept_and_go_out_as_uuids(tmp_path: Path) -> None:
    folder = package(
        tmp_path / "in",
        {
            "organizations": "id,name,description\nORG-1,Bakers,We bake\n",
            "services": "id,organization_id,name,status\nS1,ORG-1,Bread,active\n",
        },
    )
    found = taken(folder)
    (item,) = found.items
    assert "The id “org-1” is no UUID" in whys(found.problems)
    again = out(of(place_of(item)), tmp_path / "out")
    assert Package(str(again / "datapackage.json")).validate().valid
    (same,) = taken(again).items
    assert (same.key, same.more) == (item.key, item.more)


def test_the_same_place_from_two_lists_goes_out_once_and_valid(tmp_path: Path) -> None:
    text = f"id,name,description,legal_status\n{ORG},Bakers,We bake,{{}}\n"
    first, second = (
        taken(package(tmp_path / name, {"organizations": text.format(name)})).items[0]
        for name in ("club", "firm")
    )
    one, other = place_of(first), replace(place_of(second), id=b"o" * 16)
    folder = out(of(one, other), tmp_path / "out")
    assert Package(str(folder / "datapackage.json")).validate().valid
    assert ("organizations", ORG, "legal_status", "club") in cells(folder)
    assert any("firm" in cell[3] for cell in cells(folder))


def test_the_same_id_twice_is_said_and_both_are_kept(tmp_path: Path) -> None:
    folder = package(
        tmp_path,
        {"organizations": f"id,name,description\n{ORG},One,x\n{ORG},Two,y\n"},
    )
    found = taken(folder)
    (item,) = found.items
    assert "stands in line 2 already" in whys(found.problems)
    assert item.fields["name"] == "One"
    assert "Two" in item.more.values()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../secret.csv", "leads out of the package"),
        ("/etc/passwd", "leads out of the package"),
        ("C:\\secret.csv", "leads out of the package"),
        ("a\\..\\..\\secret.csv", "leads out of the package"),
        ("link.csv", "leads out of the package"),
        ("http://evil.example/organizations.csv", "Nothing is fetched"),
        ("file:///etc/passwd", "Nothing is fetched"),
        ("not-there.csv", "is not there"),
        ("", "names no file"),
        ("\0", "leads out of the package"),
    ],
)
def test_what_a_descriptor_names_elsewhere_is_not_opened(
    path: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text(f"id,name,description\n{GONE},Secret,x\n")
    folder = package(
        tmp_path / "in",
        {"organizations": f"id,name,description\n{ORG},Bakers,x\n"},
        {
            "resources": [
                {"name": "organization", "path": "organizations.csv"},
                {"name": "service", "path": path},
            ]
        },
    )
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    found = taken(folder)
    assert why in whys(found.problems)
    assert [item.fields["name"] for item in found.items] == ["Bakers"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = package(
        tmp_path,
        {"organizations": f"id,name,description\n{ORG},Bakers,x\n"},
        {"resources": [{"name": "service", "path": "services.csv"}]},
    )
    os.mkfifo(folder / "services.csv")
    assert len(taken(folder).items) == 1


def test_a_descriptor_that_lies_about_columns_is_not_believed(tmp_path: Path) -> None:
    fields = [{"name": name} for name in ("id", "description", "tax_id")]
    folder = package(
        tmp_path,
        {"organizations": f"id,name,description\n{ORG},Bakers,x\n"},
        {
            "resources": [
                {"name": "organization", "path": "organizations.csv", "schema": {"fields": fields}}
            ]
        },
    )
    found = taken(folder)
    assert [item.fields["name"] for item in found.items] == ["Bakers"]
    said = whys(found.problems)
    assert "names tax_id, which the file does not have" in said
    assert "does not name name, which it has" in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[" * 100_000,
        "[]",
        '{"resources": {}}',
        '{"resources": [1, null, [], {}]}',
        '{"resources": [{"path": ["organizations.csv", 3]}]}',
        '{"title": {}, "licenses": [[]]}',
    ],
)
def test_files_are_found_without_a_descriptor_that_can_be_read(text: str, tmp_path: Path) -> None:
    folder = package(tmp_path, {"organizations": f"id,name,description\n{ORG},Bakers,x\n"})
    (folder / "datapackage.json").write_text(text)
    found = taken(folder)
    assert [item.fields["name"] for item in found.items] == ["Bakers"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    text = f"id;name;description\r\n{ORG};Café Größe;Süße Brötchen für alle Nachbarn\r\n"
    folder = package(tmp_path, {"organizations": ""})
    (folder / "organizations.csv").write_bytes(text.encode(encoding))
    (item,) = taken(folder).items
    assert item.fields["name"] == "Café Größe"


def test_tables_and_columns_that_the_standard_does_not_have_are_kept(tmp_path: Path) -> None:
    folder = package(
        tmp_path / "in",
        {
            "organizations": f"id,name,description,Door code\n{ORG},Bakers,x,4711\n",
            "volunteers": f"id,organization_id,count\nV1,{ORG},12\n",
        },
    )
    (item,) = taken(folder).items
    assert item.more["volunteers.count"] == "12"
    assert "4711" in " ".join(item.more.values())
    again = out(of(place_of(item)), tmp_path / "out")
    assert Package(str(again / "datapackage.json")).validate().valid
    (same,) = taken(again).items
    assert same.more == item.more


def test_a_zip_is_read_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("list/datapackage.json", '{"title": "Our list"}')
        archive.writestr("list/organizations.csv", f"id,name,description\n{ORG},Bakers,x\n")
        archive.writestr("../../evil.csv", "x")
        archive.writestr("/tmp/evil.csv", "x")
    path = tmp_path / "list.zip"
    path.write_bytes(data.getvalue())
    found = taken(path)
    assert [item.fields["name"] for item in found.items] == ["Bakers"]
    assert found.origin == "Our list"
    assert whys(found.problems).count("outside of the package") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["list.zip"]


def test_a_zip_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsds_package, "LARGEST_PACKAGE", 1024 * 1024)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("organizations.csv", b"0" * (2 * 1024 * 1024))
    with pytest.raises(ImportFileError, match="once it is unpacked"):
        taken(path)


def test_a_torn_zip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "torn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("organizations.csv", os.urandom(5000))
    data = bytearray(path.read_bytes())
    data[100:200] = bytes(100)
    path.write_bytes(bytes(data))
    with pytest.raises(ImportFileError, match="damaged"):
        taken(path)


def test_a_package_with_too_many_lines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hsds_package, "MOST_ROWS", 2)
    rows = "".join(f"{n},Name\n" for n in range(5))
    with pytest.raises(ImportFileError, match="more than 2 lines"):
        taken(package(tmp_path, {"organizations": f"id,name\n{rows}"}))


@pytest.mark.parametrize("what", ["nothing", "empty", "text"])
def test_what_is_no_package_is_told(what: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    if what == "empty":
        path.mkdir()
    elif what == "text":
        path.write_text("hello")
    with pytest.raises(ImportFileError, match="Nothing was imported"):
        taken(path)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    folder = package(tmp_path, {"organizations": f"id,name,description\n{ORG},Bakers,x\n"})

    def stop(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(folder, Wanted(), stop)


# -- anything at all

_ID = st.sampled_from([ORG, SERVICE, PLACE, AT, GONE, "", "no-uuid", ORG.upper()])
_VALUE = st.one_of(
    _ID,
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    st.sampled_from(["WEEKLY", "MO,TU", "09:00:00", "2026-01-01", "a@b.example", "physical"]),
    st.sampled_from(["https://x.example", "51.5", "=1+1", "x" * 2500, "a\n\n\n\nb", "12"]),
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, str]:
    """Tables with columns of the standard and any values, in any order."""
    found = {}
    for stem in draw(
        st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=6, unique=True)
    ):
        names = [column.name for column in TABLES[stem].columns][1:]
        columns = ["id", *draw(st.lists(st.sampled_from(names), max_size=5, unique=True))]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        for _ in range(draw(st.integers(1, 3))):
            writer.writerow([draw(_ID), *(draw(_VALUE) for _ in columns[1:])])
        found[stem] = text.getvalue()
    return found


@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(tables())
def test_any_tables_come_in_whole_and_go_out_valid(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, str]
) -> None:
    """The validator takes a third of a second for each, so there are few of them, and none is
    made smaller."""
    folder = package(tmp_path_factory.mktemp("in"), found)
    try:
        first = taken(folder)
    except ImportFileError:
        return
    again = out(of(*(place_of(item) for item in first.items)), tmp_path_factory.mktemp("out"))
    report = Package(str(again / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    if not first.items:
        return
    twice = out(
        of(*(place_of(item) for item in taken(again).items)), tmp_path_factory.mktemp("twice")
    )
    if "already" not in whys(first.problems):  # of two lines with one id either may go first
        assert {cell for cell in cells(again) - cells(twice) if cell[0] != "attributes"} == set()
    text = " ".join(
        part
        for item in first.items
        for part in (*map(str, item.fields.values()), *item.more.values(), *_said(item))
    )
    for _, _, column, value in cells(folder):
        if column not in ("latitude", "longitude") and "\n" not in value and len(value) < 30:
            assert value in text or json.dumps(value)[1:-1] in text


def _said(item: Item) -> list[str]:
    return [contact.value for contact in item.contacts]
