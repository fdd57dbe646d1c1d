# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Open Repair Data Standard: what is read, what is refused, and that twice is once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.errors import ImportFileError
from mutualaid.model.content import Identity
from mutualaid.model.directories.incoming import ords, ords_ids
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
from mutualaid.model.directories.preview import SkipWhy
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import Fix
from mutualaid.model.values.directories import ImportRow
from tests.helpers.examples import examples

HEADER = (
    "id,data_provider,country,partner_product_category,product_category,product_category_id,brand,"
    "year_of_manufacture,product_age,repair_status,repair_barrier_if_end_of_life,group_identifier,"
    "event_date,problem"
)
GOOD = "mended-1,Mended,GBR,Blue kettle,Kettle,14,Acme,2009,12,Fixed,,Elm Street,2024-05-01,Switch"
TORONTO = Path(__file__).parents[5] / "shared" / "data" / "ords" / "repaircafe-toronto-202507.csv"


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "repairs.csv"
    path.write_bytes("\n".join((header, *rows)).encode(encoding))
    return path


def changed(**cells: str) -> str:
    """The good row with some cells changed."""
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    return ",".join({**row, **cells}.values())


def no_tick(*_: int) -> None:
    pass


def read(path: Path) -> Read:
    return ords.read(path, Wanted(), no_tick)


def attempts(found: Read) -> list[Item]:
    return [item for item in found.items if item.sort is Sort.REPAIR]


def places(found: Read) -> list[Item]:
    return [item for item in found.items if item.sort is Sort.PLACE]


def lines(found: Read) -> list[int]:
    """The lines of the problems."""
    return [int(problem.where.removeprefix("line ")) for problem in found.problems]


def bring(group: Group, path: Path) -> ImportRow:
    return group.apply_import(group.read_import("ords", path))


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    environ = {"MUTUALAID_NO_KEYRING": "1"}
    with (
        Profile.open(tmp_path / "profile", environ=environ) as profile,
        profile.start("Elm Street", "Ana") as group,
    ):
        yield group


def test_a_row_becomes_an_attempt_with_all_it_says(tmp_path: Path) -> None:
    found = read(write(tmp_path, GOOD))
    (attempt,) = attempts(found)
    assert attempt.key == "mended-1"
    assert attempt.place == "Mended: Elm Street"
    assert attempt.fields == {
        "category": "Kettle",
        "item": "Blue kettle",
        "brand": "Acme",
        "problem": "Switch",
        "outcome": "fixed",
        "date": "2024-05-01",
        "year": "2009",
        "age": "12",
        "country": "GBR",
        "origin": "Mended",
    }
    assert (found.origin, found.licence, found.lines) == ("Mended", "CC BY-SA 4.0", 1)


def test_a_repair_group_becomes_a_place_that_repairs(tmp_path: Path) -> None:
    rows = (
        GOOD,
        changed(id="mended-2", product_category="Lamp", event_date="2024-06-01"),
        changed(id="mended-3", group_identifier="", event_date=""),
    )
    found = read(write(tmp_path, *rows))
    elm, mended = places(found)
    assert elm.fields["name"] == "Elm Street"
    assert elm.fields["kind"] == "repair"
    assert {"fix:Kettle", "fix:Lamp"} <= elm.fields.keys()
    assert elm.fields["confirmed"] == 1_717_200_000_000
    assert elm.fields["origin"] == "Mended"
    assert mended.fields["name"] == "Mended"
    assert "confirmed" not in mended.fields
    assert [item.place for item in attempts(found)] == [elm.key, elm.key, mended.key]


def test_importing_twice_adds_nothing(group: Group, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, changed(id="mended-2"), changed(id=""), changed(id=""))
    assert bring(group, path).added == 5
    entries = group.health().entries
    again = group.read_import("ords", path)
    assert again.does_nothing
    assert len(again.skips) == 5
    assert group.health().entries == entries
    newer = write(tmp_path, changed(id="MENDED_2"), changed(id="mended-9"))
    row = bring(group, newer)
    assert (row.added, row.changed) == (1, 0)


