# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists that may be of people or of places, ways to reach people, and names in parts."""

from pathlib import Path

import pytest

from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.incoming import mapping, sheets
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
from mutualaid.model.values import ContactKind


def read(folder: Path, text: str, **wanted: object) -> Read:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return sheets.read(path, Wanted(**wanted), lambda *_: None)  # type: ignore[arg-type]


def only(found: Read) -> Item:
    (item,) = found.items
    return item


@pytest.mark.parametrize(
    "header",
    [
        "Name,Phone,Email,Address",
        "Name,Phone,Address,Notes",
        "Name,Address,Phone,City,Postcode",
        "Name,Hours,Address",
        "Name,Description,Address",
        "Nombre,Teléfono,Dirección",
        "Nom,Téléphone,Adresse,Ville",
        "Name,Telefon,Straße,PLZ,Ort",
        "الاسم,الهاتف,العنوان",
    ],
)
def test_what_may_be_people_is_taken_for_people_and_a_person_is_asked(header: str) -> None:
    guess = mapping.guess("list", header.split(","), [], Wanted())
    assert (guess.sort, guess.unsure) == (Sort.PERSON, True)
    for said in (Sort.PERSON, Sort.PLACE):
        told = mapping.guess("list", header.split(","), [], Wanted(sort=said))
        assert (told.sort, told.unsure) == (said, False)


@pytest.mark.parametrize(
    "header",
    ["Name,Phone", "Name,Phone,Address,Skills", "First name,Name,Address", "Name,Email,Speaks"],
)
def test_what_is_surely_of_people(header: str) -> None:
    guess = mapping.guess("list", header.split(","), [], Wanted())
    assert (guess.sort, guess.unsure) == (Sort.PERSON, False)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("list", "Name,Phone,Address,Opening hours"),
        ("list", "Name,Phone,Address,Latitude,Longitude"),
        ("list", "Name,Phone,Address,Website"),
        ("list", "Name,Phone,Address,Last checked"),
        ("list", "Name,Phone,Address,Kind of place"),
        ("list", "Organisation name,Phone,Email,Address"),
        ("list", "Verein,Telefon,Adresse"),
        ("places 2026", "Name,Phone,Email,Address"),
        ("organisations", "Name,Phone,Address,Notes"),
    ],
)
def test_what_tells_of_places(name: str, header: str) -> None:
    guess = mapping.guess(name, header.split(","), [], Wanted())
    assert (guess.sort, guess.unsure) == (Sort.PLACE, False)


def test_the_name_of_a_file_tells_of_people() -> None:
    guess = mapping.guess("volunteers", ["Name", "Phone", "Address"], [], Wanted())
    assert (guess.sort, guess.unsure) == (Sort.PERSON, False)


def test_kinds_of_places_tell_and_other_kinds_do_not() -> None:
    header = ["Name", "Type", "Phone", "Address"]
    rows = [["A", "kitchen", "1", "x"], ["B", "workshop", "2", "y"]]
    assert mapping.guess("list", header, rows, Wanted()).sort is Sort.PLACE
    rows = [["A", "driver", "1", "x"], ["B", "cook", "2", "y"]]
    assert mapping.guess("list", header, rows, Wanted()).sort is Sort.PERSON


def test_every_way_to_reach_somebody_is_a_contact(tmp_path: Path) -> None:
    header = (
        "First name,Last name,Phone,Landline,Tel privat,Home,Work,Next of kin phone,Adresse 2,"
        "Backup,Post box,Born,Comments\n"
    )
    rows = (
        "Rosa,Q,555 1001,555 1003,555 1004,5551006,+44 555 1007,555 1005,1 Elm,555 1009,"
        "r@x.example,1950-03-02,kind\n"
        "Ben,Z,555 2001,555 2003,555 2004,5552006,+44 555 2007,555 2005,2 Elm,555 2009,"
        "b@x.example,1951-03-02,\n"
    )
    rosa = read(tmp_path, header + rows).items[0]
    other = ContactKind.OTHER
    assert rosa.contacts == (
        Contact(ContactKind.PHONE, "555 1001"),
        Contact(other, "Landline: 555 1003"),
        Contact(other, "Tel privat: 555 1004"),
        Contact(other, "Home: 5551006"),
        Contact(other, "Work: +44 555 1007"),
        Contact(other, "Next of kin phone: 555 1005"),
        Contact(ContactKind.ADDRESS, "1 Elm"),
        Contact(other, "Backup: 555 1009"),
        Contact(ContactKind.EMAIL, "r@x.example"),
    )
    assert rosa.more == {"Born": "1950-03-02", "Comments": "kind"}


def test_words_that_may_mean_something_else_are_judged_by_what_stands_below(
    tmp_path: Path,
) -> None:
    item = only(read(tmp_path, "Name,Phone,Work\nRosa,555 1001,gardener\n"))
    assert item.more == {"Work": "gardener"}


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Name,Vorname,Telefon", "Müller,Anna,1", "Anna Müller"),
        ("Nom,Prénom,Téléphone", "Díaz,Rosa,1", "Rosa Díaz"),
        ("First name,Name,Phone", "Rosa,Díaz,1", "Rosa Díaz"),
        ("Full name,First name,Phone", "Rosa Díaz,Rosa,1", "Rosa Díaz"),
        ("Name,First name,Phone", "Rosa Díaz,Rosa,1", "Rosa Díaz"),
        ("Name,First name,Last name,Phone", "Rosa Díaz,Rosa,Díaz,1", "Rosa Díaz"),
        ("Name,First name,Last name,Phone", "Bobby,Rob,Smith,1", "Bobby Rob Smith"),
        ("Name,Vorname,Telefon", ",Anna,1", "Anna"),
        ("First name,Last name,Phone", "Anna,An,1", "Anna An"),
    ],
)
def test_no_part_of_a_name_is_lost(header: str, row: str, name: str, tmp_path: Path) -> None:
    assert only(read(tmp_path, f"{header}\n{row}\n")).fields["name"] == name


def test_beside_first_names_the_name_is_the_last_name(tmp_path: Path) -> None:
    text = "Name,Vorname,Telefon\nMüller,Anna,1\n"
    assert read(tmp_path, text).columns["Name"] == "family"
    said = read(tmp_path, text, mapping={"Name": "name"})
    assert (said.columns["Name"], only(said).fields["name"]) == ("name", "Anna Müller")
