# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Open Repair Data Standard: what is read, what is refused, and that twice is once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import ImportFileError
from mutualaid.model import ords
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import Fix, ImportReport, RepairOutcome

HEADER = (
    "id,data_provider,country,partner_product_category,product_category,product_category_id,brand,"
    "year_of_manufacture,product_age,repair_status,repair_barrier_if_end_of_life,group_identifier,"
    "event_date,problem"
)
GOOD = "mended-1,Mended,GBR,Blue kettle,Kettle,14,Acme,2009,12,Fixed,,Elm Street,2024-05-01,Switch"
TORONTO = Path(__file__).parents[3] / "shared" / "data" / "ords" / "repaircafe-toronto-202507.csv"


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "repairs.csv"
    path.write_bytes("\n".join((header, *rows)).encode(encoding))
    return path


def changed(**cells: str) -> str:
    """The good row with some cells changed."""
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    return ",".join({**row, **cells}.values())


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    environ = {"MUTUALAID_NO_KEYRING": "1"}
    with (
        Profile.open(tmp_path / "profile", environ=environ) as profile,
        profile.start("Elm Street", "Ana") as group,
    ):
        yield group


def test_a_row_becomes_an_attempt_with_all_it_says(tmp_path: Path) -> None:
    (attempt,) = ords.read_file(write(tmp_path, GOOD)).attempts
    place = b"p" * 16
    assert ords.attempt_fields(attempt, place=place, licence="CC BY-SA 4.0") == {
        "category": "Kettle",
        "item": "Blue kettle",
        "brand": "Acme",
        "problem": "Switch",
        "outcome": "fixed",
        "date": "2024-05-01",
        "place": place,
        "year": "2009",
        "age": "12",
        "country": "GBR",
        "origin": "ords:mended-1",
        "licence": "CC BY-SA 4.0",
    }


def test_a_repair_group_becomes_a_place_that_repairs(tmp_path: Path) -> None:
    rows = (
        GOOD,
        changed(id="mended-2", product_category="Lamp", event_date="2024-06-01"),
        changed(id="mended-3", group_identifier="", event_date=""),
    )
    made = list(ords.records(ords.read_file(write(tmp_path, *rows)).attempts, b"g" * 16))
    assert [record.kind for record in made] == ["place", "place", "repair", "repair", "repair"]
    assert all(record.group_owned for record in made)
    elm, mended = made[:2]
    assert elm.fields["name"] == "Elm Street"
    assert elm.fields["kind"] == "repair"
    assert {"fix:Kettle", "fix:Lamp"} <= elm.fields.keys()
    assert elm.fields["confirmed"] == 1_717_200_000_000
    assert elm.fields["origin"] == "ords:Mended"
    assert mended.fields["name"] == "Mended"
    assert "confirmed" not in mended.fields
    assert elm.nonce is not None
    assert mended.nonce is not None
    ids = [ords.record_id(b"g" * 16, nonce, "place") for nonce in (elm.nonce, mended.nonce)]
    assert [record.fields["place"] for record in made[2:]] == [ids[0], ids[0], ids[1]]


def test_importing_twice_adds_nothing(group: Group, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, changed(id="mended-2"), changed(id=""), changed(id=""))
    assert ords.import_file(group, path) == ImportReport(5, 0, 1, ())
    entries = group.health().entries
    assert ords.import_file(group, path) == ImportReport(0, 5, 1, ())
    assert group.health().entries == entries
    newer = write(tmp_path, changed(id="MENDED_2"), changed(id="mended-9"))
    assert ords.import_file(group, newer) == ImportReport(1, 2, 1, ())


def test_what_is_imported_stands_among_the_fixers(group: Group, tmp_path: Path) -> None:
    rows = (GOOD, changed(id="mended-2", repair_status="Repairable"))
    ords.import_file(group, write(tmp_path, *rows))
    (place,) = group.places()
    assert (place.name, place.attempts, place.fixed) == ("Elm Street", 2, 1)
    assert ords.record_id(group.id, ords.place_nonce("Elm Street", "Mended"), "place") == place.id
    (fixer,) = group.fixers("kettle")
    assert (fixer.id, fixer.kind, fixer.attempts, fixer.fixed) == (place.id, "place", 2, 1)
    assert {row.place_name for row in group.repairs()} == {"Elm Street"}


def test_a_newer_file_adds_what_a_place_repairs(group: Group, tmp_path: Path) -> None:
    ords.import_file(group, write(tmp_path, GOOD))
    group.edit_place(group.places()[0].id, about="Behind the church", fixes=(Fix("Kettle", "All"),))
    newer = changed(id="mended-2", product_category="Lamp")
    ords.import_file(group, write(tmp_path, GOOD, newer))
    (place,) = group.places()
    assert place.about == "Behind the church"
    assert set(place.fixes) == {Fix("Kettle", "All"), Fix("Lamp")}