def test_what_is_imported_stands_among_the_fixers(group: Group, tmp_path: Path) -> None:
    rows = (GOOD, changed(id="mended-2", repair_status="Repairable"))
    bring(group, write(tmp_path, *rows))
    (place,) = group.places()
    assert (place.name, place.attempts, place.fixed) == ("Elm Street", 2, 1)
    nonce = ords_ids.place_nonce("Elm Street", "Mended")
    assert Identity(group.id, group.id, nonce, "place").record_id == place.id
    (fixer,) = group.fixers("kettle")
    assert (fixer.id, fixer.kind, fixer.attempts, fixer.fixed) == (place.id, "place", 2, 1)
    assert {row.place_name for row in group.repairs()} == {"Elm Street"}


def test_a_newer_file_adds_what_a_place_repairs(group: Group, tmp_path: Path) -> None:
    bring(group, write(tmp_path, GOOD))
    group.edit_place(group.places()[0].id, about="Behind the church", fixes=(Fix("Kettle", "All"),))
    newer = changed(id="mended-2", product_category="Lamp")
    bring(group, write(tmp_path, GOOD, newer))
    (place,) = group.places()
    assert place.about == "Behind the church"
    assert set(place.fixes) == {Fix("Kettle", "All"), Fix("Lamp")}


def test_a_place_that_was_taken_off_the_list_stays_off(group: Group, tmp_path: Path) -> None:
    bring(group, write(tmp_path, GOOD))
    group.remove(group.places()[0].id)
    preview = group.read_import("ords", write(tmp_path, GOOD, changed(id="mended-2")))
    assert (len(preview.adds), [line.skip for line in preview.skips]) == (
        1,
        [SkipWhy.CHANGED_HERE, SkipWhy.KNOWN],
    )
    group.apply_import(preview)
    assert group.places() == []


def test_what_was_imported_by_an_earlier_version_is_known(group: Group, tmp_path: Path) -> None:
    place = ords_ids.place_nonce("Elm Street", "Mended")
    attempt = {"category": "Kettle", "item": "Blue kettle", "outcome": "fixed"}
    group.import_records(
        [
            ("place", {"name": "Elm Street", "kind": "repair", "fix:Kettle": ""}, place, True),
            ("repair", {**attempt, "origin": "ords:x"}, ords_ids.attempt_nonce("mended-1"), True),
        ]
    )
    preview = group.read_import("ords", write(tmp_path, GOOD))
    assert preview.adds == ()
    assert {line.title for line in (*preview.changes, *preview.skips)} == {
        "Elm Street",
        "Blue kettle",
    }


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"event_date": "last May"}, "date"),
        ({"event_date": "2024-02-30"}, "date"),
        ({"event_date": "2024-5-1"}, "date"),
        ({"repair_status": "Perhaps"}, "repair status"),
        ({"country": "Canada"}, "country"),
        ({"year_of_manufacture": "old"}, "year"),
        ({"product_age": "very"}, "age"),
        ({"repair_barrier_if_end_of_life": "Bad luck"}, "Bad luck"),
        ({"problem": "x" * 9000}, "characters"),
        ({"group_identifier": "x" * 900}, "characters"),
        ({"id": "mended-1"}, "line 2"),
    ],
)
def test_a_bad_row_is_listed_by_line_and_the_rest_is_read(
    cells: dict[str, str], said: str, tmp_path: Path
) -> None:
    bad = changed(**{"id": "mended-2", **cells})
    found = read(write(tmp_path, GOOD, bad, changed(id="mended-3")))
    assert [attempt.key for attempt in attempts(found)] == ["mended-1", "mended-3"]
    (problem,) = found.problems
    assert problem.where == "line 3"
    assert said in problem.why


def test_rows_of_a_wrong_length_are_listed_by_line(tmp_path: Path) -> None:
    found = read(
        write(tmp_path, GOOD, "mended-2,Mended,GBR", "", changed(id="mended-3"), GOOD + ",more")
    )
    assert [attempt.key for attempt in attempts(found)] == ["mended-1", "mended-3"]
    assert lines(found) == [3, 6]


def test_a_quotation_mark_that_is_not_closed_spoils_one_row(tmp_path: Path) -> None:
    rows = [changed(id=f"mended-{number}") for number in range(1, 400)]
    rows[10] = changed(id="mended-11", problem='"it hums')
    found = read(write(tmp_path, *rows))
    assert len(attempts(found)) == 399
    (problem,) = found.problems
    assert problem.where == "line 12"
    assert "quotation mark" in problem.why


