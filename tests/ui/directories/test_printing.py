# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper is seen before it is printed, and what says something of somebody is logged."""

import threading

import pytest
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog

from mutualaid.model.directories.paper import SHEETS
from mutualaid.model.group import Group
from mutualaid.model.values import Audience, PostDraft, PostKind
from mutualaid.ui.directories.printing import PrintView
from tests.ui.helpers import Key, dialog, press, settle, tab_to


@pytest.fixture
def view(page, agreed, qtbot) -> PrintView:
    page.show_view("print")
    found = page.view("print")
    assert isinstance(found, PrintView)
    qtbot.waitUntil(lambda: found._made is not None)
    found.focus_first()
    return found


def choose(view: PrintView, qtbot, sheet: str) -> None:
    with qtbot.waitSignal(view.made):
        view.sheet.choose(sheet)


def test_a_poster_is_kept_as_a_pdf_with_keys_alone(view, agreed, qtbot, tmp_path, monkeypatch):
    dest = tmp_path / "board.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(dest), ""))
    with qtbot.waitSignal(view.made):
        press(qtbot, Key.Key_Down)
    assert view.chosen.sheet == "board"
    tab_to(qtbot, view.save)
    with qtbot.waitSignal(view.done):
        press(qtbot, Key.Key_Space)
    assert dest.read_bytes().startswith(b"%PDF")
    assert [row.formats for row in agreed.exports()] == [("print:board",)]
    assert str(dest) in view.said.accessibleName()
    assert view.said.action.hasFocus()


@pytest.mark.parametrize("sheet", [name for name in SHEETS if name != "card"])
def test_every_sheet_can_be_seen(view, qtbot, sheet):
    if view.chosen.sheet != sheet:
        choose(view, qtbot, sheet)
    qtbot.waitUntil(lambda: view.pages.picture.image is not None)
    assert view.print.isEnabled()
    assert view.pages.words.text().startswith("Side 1 of ")


def test_pages_are_turned_by_keys(view, qtbot):
    qtbot.waitUntil(lambda: view.pages.picture.image is not None)
    tab_to(qtbot, view.pages.picture)
    with qtbot.waitSignal(view.pages.drawn):
        press(qtbot, Key.Key_PageDown)
    assert view.pages.side == 1
    assert view.pages.picture.accessibleName().startswith("Side 2 of ")
    with qtbot.waitSignal(view.pages.drawn):
        press(qtbot, Key.Key_PageUp)
    press(qtbot, Key.Key_PageUp)
    assert view.pages.side == 0
    assert not view.pages.back.isEnabled()


def test_a_directory_on_a5_is_folded_from_a4(view, qtbot):
    with qtbot.waitSignal(view.made):
        view.paper.choose("a5")
        view.paper.activated.emit(view.paper.currentIndex())
    assert view.fold.isChecked()
    assert "fold" in view.facts.text()


def test_a_blank_form_is_for_everybody_and_not_logged(view, agreed, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(Group, "may_export", lambda _self, _audience: False)
    choose(view, qtbot, "need-form")
    assert not view._whom.isVisible()
    with qtbot.waitSignal(view.made):
        view.copies.setValue(3)
    before = view._made.book.sheet
    with qtbot.waitSignals([view.done, view.made]):
        view.save_pdf(tmp_path / "forms.pdf")
    assert (tmp_path / "forms.pdf").read_bytes().startswith(b"%PDF")
    assert agreed.exports() == []
    # The next ones have numbers of their own.
    assert view._made.book.sheet != before


def test_a_card_is_for_one_post(view, agreed, elsewhere, qtbot, window):
    made = agreed.post(PostDraft(PostKind.NEED, "A lift to the clinic"))
    agreed.share_post(made.created, Audience.PRINT)
    window.committed_here(made)
    qtbot.waitUntil(lambda: view._made is not None)
    view.sheet.choose("card")
    assert view._which.isVisible()
    with qtbot.waitSignal(view.made):
        view.post.choose(made.created)
    assert view.chosen.post == made.created


def test_a_card_of_what_may_not_leave_says_so(view, agreed, qtbot, window):
    made = agreed.post(PostDraft(PostKind.NEED, "Just for us"))
    agreed.share_post(made.created, Audience.GROUP)
    window.committed_here(made)
    qtbot.waitUntil(lambda: view._made is not None)
    with qtbot.waitSignal(view.told) as told:
        view.sheet.choose("card")
        view.post.choose(made.created)
    assert "may not leave" in told.args[0]
    assert view.facts.text() == told.args[0]
    assert not view.save.isEnabled()


def test_who_may_not_print_for_others_prints_for_the_group(view, qtbot, monkeypatch):
    monkeypatch.setattr(Group, "may_export", lambda _self, audience: audience is Audience.GROUP)
    view.sheet.choose("board")
    assert "Only an organizer" in view.not_allowed.text()
    assert not view.save.isEnabled()
    with qtbot.waitSignal(view.made):
        view.audience.choose(Audience.GROUP)
    assert view.save.isEnabled()
    assert not view.not_allowed.isVisible()


def test_a_printer_gets_the_pages_after_the_log_has_them(view, agreed, qtbot, tmp_path):
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    choose(view, qtbot, "board")
    with qtbot.waitSignal(view.done):
        view.print_on(printer)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")
    assert [row.formats for row in agreed.exports()] == [("print:board",)]


def test_print_asks_the_system(view, window, qtbot):
    tab_to(qtbot, view.print)
    press(qtbot, Key.Key_Space)
    dialog(QPrintDialog).reject()
    settle()


def test_a_place_that_is_taken_is_said_and_nothing_is_logged(view, agreed, qtbot, tmp_path):
    dest = tmp_path / "there.pdf"
    dest.write_text("Mine", encoding="utf-8")
    with qtbot.waitSignal(view.told) as told:
        view.save_pdf(dest)
    assert "Nothing was written" in told.args[0]
    assert dest.read_text(encoding="utf-8") == "Mine"
    assert agreed.exports() == []


def test_when_the_view_goes_so_does_its_thread(view):
    view.deleteLater()
    settle()
    assert not any(
        thread.name == "window-paper" and thread.is_alive() for thread in threading.enumerate()
    )
