# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Address books: what we write, other people's readers read; and out and in is the same."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.errors import ImportFileError
from mutualaid.model.directories.directory import Contact, Directory, Person, Place, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.incoming import content, vcard
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
from mutualaid.model.directories.incoming.vcard import read
from mutualaid.model.values import ContactKind
from tests.helpers.examples import examples as tries
from tests.model.directories import as_fields, examples, strategies

FORMAT = format_named("vcard")


def written(directory: Directory) -> bytes:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks)


def back(data: bytes, tmp_path: Path) -> tuple[Item, ...]:
    path = tmp_path / "book.vcf"
    path.write_bytes(data)
    found = read(path, Wanted(), lambda done, whole: None)
    assert found.problems == ()
    return found.items


def assert_same(records: tuple[Person, ...] | tuple[Place, ...], items: list[Item]) -> None:
    assert len(items) == len(records)
    for record, item in zip(records, items, strict=True):
        assert item.key == str(public_id(record.id))
        assert as_fields.said(item) == as_fields.carried(record, FORMAT)
        assert item.contacts == tuple(dict.fromkeys(record.contacts))
        assert item.more == record.more
        assert item.updated == record.updated // 1000 * 1000


@pytest.mark.parametrize("directory", [examples.rich(), examples.bare()], ids=["rich", "bare"])
def test_out_and_in_is_the_same(directory: Directory, tmp_path: Path) -> None:
    directory = replace(directory, people=(*directory.people, strange()))
    items = back(written(directory), tmp_path)
    assert_same(directory.people, [item for item in items if item.sort == Sort.PERSON])
    assert_same(directory.places, [item for item in items if item.sort == Sort.PLACE])


def strange() -> Person:
    """A page that says things which are marks in a card."""
    return replace(
        examples.people()[0],
        id=bytes(16),
        name="END:VCARD",
        area="\\;\\,\\n",
        languages=('Plat^t "düütsch"; yes, this', "^n^'"),
        availability="BEGIN:VCARD",
    )


# One folder for all examples: each overwrites the file of the one before.
@settings(max_examples=tries(40))
@given(strategies.directories())
def test_whatever_it_holds_comes_back(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    if not directory.people and not directory.places:
        return
    items = back(written(directory), tmp_path_factory.getbasetemp())
    assert_same(directory.people, [item for item in items if item.sort == Sort.PERSON])
    assert_same(directory.places, [item for item in items if item.sort == Sort.PLACE])


# -- as others read it ------------------------------------------------------------------------


@settings(max_examples=tries(40))
@given(strategies.directories())
def test_every_line_is_as_the_standard_has_it(directory: Directory) -> None:
    data = written(directory)
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()  # not cut within a character
    unfolded = data.replace(b"\r\n ", b"").decode().split("\r\n")
    cards = [number for number, line in enumerate(unfolded) if line == "BEGIN:VCARD"]
    assert len(cards) == len(directory.people) + len(directory.places)
    for number in cards:
        assert unfolded[number + 1] == "VERSION:4.0"


@settings(max_examples=tries(40))
@given(strategies.directories())
def test_vobject_reads_the_same(directory: Directory) -> None:
    cards = list(vobject.readComponents(written(directory).decode()))
    records = (*directory.people, *directory.places)
    assert [card.fn.value for card in cards] == [record.name for record in records]
    for card, record in zip(cards, records, strict=True):
        assert card.uid.value == public_id(record.id).urn
        if isinstance(record, Person):
            assert card.n.value.given == record.name
        elif record.about:
            assert card.note.value == record.about
        mails = [each.value for each in card.contents.get("email", ())]
        assert mails == [
            contact.value for contact in record.contacts if contact.kind == ContactKind.EMAIL
        ]


def test_what_a_phone_shows_of_ana() -> None:
    cards = {
        card.fn.value: card for card in vobject.readComponents(written(examples.rich()).decode())
    }
    ana = cards["Ana Souza-Müller"]
    assert ana.kind.value == "individual"
    assert [each.value for each in ana.contents["lang"]] == ["de", "pt", "ar"]
    assert ana.categories.value == ["Bread baking", "Kettle", "Bicycle"]
    assert ana.rev.value == "20261119T140000Z"
    assert "Bread baking (can teach, sourdough, “slow” & <good>)" in ana.note.value
    assert ana.note.value.endswith("22 November 2026; please delete it after 20 February 2027.")
    assert ana.contents["adr"][0].value.city == "Mühlenviertel"
    assert cards["Food bank Ost e.V."].kind.value == "org"
    assert cards["St. Marien Kitchen & “Café”"].geo.value == "geo:52.5163,13.3777"


@settings(max_examples=tries(40))
@given(
    name=strategies.lines(60, least=1),
    note=strategies.texts(),
    phone=strategies.lines(20, least=1),
)
def test_what_vobject_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, note: str, phone: str
) -> None:
    card = vobject.vCard()
    card.add("n").value = vobject.vcard.Name(given=name)
    card.add("fn").value = name
    card.add("note").value = note
    card.add("tel").value = phone
    (item,) = load(card.serialize().encode(), tmp_path_factory.getbasetemp()).items
    assert item.fields == {"name": name.strip()}
    assert item.more.get("Note", "") == note.strip("\n")
    assert item.contacts == (Contact(ContactKind.PHONE, phone),)


