# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a table is about and what its columns are, by words of several languages and by values."""

from pathlib import Path

import pytest

from mutualaid.model.directories.columns import COLUMNS, HEADERS
from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.incoming import mapping, sheets
from mutualaid.model.directories.incoming.headers import LABELS, TARGETS
from mutualaid.model.directories.incoming.item import LEFT_OUT, Item, Read, Sort, Wanted
from mutualaid.model.values import ContactKind


def no_tick(*_: int) -> None:
    pass


def read(folder: Path, text: str, name: str = "list.csv", **wanted: object) -> Read:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return sheets.read(path, Wanted(**wanted), no_tick)  # type: ignore[arg-type]


def only(found: Read) -> Item:
    (item,) = found.items
    return item


@pytest.mark.parametrize(
    ("header", "sort", "targets"),
    [
        ("Name,Phone,Area,Skills", Sort.PERSON, "name phone area skills"),
        ("First name,Last name,Mobile number,Can teach", Sort.PERSON,
         "given family phone skills:teach"),
        ("Nombre;Apellidos;Teléfono;Correo electrónico;Barrio;Idiomas", Sort.PERSON,
         "name family phone email area languages"),
        ("Prénom;Nom de famille;Portable;Courriel;Quartier;Compétences", Sort.PERSON,
         "given family phone email area skills"),
        ("Vorname;Nachname;Handynummer;E-Mail-Adresse;Stadtteil;Fähigkeiten", Sort.PERSON,
         "given family phone email area skills"),
        ("الاسم;الهاتف;الحي;المهارات;اللغات", Sort.PERSON,
         "name phone area skills languages"),
        ("Type,Title,Description,Urgency,Posted by,Valid until", Sort.POST,
         "kind title text urgency by expires"),
        ("Título;Descripción;Categoría;Urgencia;Cantidad", Sort.POST,
         "title text category urgency parts"),
        ("Titre;Détails;Urgence;Jusqu'à;Pour qui", Sort.POST, "title text urgency ends for"),
        ("Titel;Beschreibung;Dringlichkeit;Anzahl;Gültig bis", Sort.POST,
         "title text urgency parts expires"),
        ("العنوان;الوصف;الفئة;الاستعجال", Sort.POST, "title text category urgency"),
        ("Organisation,Address,Opening hours,Website", Sort.PLACE, "name address hours website"),
        ("Organización;Dirección;Horario;Latitud;Longitud", Sort.PLACE,
         "name address hours lat lon"),
        ("Structure;Adresse;Code postal;Ville;Horaires", Sort.PLACE,
         "name address postcode city hours"),
        ("Einrichtung;Straße;PLZ;Ort;Öffnungszeiten", Sort.PLACE,
         "name address postcode city hours"),
        ("المؤسسة;العنوان;ساعات العمل;خط العرض;خط الطول", Sort.PLACE,
         "name address hours lat lon"),
        ("Date,Device,Brand,Fault,Result", Sort.REPAIR, "date category brand problem outcome"),
        ("Datum;Gerät;Marke;Fehler;Ergebnis;Baujahr", Sort.REPAIR,
         "date category brand problem outcome year"),
        ("Fecha;Aparato;Marca;Avería;Resultado", Sort.REPAIR,
         "date category brand problem outcome"),
    ],
)  # fmt: skip
def test_words_of_several_languages(header: str, sort: Sort, targets: str) -> None:
    columns = header.split(";" if ";" in header else ",")
    guess = mapping.guess("", columns, [], Wanted())
    assert (guess.sort, " ".join(guess.targets)) == (sort, targets)
    assert mapping.looks_like_header(columns) > 1


@pytest.mark.parametrize("sort", Sort)
def test_our_own_headers_are_read_to_the_letter(sort: Sort) -> None:
    guess = mapping.guess("", (*HEADERS[sort], "Notes", "Email"), [], Wanted())
    assert (guess.sort, guess.own) == (sort, True)
    assert guess.targets == (*(column.target for column in COLUMNS[sort]), "", "")


