# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets as PDF and as pictures: every one, in every language, on every paper, in large type."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from mutualaid.errors import Stopped
from mutualaid.model.directories.directory import Directory, Post
from mutualaid.model.directories.paper import LANGUAGES, SHEETS, make
from mutualaid.model.directories.paper.sheet import Section, Sheet, Text
from mutualaid.model.values import PostKind
from mutualaid.ui.paper import Book, Look, Paper, ensure_application, pdf
from mutualaid.ui.paper.fringe import quick_response
from mutualaid.ui.paper.look import MM
from tests.helpers.pdf import facts_of, needs_poppler, words_of
from tests.model.directories.examples import large, rich

LOOKS = (
    Look(),
    Look(Paper.A5),
    Look(Paper.A5, fold=True),
    Look(Paper.LETTER),
    Look(Paper.A4, large=True),
    Look(Paper.A5, large=True),
)
ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))
HOSTILE = (
    "W" * 140,
    "\u202eevil\u202c \u2067unclosed",
    "شكرًا\u200f (الجار) 123 abc",
    "👩🏽\u200d👩🏽\u200d👧🏽 " * 20,
    "a\u0300" * 70,
    "日本語テキスト" * 20,
    "{name} %n <b>&amp; \\n \x00\x1b[31m",
    "\u3000",
)


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need one."""


def made(name: str, directory: Directory | None = None, language: str = "en") -> Sheet:
    directory = directory or rich()
    post = next(each.id for each in directory.posts if each.status.wants_help)
    return make(
        name, directory, language, post=post if name == "card" else None, numbers=("K7QF2M9P",)
    )


def has_ink(image: QImage, left: int, top: int, width: int, height: int) -> bool:
    part = image.copy(left, top, width, height).convertToFormat(QImage.Format.Format_Grayscale8)
    bits, stride = bytes(part.constBits()), part.bytesPerLine()
    return any(min(bits[row * stride : row * stride + width]) < 200 for row in range(height))


def assert_nothing_is_cut(book: Book) -> None:
    """Nothing stands in the margins, on any side of the paper."""
    across, _ = book.look.side
    for side in range(book.sides):
        image = book.image(side, 300)
        edge = int(0.6 * book.look.margin / across * image.width())
        width, height = image.width(), image.height()
        assert not has_ink(image, 0, 0, edge, height)
        assert not has_ink(image, width - edge, 0, edge, height)
        assert not has_ink(image, 0, 0, width, edge)
        assert not has_ink(image, 0, height - edge, width, edge)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_nothing_is_cut(name: str, language: str) -> None:
    sheet = made(name, language=language)
    for look in LOOKS:
        assert_nothing_is_cut(Book(sheet, look))


@pytest.mark.parametrize("name", ["directory", "board", "card", "phone-tree"])
def test_hostile_text_is_not_cut_either(name: str) -> None:
    directory = rich()
    posts = tuple(
        replace(directory.posts[0], id=bytes([at]) * 16, title=text, area=text, text=text)
        for at, text in enumerate(HOSTILE)
    )
    people = tuple(
        replace(directory.people[1], id=bytes([at]) * 16, name=text, area=text[:80])
        for at, text in enumerate(HOSTILE)
    )
    group = replace(directory.group, name=HOSTILE[0], where=HOSTILE[0], phone=HOSTILE[0])
    hostile = replace(directory, posts=posts, people=people, group=group)
    for look in (Look(), Look(Paper.A5, large=True)):
        assert_nothing_is_cut(Book(made(name, hostile, "ar"), look))


@needs_poppler
@pytest.mark.parametrize("name", SHEETS)
def test_text_is_found_in_the_pdf(name: str, tmp_path: Path) -> None:
    sheet = made(name)
    book = Book(sheet)
    data = pdf(book)
    read = words_of(data, tmp_path)
    for section in sheet.sections:
        assert section.title.translate(ISOLATES) in read
    facts = facts_of(data, tmp_path)
    assert facts["Pages"] == str(book.sides)
    assert facts["Title"].startswith(sheet.title)
    assert facts["Author"] == sheet.group
    assert "(A4)" in facts["Page size"]
    last = f"Page {book.pages} of {book.pages}"
    assert last in read


@needs_poppler
def test_all_of_a_directory_is_found(tmp_path: Path) -> None:
    directory = rich()
    read = words_of(pdf(Book(made("directory", directory))), tmp_path)
    for person in directory.people:
        assert person.code not in read, "codes stand beside what can be answered"
        if person.name.isascii():
            assert person.name.split()[0] in read
    for post in directory.posts:
        assert (post.code in read) == (not post.status.is_past)
    assert "+49 30 5550101" in read


@needs_poppler
def test_a_code_is_on_each_strip(tmp_path: Path) -> None:
    directory = rich()
    read = words_of(pdf(Book(made("board", directory))), tmp_path)
    for post in directory.posts:
        # On the card, and on as many strips as its width holds in the system's font.
        count = read.count(post.code)
        assert count >= 4 if post.status.wants_help else count == 0


@needs_poppler
def test_arabic_is_in_logical_order(tmp_path: Path) -> None:
    read = words_of(pdf(Book(made("need-form", language="ar"))), tmp_path)
    assert "أحتاج إلى شيء" in read
    assert "K7QF2M9P" in read


@needs_poppler
def test_figures_keep_their_order_on_a_sheet_from_right_to_left(tmp_path: Path) -> None:
    for name in ("board", "directory"):
        assert "+49 30 901820" in words_of(pdf(Book(made(name, language="ar"))), tmp_path)


@needs_poppler
def test_a_folded_booklet_is_two_pages_to_a_side(tmp_path: Path) -> None:
    book = Book(made("directory"), Look(Paper.A5, fold=True))
    facts = facts_of(pdf(book), tmp_path)
    assert int(facts["Pages"]) == book.sides == 2 * -(-book.pages // 4)
    assert facts["Page size"].startswith("842 x 595")
    plain = Book(made("directory"), Look(Paper.A5))
    assert facts_of(pdf(plain), tmp_path)["Page size"].startswith("420 x 595")
    assert plain.pages == book.pages
    letter = Book(made("directory"), Look(Paper.LETTER, fold=True))
    assert facts_of(pdf(letter), tmp_path)["Page size"].startswith("792 x 612")


def test_the_contents_name_the_pages() -> None:
    sheet = made("directory", large(200, 100))
    book = Book(sheet)
    numbers = book.contents
    titles = [each.title for each in sheet.sections[2:]]
    assert list(numbers) == ["What is in here", *titles]
    pages = [int(number) for number in numbers.values()]
    assert pages == sorted(set(pages))
    assert pages[-1] == book.pages


def test_the_same_sheet_is_drawn_the_same() -> None:
    one, other = Book(made("board")), Book(made("board"))
    assert one.image(0, 300) == other.image(0, 300)
    # And again, after other pages were drawn.
    before = one.image(0, 300)
    one.image(one.sides - 1, 300)
    assert one.image(0, 300) == before


@needs_poppler
def test_a_printer_prints_what_the_pdf_holds(tmp_path: Path) -> None:
    book = Book(made("board"))
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    file = tmp_path / "printed.pdf"
    printer.setOutputFileName(str(file))
    book.print_to(printer)
    data = file.read_bytes()
    assert facts_of(data, tmp_path)["Pages"] == str(book.sides)
    # In whatever order: not all lines of strips that are turned stand on one another.
    printed, written = words_of(data, tmp_path), words_of(pdf(book), tmp_path)
    assert sorted(printed.split()) == sorted(written.split())


@needs_poppler
def test_some_sides_can_be_printed_alone(tmp_path: Path) -> None:
    book = Book(made("directory"))
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    file = tmp_path / "printed.pdf"
    printer.setOutputFileName(str(file))
    book.print_to(printer, sides=(1, 2))
    read = words_of(file.read_bytes(), tmp_path)
    assert f"Page 2 of {book.pages}" in read
    assert f"Page 3 of {book.pages}" in read
    assert f"Page 4 of {book.pages}" not in read


def test_long_work_can_be_stopped_while_it_is_laid_out() -> None:
    told: list[tuple[int, int]] = []

    def tick(done: int, total: int) -> None:
        told.append((done, total))
        if done == 20:
            raise Stopped

    with pytest.raises(Stopped):
        Book(made("directory", large(50, 20)), tick=tick)
    assert told == [(number, told[0][1]) for number in range(1, 21)]


def test_long_work_can_be_stopped_while_it_is_drawn() -> None:
    book = Book(made("directory"))

    def stop(done: int, total: int) -> None:
        if done < total:
            raise Stopped

    with pytest.raises(Stopped):
        pdf(book, stop)
    assert pdf(book)  # and done again


def test_progress_goes_up_to_the_end() -> None:
    shares: list[float] = []
    book = Book(made("directory"), tick=lambda done, total: shares.append(done / total))
    pdf(book, lambda done, total: shares.append(done / total))
    assert shares == sorted(shares)
    assert (shares[0] < 0.1, shares[-1]) == (True, 1)
    assert 0.5 in shares


def test_a_large_book_keeps_few_pieces() -> None:
    book = Book(made("directory", large(300, 500)))
    for side in range(book.sides):
        book.image(side, 60)
    assert book.kept <= 64


def blocks(sheet: Sheet) -> Iterator[tuple[int, int]]:
    for number, section in enumerate(sheet.sections):
        yield from ((number, at) for at in range(len(section.blocks)))


@pytest.mark.parametrize("name", SHEETS)
def test_every_block_is_on_some_page(name: str) -> None:
    sheet = made(name)
    assert set(Book(sheet).placed) == set(blocks(sheet))


def test_an_empty_text_takes_no_room_and_does_no_harm() -> None:
    sheet = replace(made("sign-up"), sections=(Section((Text(""),)), Section(())))
    book = Book(sheet)
    assert book.pages == 2
    assert pdf(book)


def test_a_title_without_an_end() -> None:
    post = Post(b"p" * 16, "K7QF2M9P", PostKind.NEED, "W" * 10_000, text="W" * 4000)
    book = Book(made("board", replace(rich(), posts=(post,))))
    assert book.pages > 1
    assert_nothing_is_cut(book)


def test_a_strip_has_room_for_all_of_how_to_answer() -> None:
    group = replace(rich().group, phone="0" * 200, where="W" * 600)
    assert_nothing_is_cut(Book(made("board", replace(rich(), group=group)), Look(Paper.A5)))


def test_the_application_is_made_once() -> None:
    assert ensure_application() is QApplication.instance()


def test_margins_are_wider_than_what_printers_leave() -> None:
    assert all(look.margin >= 10 * MM for look in LOOKS)


@pytest.mark.parametrize("text", ["K7QF2M9P", "K7QF2M9P\nأحتاج إلى توصيلة\n0555 100", "x" * 900])
def test_a_square_is_what_a_telephone_reads(text: str) -> None:
    image = QImage(800, 800, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    quick_response(painter, text, QRectF(0, 0, 800, 800))
    painter.end()
    matrix = segno.make_qr(text[:600], error="m", boost_error=False).matrix
    module = 800 / (len(matrix) + 8)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            at = image.pixelColor(
                int((column + 4.5) * module), int((row + 4.5) * module)
            ).lightness()
            assert (at < 128) == bool(dark)