# -- what phones and mail programs write ------------------------------------------------------


def load(data: bytes, tmp_path: Path, sort: Sort | None = None) -> Read:
    path = tmp_path / "book.vcf"
    path.write_bytes(data)
    return read(path, Wanted(sort=sort), lambda done, whole: None)


PHOTO = b"\r\n ".join([b"/9j/4AAQSkZJRgABAQAAAQABAAD" * 2] * 3)

IPHONE = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iPhone OS 17.1//EN\r\n"
    b"N:L\xc3\xb3pez;Mar\xc3\xada;;Dra.;\r\nFN:Dra. Mar\xc3\xada L\xc3\xb3pez\r\n"
    b"ORG:Cl\xc3\xadnica del Sol;Urgencias\r\n"
    b"TEL;type=CELL;type=VOICE;type=pref:+34 600 111 222\r\n"
    b"item1.EMAIL;type=INTERNET:maria@sol.example\r\nitem1.X-ABLabel:_$!<Work>!$_\r\n"
    b"item2.ADR;type=HOME:;;C/ Mayor 3\\, 2\xc2\xba;Madrid;;28013;Espa\xc3\xb1a\r\n"
    b"item2.X-ABADR:es\r\nURL;type=pref:https\\://sol.example\r\n"
    b"BDAY:1980-02-03\r\nNOTE:Habla \xc3\xa1rabe\\nLlamar de d\xc3\xada\r\n"
    b"PHOTO;ENCODING=b;TYPE=JPEG:" + PHOTO + b"\r\n"
    b"IMPP;X-SERVICE-TYPE=Skype;type=pref:skype:maria.sol\r\n"
    b"X-SOCIALPROFILE;type=twitter:https://twitter.example/maria\r\nEND:VCARD\r\n"
)

ANDROID = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=AD=D8=B3=D9=86;=D9=84=D9=8A=\r\n"
    b"=D9=84=D9=89;;;\r\n"
    b"TEL;CELL;PREF:0049305550102\r\nTEL;WORK;FAX:030 99\r\n"
    b"EMAIL;HOME:layla@post.example\r\n"
    b"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:erste Zeile=0D=0A=\r\n"
    b"zweite =C3=BC\r\n"
    b"PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRg\r\nABAQAAAQABAAD//gA7\r\n\r\n"
    b"X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Lali;1\r\nEND:VCARD\r\n"
)

OUTLOOK = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;LANGUAGE=de;CHARSET=Windows-1252:M\xfcller;J\xf6rg\r\n"
    b"FN;CHARSET=Windows-1252:J\xf6rg M\xfcller\r\nORG:B\xfccherei\r\nTITLE:Leiter\r\n"
    b"TEL;WORK;VOICE:+49 (30) 1\r\n"
    b"ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;Stra=DFe 1=0D=0AHinterhaus;Berlin;;10115;\r\n"
    b"AGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN:Somebody else\r\nTEL:000\r\nEND:VCARD\r\n"
    b"EMAIL;PREF;INTERNET:joerg@buecher.example\r\nREV:20231102T104500Z\r\nEND:VCARD\r\n"
)

