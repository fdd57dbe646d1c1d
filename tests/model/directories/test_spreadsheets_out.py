# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables for people: what others read in them, that no spreadsheet runs them, and the way back."""

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from mutualaid.model.directories import cells
from mutualaid.model.directories.columns import HEADERS, records
from mutualaid.model.directories.directory import Directory, Person, Repair, public_id
from mutualaid.model.directories.formats import csv as csv_format
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.format import Format
from mutualaid.model.directories.incoming import sheets
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
from mutualaid.model.values import ContactKind
from tests.helpers.examples import examples
from tests.model.directories import strategies
from tests.model.directories.as_fields import carried, said
from tests.model.directories.examples import bare, large, rich

CSV, XLSX = format_named("csv"), format_named("xlsx")
FORMATS = pytest.mark.parametrize(
    "form", [CSV, csv_format.ONE, XLSX], ids=["csv", "one table", "xlsx"]
)
RUN_BY_A_SPREADSHEET = re.compile(r"\s*[=+\-@\t\r]")


def no_tick(*_: object) -> None:
    pass


def write(directory: Directory, form: Format, folder: Path) -> Path:
    """Write a directory; where it stands."""
    files = {file.path: b"".join(file.chunks) for file in form.files(directory, no_tick)}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder if not form.suffix else folder / next(iter(files))


def read(path: Path) -> Read:
    return sheets.read(path, Wanted(tz="Asia/Tokyo", country="USA"), no_tick)


def fields_of(item: Item) -> dict[str, object]:
    """What an item says, without what our tables say of every line: whose list it is."""
    found = said(item)
    if "origin_id" not in found and "licence" not in found:
        found.pop("origin", None)
    return found


def expected(record: object, form: Format, group: str) -> dict[str, object]:
    if isinstance(record, Repair):
        names = ("category", "item", "brand", "problem", "barrier", "date", "year", "age")
        wanted: dict[str, object] = {name: getattr(record, name) for name in names}
        wanted.update(outcome=record.outcome.value, country=record.country)
        source = record.source
        if source and (source.id or source.licence):
            wanted.update(origin=source.name, origin_id=source.id, licence=source.licence)
        return {name: value for name, value in wanted.items() if value}
    found = carried(record, form)  # type: ignore[arg-type]
    if "origin_id" not in found and "licence" not in found:
        found.pop("origin", None)
    if not getattr(record, "on_behalf_of", "x") and getattr(record, "by_name", ""):
        found["for"] = record.by_name  # type: ignore[attr-defined]
    return dict(found)


def assert_comes_back(directory: Directory, form: Format, folder: Path) -> None:
    found = read(write(directory, form, folder))
    assert found.problems == ()
    by_id = {(item.sort, item.key): item for item in found.items}
    for sort in Sort:
        for record in records(directory, sort):
            item = by_id[sort, str(public_id(record.id))]
            assert fields_of(item) == expected(record, form, directory.group.name)
            if not isinstance(record, Repair):
                in_order = sorted(
                    record.contacts, key=lambda each: list(ContactKind).index(each.kind)
                )
                assert list(item.contacts) == in_order
                assert dict(item.more) == dict(record.more)
                assert item.updated == (record.updated or 0)


@FORMATS
def test_what_goes_out_comes_back(form: Format, tmp_path: Path) -> None:
    assert_comes_back(rich(), form, tmp_path)


@pytest.mark.parametrize("form", [CSV, XLSX], ids=["csv", "xlsx"])
@given(directory=strategies.directories())
@settings(max_examples=examples(25))
def test_any_directory_comes_back(
    form: Format, directory: Directory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not (directory.people or directory.posts or directory.places or directory.repairs):
        return
    assert_comes_back(directory, form, tmp_path_factory.mktemp("table"))


def test_a_csv_opens_right_in_a_spreadsheet(tmp_path: Path) -> None:
    write(rich(), CSV, tmp_path)
    data = (tmp_path / "people.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfname,area,")
    assert data.count(b"\r\n") == 1 + len(rich().people)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0][: len(HEADERS[Sort.PERSON])]) == HEADERS[Sort.PERSON]
    assert len({len(row) for row in rows}) == 1
    ana = next(row for row in rows if row[0].startswith("Ana"))
    assert ana[4] == "Kettle"
    assert ana[5] == "Bread baking: sourdough, “slow” & <good>"


def test_nothing_in_a_csv_is_run(tmp_path: Path) -> None:
    for form, names in ((CSV, ("people", "posts", "places", "repairs")), (csv_format.ONE, ())):
        write(rich(), form, tmp_path)
        for name in names or ("directory",):
            text = (tmp_path / f"{name}.csv").read_text("utf-8-sig")
            for row in csv.reader(io.StringIO(text, newline="")):
                assert not [cell for cell in row if RUN_BY_A_SPREADSHEET.match(cell)]