def test_a_cell_may_have_several_lines(tmp_path: Path) -> None:
    rows = (changed(problem='"It hums.\nThen, silence."'), changed(id="mended-2"))
    found = read(write(tmp_path, *rows))
    assert [attempt.where for attempt in attempts(found)] == ["line 2", "line 4"]
    assert attempts(found)[0].fields["problem"] == "It hums.\nThen, silence."


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"repair_status": "1"}, {"outcome": "fixed"}),
        ({"repair_status": ""}, {"outcome": "unknown"}),
        ({"repair_status": "END OF LIFE"}, {"outcome": "end_of_life"}),
        ({"brand": "Unknown"}, {"brand": ""}),
        ({"product_category": ""}, {"category": "Kettle"}),
        (
            {
                "product_category": "",
                "product_category_id": "",
                "partner_product_category": "Electric kettle",
            },
            {"category": "Kettle"},
        ),
        (
            {"product_category": "", "product_category_id": "", "partner_product_category": "?"},
            {"category": "Misc"},
        ),
        ({"product_category": "Hovercraft"}, {"category": "Hovercraft"}),
        ({"repair_barrier_if_end_of_life": "5"}, {"barrier": "Lack of equipment"}),
        ({"event_date": ""}, {"date": ""}),
        ({"country": "gbr"}, {"country": "GBR"}),
    ],
)
def test_what_real_files_say_is_understood(
    cells: dict[str, str], expected: dict[str, object], tmp_path: Path
) -> None:
    found = read(write(tmp_path, changed(**cells)))
    assert found.problems == ()
    fields = attempts(found)[0].fields
    assert {name: fields.get(name, "") for name in expected} == expected


def test_columns_may_stand_in_any_order_and_others_beside_them(tmp_path: Path) -> None:
    names, cells = HEADER.split(","), GOOD.split(",")
    order = list(range(len(names)))
    random.Random(1).shuffle(order)
    header = ";".join(["Note", *(names[at].upper() for at in order)])
    row = ";".join(["mine", *(cells[at] for at in order)])
    assert read(write(tmp_path, row, header=header)).items == read(write(tmp_path, GOOD)).items


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,phone,street", "repair_status"),
        (HEADER.replace("event_date", "date"), "event_date"),
        (HEADER + ",brand", "twice"),
    ],
)
def test_a_wrong_header_is_refused_whole(header: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=said) as refused:
        read(write(tmp_path, GOOD, header=header))
    assert "Nothing was imported" in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, changed(group_identifier="Café Möhre"), encoding=encoding)
    assert places(read(path))[0].fields["name"] == "Café Möhre"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.4"])
def test_what_is_no_table_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "repairs.csv"
    path.write_bytes(data)
    with pytest.raises(ImportFileError, match="Nothing was imported"):
        read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(ImportFileError, match="cannot be read"):
            read(path)


@given(st.lists(st.text('ab",;\n\r\u2028é', max_size=30), max_size=12))
@settings(max_examples=examples(25))
def test_no_text_below_a_good_header_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("ords"), *rows, "", changed(id="last-1"))
    found = read(path)
    assert attempts(found)[-1].key == "last-1"
    assert all(line >= 2 for line in lines(found))


@pytest.mark.skipif(not TORONTO.exists(), reason="the data of Repair Café Toronto is not here")
def test_what_a_real_repair_group_recorded(group: Group) -> None:
    found = read(TORONTO)
    assert (len(attempts(found)), found.problems) == (5567, ())
    kettles = [item for item in attempts(found) if item.fields["category"] == "Kettle"]
    fixed = [item for item in kettles if item.fields["outcome"] == "fixed"]
    assert (len(kettles), len(fixed)) == (172, 40)
    assert places(found)[0].fields["name"] == "Repair Café Toronto"
    row = bring(group, TORONTO)
    assert (row.added, row.licence) == (5568, "CC BY-SA 4.0")
    (fixer,) = (each for each in group.fixers("kettle") if each.category == "Kettle")
    assert (fixer.attempts, fixer.fixed) == (172, 40)