SHOP = (
    b"BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:Tool shop\nORG:Tool shop;\nX-ABShowAs:COMPANY\n"
    b"ADR:;;2 Mill Lane;Springfield;IL;62701;USA\nGEO:40.1;-89.5\nTEL:555\nEND:VCARD\n"
)

MODERN = (
    b"BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:4FBE8971-0BC3-424C-9C26-36C3E1EFF6B1\n"
    b"FN;PREF=1:Kim Lee\nFN:Kimberly\nKIND:individual\nLANG;PREF=1:es\nLANG:tlh\n"
    b'TEL;VALUE=uri;TYPE="voice,home":tel:+1-555-555;ext=1\n'
    b"EMAIL:kim@lee.example\nIMPP:xmpp:kim@lee.example\nIMPP;SERVICE-TYPE=Signal:sgnl:kim.01\n"
    b"EXPERTISE;LEVEL=expert:welding\nINTEREST:chess\nCATEGORIES:friends,street\\, north\n"
    b"GENDER:F\nGEO:geo:40.1,-89.5\nREV:2026-01-02T03:04:05+01:00\nEND:VCARD\n"
)


def test_a_phone(tmp_path: Path) -> None:
    found = load(IPHONE, tmp_path)
    (item,) = found.items
    assert item.fields == {"name": "Dra. María López"}
    assert item.contacts == (
        Contact(ContactKind.PHONE, "+34 600 111 222"),
        Contact(ContactKind.EMAIL, "maria@sol.example"),
        Contact(ContactKind.ADDRESS, "C/ Mayor 3, 2º, Madrid, 28013, España"),
        Contact(ContactKind.OTHER, "https://sol.example"),
        Contact(ContactKind.OTHER, "Skype: maria.sol"),
        Contact(ContactKind.OTHER, "https://twitter.example/maria"),
    )
    assert item.more == {
        "Organization": "Clínica del Sol, Urgencias",
        "Note": "Habla árabe\nLlamar de día",
    }
    *left_out, note = found.problems
    assert [problem.why for problem in left_out] == [
        "BDAY of 1 card is not taken in.",
        "PHOTO of 1 card is not taken in.",
    ]
    assert note.why.startswith("1 card has a note about somebody.")
    assert all(problem.kept for problem in found.problems)


def test_an_older_phone(tmp_path: Path) -> None:
    found = load(ANDROID, tmp_path)
    (item,) = found.items
    assert item.fields == {"name": "ليلى حسن"}
    assert item.contacts == (
        Contact(ContactKind.PHONE, "0049305550102"),
        Contact(ContactKind.OTHER, "Fax: 030 99"),
        Contact(ContactKind.EMAIL, "layla@post.example"),
    )
    assert item.more == {"Note": "erste Zeile\nzweite ü"}
    assert found.problems[0].why == "PHOTO of 1 card is not taken in."


def test_a_mail_program_with_a_character_set_of_its_own(tmp_path: Path) -> None:
    (item,) = load(OUTLOOK, tmp_path).items
    assert item.fields == {"name": "Jörg Müller"}
    assert item.contacts == (
        Contact(ContactKind.PHONE, "+49 (30) 1"),
        Contact(ContactKind.ADDRESS, "Straße 1 Hinterhaus, Berlin, 10115"),
        Contact(ContactKind.EMAIL, "joerg@buecher.example"),
    )
    assert item.more == {"Organization": "Bücherei", "Title": "Leiter"}
    assert item.updated == 1_698_921_900_000


def test_a_shop_is_a_place(tmp_path: Path) -> None:
    (item,) = load(SHOP, tmp_path).items
    assert item.sort == Sort.PLACE
    assert item.fields == {
        "name": "Tool shop",
        "address": "2 Mill Lane, Springfield, IL, 62701, USA",
        "area": "Springfield",
        "point": "40.1,-89.5",
    }
    assert item.contacts == (Contact(ContactKind.PHONE, "555"),)
    assert item.more == {}