@given(st.text(st.characters(codec="utf-8")))
def test_a_guard_can_be_taken_off(text: str) -> None:
    assert cells.unguard(cells.guard(text)) == text
    assert not RUN_BY_A_SPREADSHEET.match(cells.guard(text))


@pytest.mark.parametrize("text", ["sofa;=1+1", "sofa; +49 30", "a;'=1", "a;;=1", "=1;=2"])
def test_nothing_runs_where_a_semicolon_begins_a_new_cell(text: str) -> None:
    guarded = cells.guard(text)
    assert not any(RUN_BY_A_SPREADSHEET.match(part) for part in guarded.split(";"))
    assert cells.unguard(guarded) == text


@given(st.lists(st.tuples(strategies.lines(30, least=1), strategies.lines(30)), max_size=5))
def test_a_list_in_a_cell_can_be_taken_apart(pairs: list[tuple[str, str]]) -> None:
    cell = cells.join(cells.pair(name, note) for name, note in pairs)
    assert [cells.unpair(part) for part in cells.split(cell)] == pairs


def test_a_workbook_as_openpyxl_reads_it(tmp_path: Path) -> None:
    book = load_workbook(write(rich(), XLSX, tmp_path))
    assert book.sheetnames == ["People", "Posts", "Places", "Repairs", "About"]
    people, posts, places = book["People"], book["Posts"], book["Places"]
    assert (
        tuple(cell.value for cell in people[1])[: len(HEADERS[Sort.PERSON])]
        == (HEADERS[Sort.PERSON])
    )
    assert people.freeze_panes == "B2"
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    evil = next(row for row in people.iter_rows() if str(row[0].value).startswith("=HYPERLINK"))
    assert evil[0].data_type == "s"
    starts = HEADERS[Sort.POST].index("from")
    bread = next(row for row in posts.iter_rows() if str(row[1].value).startswith("Fresh bread"))
    assert bread[starts].is_date
    assert bread[starts].value.isoformat() == "2026-11-28T10:00:00"  # in Berlin
    lat = HEADERS[Sort.PLACE].index("latitude")
    assert {type(row[lat].value) for row in places.iter_rows(min_row=2)} == {float, type(None)}
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["time zone"] == "Europe/Berlin"
    assert about["group"] == rich().group.name
    assert about["as of"] == "31 of 38 machines heard within a week"


def test_a_sheet_runs_as_its_text_does(tmp_path: Path) -> None:
    arabic = tuple(replace(each, name="ليلى حسن", area="حي الطاحونة") for each in rich().people)
    book = load_workbook(write(replace(rich(), people=arabic), XLSX, tmp_path))
    assert book["People"].sheet_view.rightToLeft
    assert not book["Places"].sheet_view.rightToLeft


@FORMATS
def test_the_same_directory_makes_the_same_bytes(form: Format, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
        write(rich(), form, folder)
    names = [sorted(each.name for each in folder.iterdir()) for folder in folders]
    assert names[0] == names[1] != []
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_group_that_shares_nothing(tmp_path: Path) -> None:
    assert list(CSV.files(bare(), no_tick)) == []
    book = load_workbook(write(bare(), XLSX, tmp_path))
    assert book.sheetnames == ["About"]


def test_more_names_than_there_are_columns(tmp_path: Path) -> None:
    people = tuple(
        replace(
            person,
            more={f"Column {number} of {at}": f"value; {number}: x" for number in range(9)},
        )
        for at, person in enumerate(rich().people * 5)
    )
    known = tuple(replace(person, id=bytes([at]) * 16) for at, person in enumerate(people[:30]))
    for form in (CSV, XLSX):
        folder = tmp_path / form.name
        folder.mkdir()
        assert_comes_back(replace(rich(), people=known), form, folder)


def test_each_record_ticks_and_can_stop_it() -> None:
    class Enough(Exception):  # noqa: N818
        pass

    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 30:
            raise Enough

    def write_all(form: Format) -> None:
        for file in form.files(large(40, 0), tick):
            b"".join(file.chunks)

    for form in (CSV, XLSX):
        ticks = 0
        with pytest.raises(Enough):
            write_all(form)


def test_what_is_not_carried_is_said() -> None:
    for form in (CSV, XLSX):
        for name in form.loses:
            assert name not in form.carries
    fields = {f"person.{name}" for name in Person.__dataclass_fields__}
    missing = fields - CSV.carries - CSV.loses.keys()
    assert missing == {"person.id", "person.code"}


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (1_795_356_000_000, "2026-11-22 15:00 +01:00"),
        (1_795_356_007_000, "2026-11-22 15:00:07 +01:00"),
        (1_795_356_007_714, "2026-11-22 15:00:07.714 +01:00"),
    ],
)
def test_a_moment_has_no_more_digits_than_it_needs(ms: int, text: str) -> None:
    zone = dt.timezone(dt.timedelta(hours=1))
    moment = dt.datetime.fromtimestamp(ms // 1000, zone) + dt.timedelta(milliseconds=ms % 1000)
    assert csv_format.text_of(moment) == text