def test_a_place_that_was_taken_off_the_list_stays_off(group: Group, tmp_path: Path) -> None:
    ords.import_file(group, write(tmp_path, GOOD))
    group.remove(group.places()[0].id)
    report = ords.import_file(group, write(tmp_path, GOOD, changed(id="mended-2")))
    assert (report.added, report.known) == (1, 2)
    assert group.places() == []


def test_a_trial_adds_nothing(group: Group, tmp_path: Path) -> None:
    assert ords.import_file(group, write(tmp_path, GOOD), dry_run=True).added == 2
    assert group.repairs() == []


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
    found = ords.read_file(write(tmp_path, GOOD, bad, changed(id="mended-3")))
    assert [attempt.id for attempt in found.attempts] == ["mended-1", "mended-3"]
    (problem,) = found.problems
    assert problem.line == 3
    assert said in problem.why


def test_rows_of_a_wrong_length_are_listed_by_line(tmp_path: Path) -> None:
    found = ords.read_file(
        write(tmp_path, GOOD, "mended-2,Mended,GBR", "", changed(id="mended-3"), GOOD + ",more")
    )
    assert [attempt.id for attempt in found.attempts] == ["mended-1", "mended-3"]
    assert [problem.line for problem in found.problems] == [3, 6]


def test_a_quotation_mark_that_is_not_closed_spoils_one_row(tmp_path: Path) -> None:
    rows = [changed(id=f"mended-{number}") for number in range(1, 400)]
    rows[10] = changed(id="mended-11", problem='"it hums')
    found = ords.read_file(write(tmp_path, *rows))
    assert len(found.attempts) == 398
    (problem,) = found.problems
    assert problem.line == 12
    assert "quotation mark" in problem.why


def test_a_cell_may_have_several_lines(tmp_path: Path) -> None:
    rows = (changed(problem='"It hums.\nThen, silence."'), changed(id="mended-2"))
    found = ords.read_file(write(tmp_path, *rows))
    assert [attempt.line for attempt in found.attempts] == [2, 4]
    assert found.attempts[0].problem == "It hums.\nThen, silence."


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"repair_status": "1"}, {"outcome": RepairOutcome.FIXED}),
        ({"repair_status": ""}, {"outcome": RepairOutcome.UNKNOWN}),
        ({"repair_status": "END OF LIFE"}, {"outcome": RepairOutcome.END_OF_LIFE}),
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
    found = ords.read_file(write(tmp_path, changed(**cells)))
    assert found.problems == ()
    assert {name: getattr(found.attempts[0], name) for name in expected} == expected


def test_columns_may_stand_in_any_order_and_others_beside_them(tmp_path: Path) -> None:
    names, cells = HEADER.split(","), GOOD.split(",")
    order = list(range(len(names)))
    random.Random(1).shuffle(order)
    header = ";".join(["Note", *(names[at].upper() for at in order)])
    row = ";".join(["mine", *(cells[at] for at in order)])
    assert ords.read_file(write(tmp_path, row, header=header)).attempts == (
        ords.read_file(write(tmp_path, GOOD)).attempts
    )


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
        ords.read_file(write(tmp_path, GOOD, header=header))
    assert "Nothing was imported" in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_its_mark(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, changed(group_identifier="Café Žižkov"), encoding=encoding)
    assert ords.read_file(path).attempts[0].place_name == "Café Žižkov"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused_with_what_to_do(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, changed(group_identifier="Café"), encoding=encoding)
    with pytest.raises(ImportFileError, match="UTF-8") as refused:
        ords.read_file(path)
    assert "save it as CSV" in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.4"])
def test_what_is_no_table_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "repairs.csv"
    path.write_bytes(data)
    with pytest.raises(ImportFileError, match="Nothing was imported"):
        ords.read_file(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(ImportFileError, match="cannot be read"):
            ords.read_file(path)


@given(st.lists(st.text('ab",;\n\r\u2028é', max_size=30), max_size=12))
def test_no_text_below_a_good_header_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("ords"), *lines, "", changed(id="last-1"))
    found = ords.read_file(path)
    assert len(found.attempts) + len(found.problems) <= path.read_text("utf-8").count("\n") + 12
    assert all(problem.line >= 2 for problem in found.problems)


@pytest.mark.skipif(not TORONTO.exists(), reason="the data of Repair Café Toronto is not here")
def test_what_a_real_repair_group_recorded() -> None:
    found = ords.read_file(TORONTO)
    assert (len(found.attempts), found.problems) == (5567, ())
    kettles = [attempt for attempt in found.attempts if attempt.category == "Kettle"]
    fixed = [attempt for attempt in kettles if attempt.outcome is RepairOutcome.FIXED]
    assert (len(kettles), len(fixed)) == (172, 40)
    made = list(ords.records(found.attempts, b"g" * 16))
    assert len({(record.kind, record.nonce) for record in made}) == 5568
    assert made[0].fields["name"] == "Repair Café Toronto"