def test_a_modern_card(tmp_path: Path) -> None:
    (item,) = load(MODERN, tmp_path).items
    assert item.key == "4FBE8971-0BC3-424C-9C26-36C3E1EFF6B1"
    assert item.fields == {
        "name": "Kim Lee",
        "lang:Spanish": True,
        "lang:tlh": True,
        "skill:welding": "can",
    }
    assert item.contacts == (
        Contact(ContactKind.PHONE, "+1-555-555;ext=1"),
        Contact(ContactKind.EMAIL, "kim@lee.example"),
        Contact(ContactKind.OTHER, "xmpp: kim@lee.example"),
        Contact(ContactKind.SIGNAL, "kim.01"),
    )
    assert item.more == {"Interest": "chess", "Categories": "friends, street, north"}
    assert item.updated == 1_767_319_445_000


def test_one_file_of_many_programs(tmp_path: Path) -> None:
    names = ["Dra. María López", "ليلى حسن", "Jörg Müller", "Tool shop", "Kim Lee"]
    found = load(b"\r\n".join((IPHONE, ANDROID, OUTLOOK, SHOP, MODERN)), tmp_path)
    assert [item.fields["name"] for item in found.items] == names
    assert found.lines == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le-bom"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\r\r\n"])
def test_however_it_is_encoded_and_its_lines_end(encoding: str, ends: str, tmp_path: Path) -> None:
    text = ends.join(("BEGIN:VCARD", "VERSION:3.0", "FN:Zoë Łó", " pez", "END:VCARD", ""))
    data = text.encode("utf-16-le" if "le" in encoding else encoding)
    (item,) = load(b"\xff\xfe" + data if "le" in encoding else data, tmp_path).items
    assert item.fields["name"] == "Zoë Łópez"


def test_everything_can_be_read_as_places(tmp_path: Path) -> None:
    items = load(IPHONE + SHOP, tmp_path, Sort.PLACE).items
    assert [item.sort for item in items] == [Sort.PLACE, Sort.PLACE]
    assert items[0].fields["about"] == "Habla árabe\nLlamar de día"


# -- what is broken, or meant to break --------------------------------------------------------


def card(*lines: str, end: bool = True) -> bytes:
    whole = ("BEGIN:VCARD", "VERSION:3.0", *lines, *(("END:VCARD",) if end else ()), "")
    return "\r\n".join(whole).encode()


def test_a_broken_card_costs_no_other(tmp_path: Path) -> None:
    found = load(
        card("FN:First")
        + card("TEL:1")  # line 5
        + card("FN:Torn", 'TEL;TYPE="home:1', "this is no line", end=False)  # line 9
        + card("FN:Group", "KIND:group")  # line 14
        + card("FN:Last", "TEL:2"),
        tmp_path,
    )
    assert [item.fields["name"] for item in found.items] == ["First", "Torn", "Last"]
    assert [item.where for item in found.items] == ["line 1", "line 9", "line 19"]
    assert [(problem.where, problem.kept) for problem in found.problems] == [
        ("line 5", False),
        ("line 12", True),
        ("line 13", True),
        ("line 9", True),
        ("line 14", False),
    ]
    assert "no name" in found.problems[0].why
    assert "no line of an address book" in found.problems[1].why
    assert "no end" in found.problems[3].why
    assert "list of other cards" in found.problems[4].why


@pytest.mark.parametrize(
    "line",
    [
        "TEL;A" + ",a" * 5000 + '"',
        "TEL" + ";A=b" * 5000,
        "TEL;A=" + " " * 50_000 + '"x',
        "TEL;" + '""' * 5000,
        "N:" + ";" * 50_000,
        "CATEGORIES:" + ",".join(map(str, range(10_000))),
        "NOTE:" + "\\" * 50_001,
        "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=" * 999 + "x",
        "NOTE;CHARSET=unicode_escape:\\ud800",
        "NOTE;CHARSET=idna:" + "a" * 5000,
        "NOTE;CHARSET=zlib:x",
        "REV:9999-99-99T99:99:99Z",
        "REV:0001-01-01",
        "X-MUTUALAID-CONFIRMED:",
        "X-MUTUALAID-MORE:",
        "X-MUTUALAID-SOURCE:;",
        "GEO:999,999",
        "ADR:;",
        "IMPP::",
        ":",
        "." * 300,
    ],
    ids=lambda line: line[:20],
)
def test_hostile_lines(line: str, tmp_path: Path) -> None:
    (item,) = load(card("FN:Ana", line, "TEL:1"), tmp_path).items
    assert item.fields["name"] == "Ana"
    assert item.contacts[-1].value == "1"
    for value in (*item.fields.values(), *item.more.values()):
        str(value).encode()
        assert len(str(value)) < 70_000


