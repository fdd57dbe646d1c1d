# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``print``: sheets of paper as PDF, logged where they say something of somebody."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from mutualaid.model.directories.paper import BLANK, SHEETS
from mutualaid.model.directories.paper.forms import checked_number
from tests.cli.conftest import Neighbours, Run
from tests.helpers.pdf import facts_of, needs_poppler, words_of


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need one, and one that has windows is there for other tests."""


@pytest.fixture
def post(ana: Run) -> str:
    """The code of a need that may be printed."""
    assert ana("group-contact", "--phone", "0555 100").code == 0
    code: str = ana("post", "need", "A lift to the clinic", "--json").document["code"]
    assert ana("consent", "post", code, "print").code == 0
    return code


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet(ana: Run, post: str, sheet: str, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    card = ("--post", post) if sheet == "card" else ()
    ran = ana("print", sheet, str(file), *card, "--audience", "print", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["pages"] >= 1
    assert file.read_bytes().startswith(b"%PDF")
    assert len(list(tmp_path.iterdir())) == 2  # and the profile: nothing else is left
    logged = ana("exports", "--json").document
    if sheet in BLANK:
        assert logged == []
    else:
        assert [row["formats"] for row in logged] == [[f"print:{sheet}"]]
        assert logged[0]["audience"] == "print"
        assert logged[0]["posts"] == (0 if sheet == "phone-tree" else 1)


@needs_poppler
def test_a_poster_holds_only_what_may_be_printed(ana: Run, post: str, tmp_path: Path) -> None:
    kept: str = ana("post", "need", "Kept within the group", "--json").document["code"]
    for audience, there in (("print", False), ("group", True)):
        file = tmp_path / f"{audience}.pdf"
        assert ana("print", "board", str(file), "--audience", audience).code == 0
        read = words_of(file.read_bytes(), tmp_path)
        assert "A lift to the clinic" in read
        assert post in read
        assert "0555 100" in read
        assert ("For members of the group only" in read) == (audience == "group")
        assert (kept in read) == ("Kept within the group" in read) == there


@needs_poppler
@pytest.mark.parametrize(
    ("paper", "more", "size"),
    [
        ("a4", (), "595 x 842"),
        ("letter", (), "612 x 792"),
        ("a5", (), "842 x 595"),  # two to a side, to be folded
        ("a5", ("--no-fold",), "420 x 595"),
        ("letter", ("--fold",), "792 x 612"),
        ("a4", ("--large",), "595 x 842"),
    ],
)
def test_papers(
    ana: Run, post: str, paper: str, more: tuple[str, ...], size: str, tmp_path: Path
) -> None:
    file = tmp_path / "sheet.pdf"
    ran = ana("print", "directory", str(file), "--paper", paper, *more)
    assert ran.code == 0, ran.err
    assert ("fold them in the middle" in ran.out) == ("842 x 595" in size or "792 x 612" in size)
    assert facts_of(file.read_bytes(), tmp_path)["Page size"].startswith(size)


@needs_poppler
def test_the_language_of_the_words(ana: Run, post: str, tmp_path: Path) -> None:
    for language, title in (("en", "Needs and offers"), ("es", "Necesidades y ofertas")):
        file = tmp_path / f"{language}.pdf"
        assert ana("print", "board", str(file), "--language", language).code == 0
        assert title in words_of(file.read_bytes(), tmp_path)


def test_each_copy_of_a_form_has_its_number(ana: Run, tmp_path: Path) -> None:
    ran = ana("print", "need-form", str(tmp_path / "a.pdf"), "--copies", "3", "--json")
    numbers = ran.document["forms"]
    assert len(set(numbers)) == 3
    assert [checked_number(number) for number in numbers] == numbers


def test_a_member_prints_for_the_group_and_blank_sheets_alone(
    street_of_three: Neighbours, tmp_path: Path
) -> None:
    ben = street_of_three["ben"]
    ran = ben("print", "board", str(tmp_path / "a.pdf"))
    assert ran.code == 1, "paper is for whoever passes by, unless it is said that it is not"
    assert "steward" in ran.err
    assert not (tmp_path / "a.pdf").exists()
    assert ben("print", "board", str(tmp_path / "b.pdf"), "--audience", "group").code == 0
    assert ben("print", "sign-up", str(tmp_path / "c.pdf")).code == 0


@pytest.mark.parametrize("sheet", ["board", "sign-up"])
def test_what_is_there_stays(ana: Run, sheet: str, tmp_path: Path) -> None:
    file = tmp_path / "there.pdf"
    file.write_text("mine")
    ran = ana("print", sheet, str(file))
    assert ran.code == 1
    assert "already. Nothing was written." in ran.err
    assert file.read_text() == "mine"
    ran = ana("print", sheet, str(tmp_path / "no" / "such.pdf"))
    assert ran.code == 1
    assert "Nothing was written" in ran.err


@pytest.mark.parametrize("sheet", ["board", "sign-up"])
def test_a_file_is_no_folder(ana: Run, sheet: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = ana("print", sheet, str(tmp_path / "file" / "a.pdf"))
    assert ran.code == 1
    assert "Nothing was written" in ran.err


def test_what_does_not_go_together(ana: Run, post: str, tmp_path: Path) -> None:
    file = str(tmp_path / "a.pdf")
    assert ana("print", "card", file).code == 2
    assert ana("print", "board", file, "--post", post).code == 2
    assert ana("print", "board", file, "--copies", "2").code == 2
    assert ana("print", "napkin", file).code == 2
    assert ana("print", "board", file, "--days", "0").code == 1
    assert not Path(file).exists()


def test_no_card_of_what_may_not_leave(ana: Run, tmp_path: Path) -> None:
    code = ana("post", "need", "Kept within the group", "--json").document["code"]
    card = ("print", "card", str(tmp_path / "a.pdf"), "--post", code)
    ran = ana(*card, "--audience", "print")
    assert ran.code == 1
    assert "Nothing was printed" in ran.err
    assert ana("exports", "--json").document == []


def test_something_is_held_back_by_hand(ana: Run, post: str, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    assert ana("print", "board", str(file), "--leave-out", post).code == 0
    assert ana("exports", "--json").document[0]["posts"] == 0