def test_everything_that_a_column_can_be_has_a_name() -> None:
    for sort in Sort:
        for target, label in mapping.choices(sort):
            assert target in TARGETS[sort]
            assert label
            assert target in LABELS


def test_the_name_of_a_table_tells_where_its_columns_do_not() -> None:
    for name, sort in (
        ("Volunteers 2026", Sort.PERSON),
        ("Organizaciones", Sort.PLACE),
        ("Vereine und Orte", Sort.PLACE),
    ):
        guess = mapping.guess(name, ["Name", "Phone", "Email"], [], Wanted())
        assert guess.sort is sort


def test_values_tell_what_words_do_not(tmp_path: Path) -> None:
    text = "Name,A,B\nRosa,rosa@post.example,+49 30 1234567\nBen,ben@post.example,030 7654321\n"
    found = read(tmp_path, text)
    assert found.columns == {"Name": "name", "A": "email", "B": "phone"}


def test_a_table_that_tells_nothing_is_passed_over_with_a_sentence(tmp_path: Path) -> None:
    found = read(tmp_path, "Foo,Bar\n1,2\n")
    assert found.items == ()
    assert "Nothing tells" in found.problems[0].why
    assert found.tables[0].columns.keys() == {"Foo", "Bar"}
    told = read(tmp_path, "Foo,Bar\n1,2\n", sort=Sort.PLACE, mapping={"foo": "name"})
    assert only(told).fields == {"name": "1"}
    assert only(told).more == {"Bar": "2"}


def test_what_is_said_goes_before_what_is_guessed(tmp_path: Path) -> None:
    text = "Name,Phone,Area\nRosa,555 0101 22,Centre\n"
    item = only(read(tmp_path, text, mapping={"Area": "availability", "Phone": LEFT_OUT}))
    assert item.fields == {"name": "Rosa", "availability": "Centre"}
    assert item.contacts == ()
    as_places = only(read(tmp_path, text, sort=Sort.PLACE))
    assert as_places.sort is Sort.PLACE


def test_people_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "First name,Last name,Phone,Email,Skills,Languages,Fixes,Contact\n"
        'Rosa,Díaz,5550101.0,mailto:rosa@post.example,"Cooking, sewing; driving",es/en,'
        "bikes and kettles,@rosa on Signal\n"
    )
    item = only(read(tmp_path, text))
    assert item.fields == {
        "name": "Rosa Díaz",
        "skill:Cooking, sewing": "can",
        "skill:driving": "can",
        "lang:es": True,
        "lang:en": True,
        "fix:bikes and kettles": "",
    }
    assert item.contacts == (
        Contact(ContactKind.PHONE, "5550101"),
        Contact(ContactKind.EMAIL, "rosa@post.example"),
        Contact(ContactKind.OTHER, "@rosa on Signal"),
    )


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Nombre,Apellidos,Teléfono", "Rosa,Díaz Gil,1", "Rosa Díaz Gil"),
        ("Name,Last name,Phone", "Rosa Díaz,Díaz,1", "Rosa Díaz"),
        ("First name,Last name,Phone", ",Díaz,1", "Díaz"),
    ],
)
def test_names_in_parts(header: str, row: str, name: str, tmp_path: Path) -> None:
    assert only(read(tmp_path, f"{header}\n{row}\n")).fields["name"] == name


def test_a_number_that_a_spreadsheet_shortened_is_lost_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, "Name,Phone\nRosa,4.47912E+11\n")
    assert only(found).contacts == ()
    assert "digits are lost" in found.problems[0].why


def test_posts_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "Type;Title;Category;Urgency;Mode;Date;Quantity;Name;Status\n"
        "Gesuch;Fahrt zum Arzt;Fahrdienst;dringend;kostenlos;03.05.2030 10:30;2;Rosa;offen\n"
        "Angebot;Brot;Unsinn;vielleicht;;irgendwann;viele;Ben;erledigt\n"
    )
    found = read(tmp_path, text, tz="Europe/Berlin")
    ride, bread = found.items
    assert ride.fields == {
        "kind": "need",
        "title": "Fahrt zum Arzt",
        "category": "transport",
        "urgency": "today",
        "mode": "gift",
        "starts": 1_904_027_400_000,
        "parts": 2,
        "for": "Rosa",
    }
    assert bread.fields == {
        "kind": "offer",
        "title": "Brot",
        "category": "other",
        "when": "irgendwann",
        "for": "Ben",
        "state": "done",
    }
    assert bread.more == {"Category": "Unsinn", "Urgency": "vielleicht", "Quantity": "viele"}
    assert len(found.problems) == 3
    assert all(problem.kept for problem in found.problems)