def test_what_is_too_long_or_too_much_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vcard, "MOST_PROPERTIES", 5)
    found = load(card("FN:Ana", "NOTE:" + "x" * 100_000, *["TEL:1"] * 9), tmp_path)
    assert found.items[0].more == {}
    assert [problem.why for problem in found.problems] == [
        "What NOTE says is too long to be kept.",
        "This card has too many lines; the rest is left out.",
    ]


def test_a_flood_of_cards_and_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vcard, "MOST_CARDS", 3)
    monkeypatch.setattr(vcard, "MOST_PROBLEMS", 2)
    found = load(card("FN:Ana", "?", "?") * 9, tmp_path)
    assert len(found.items) == 3
    assert [problem.where for problem in found.problems] == ["line 4", "line 5", "further down"]
    assert "5 more" in found.problems[-1].why


def test_a_card_in_a_card_that_never_ends(tmp_path: Path) -> None:
    data = card("FN:Ana", "AGENT:", end=False) * 100
    assert load(data, tmp_path).items[0].fields == {"name": "Ana"}


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "no address book"), (b"\x00" * 1000, "no address book"), (b"FN:Ana\n", "BEGIN:VCARD")],
)
def test_what_is_no_address_book(data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=why):
        load(data, tmp_path)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportFileError, match="a folder"):
        read(tmp_path, Wanted(), lambda done, whole: None)
    with pytest.raises(ImportFileError, match="cannot be read"):
        read(tmp_path / "missing.vcf", Wanted(), lambda done, whole: None)
    os.mkfifo(tmp_path / "pipe.vcf")
    with pytest.raises(ImportFileError, match="no file"):
        read(tmp_path / "pipe.vcf", Wanted(), lambda done, whole: None)
    monkeypatch.setattr(content, "LARGEST_FILE", 10)
    with pytest.raises(ImportFileError, match="larger than 100 MB"):
        load(SHOP, tmp_path)
    with pytest.raises(ImportFileError, match="no repairs"):
        load(SHOP, tmp_path, Sort.REPAIR)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def tick(done: int, whole: int) -> None:
        assert 0 < done <= whole
        raise StopError

    path = tmp_path / "book.vcf"
    path.write_bytes(SHOP)
    with pytest.raises(StopError):
        read(path, Wanted(), tick)


@settings(max_examples=tries(100))
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"BEGIN:VCARD",
                    b"END:VCARD",
                    b"FN:a",
                    b"AGENT:",
                    b"N;QUOTED-PRINTABLE:a=",
                    b" ",
                    b"PHOTO:x",
                    b"TEL;a=b,c;d:e",
                    b"PRODID:-//Mutual Aid//Directory//EN",
                    b"X-MUTUALAID-FIX:;",
                    b"ADR:a;b",
                ]
            ),
        ),
        max_size=20,
    )
)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    try:
        found = load(b"\n".join((b"BEGIN:VCARD", *lines)), tmp_path_factory.getbasetemp())
    except ImportFileError:
        return
    for item in found.items:
        assert item.fields["name"]
        str((item.fields, item.more, item.contacts)).encode()


def test_an_old_phone_folds_without_saying_so(tmp_path: Path) -> None:
    card = (
        b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Anna\n"
        b"TEL;CELL:0151 1=\n23\nEND:VCARD\n"
    )
    found = load(card, tmp_path)
    assert found.items[0].fields["name"] == "Anna Müller"
    assert found.items[0].contacts == (Contact(ContactKind.PHONE, "0151 123"),)
    assert found.problems == ()


def test_text_in_base64_is_read_and_what_is_none_is_said(tmp_path: Path) -> None:
    card = b"BEGIN:VCARD\nVERSION:3.0\nFN;ENCODING=B:%s\nTEL:0151 123\nEND:VCARD\n"
    (anna,) = load(card % b"QW5uYSBNw7xsbGVy", tmp_path).items
    assert anna.fields["name"] == "Anna Müller"
    found = load(card % b"!!!!", tmp_path)
    assert found.items == ()
    assert "What FN says cannot be decoded." in [problem.why for problem in found.problems]