@pytest.mark.parametrize(
    ("name", "header", "kind"),
    [
        ("offers.csv", "Title", "offer"),
        ("needs.csv", "Title", "need"),
        ("board.csv", "Offer", "offer"),
        ("board.csv", "Title", "need"),
    ],
)
def test_posts_of_a_list_that_does_not_say_which(
    name: str, header: str, kind: str, tmp_path: Path
) -> None:
    found = read(tmp_path, f"{header},Urgency\nBread,low\n", name)
    assert only(found).fields["kind"] == kind
    assert "need or an offer" in found.problems[0].why


def test_a_day_without_a_time_is_the_whole_day(tmp_path: Path) -> None:
    text = "Title,Urgency,Date\nBread,low,2030-05-03\n"
    fields = only(read(tmp_path, text)).fields
    assert (fields["ends"] - fields["starts"]) == 86_399_000  # type: ignore[operator]


def test_an_end_before_its_beginning_is_left_out(tmp_path: Path) -> None:
    text = "Title,Urgency,From,Until\nBread,low,2030-05-03 10:00,2030-05-03 09:00\n"
    found = read(tmp_path, text)
    assert "ends" not in only(found).fields
    assert any("ends before it begins" in problem.why for problem in found.problems)


def test_places_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "Organisation,Type,Street,Postcode,Town,Opening hours,Latitude,Longitude,Website\n"
        'Food bank,Food bank,Mill Lane 1,10115,Berlin,Tuesdays 10 to 12,"52,5",13.4,https://x.example\n'
        "Club,what,,,,whenever,999,1,\n"
    )
    found = read(tmp_path, text)
    bank, club = found.items
    assert bank.fields == {
        "name": "Food bank",
        "kind": "kitchen",
        "address": "Mill Lane 1, 10115 Berlin",
        "hours": "FREQ=WEEKLY;BYDAY=TU;OPENS=10:00;CLOSES=12:00",
        "point": "52.5,13.4",
    }
    assert bank.contacts == (Contact(ContactKind.OTHER, "https://x.example"),)
    assert club.fields == {"name": "Club"}
    assert club.more == {"Type": "what", "Opening hours": "whenever"}
    assert len(found.problems) == 3


def test_repairs_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "Date,Item,Brand,Problem,Fixed,Reason,Country,Notes\n"
        "03/04/2026,Blue kettle,Acme,Switch,yes,,GBR,none\n"
        "13/04/2026,Gramophone,,,no,too old,Britain,\n"
    )
    kettle, gramophone = read(tmp_path, text).items
    assert kettle.fields == {
        "date": "2026-04-03",
        "item": "Blue kettle",
        "category": "Misc",
        "brand": "Acme",
        "problem": "Switch",
        "outcome": "fixed",
        "country": "GBR",
    }
    assert gramophone.fields["outcome"] == "end_of_life"
    assert gramophone.fields["problem"] == "too old"
    assert "country" not in gramophone.fields


def test_a_folder_of_tables(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("Name,Phone\nRosa,555 0101 22\n")
    (tmp_path / "places.csv").write_text("Organisation,Address\nFood bank,Mill Lane\n")
    (tmp_path / "readme.txt").write_text("not a table")
    found = sheets.read(tmp_path, Wanted(mapping={"places: Address": "area"}), no_tick)
    assert [(item.sort, item.where) for item in found.items] == [
        (Sort.PERSON, "people.csv line 2"),
        (Sort.PLACE, "places.csv line 2"),
    ]
    assert found.items[1].fields["area"] == "Mill Lane"
    assert [table.name for table in found.tables] == ["people", "places"]
    assert found.columns == {}
