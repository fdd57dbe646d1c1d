# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list comes in by keyboard: looked at first, understood column by column, taken back whole."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from mutualaid.model.directories.incoming.item import LEFT_OUT, Sort
from mutualaid.model.group import Group
from mutualaid.ui.directories.bring_in import BringInView
from mutualaid.ui.directories.import_lists import ADDED, COLUMNS, PROBLEMS, SKIPPED
from mutualaid.ui.directories.import_words import format_words, guessed_format
from mutualaid.ui.directories.importing import ImportDialog
from mutualaid.ui.neighbourhood.known_people import AgreedDialog
from mutualaid.ui.neighbourhood.people import PeoplePage
from mutualaid.ui.shell import Shell
from mutualaid.ui.widgets import Text
from tests.ui.helpers import Key, dialog, focused, press, settle, tab_to, type_text

PEOPLE = """Name,Phone,Can do,Area,Shoe size
Rosa Lindqvist,0170 555 11 22,"bread, first aid",North side,38
Tomas Ferreira,0171 555 33 44,plumbing,Hill houses,43
,0173 555 77 88,,,
"""
REPAIRS = (
    "id,data_provider,country,partner_product_category,repair_status,group_identifier,event_date,"
    "problem"
)


@pytest.fixture
def form(window: Shell, qtbot) -> Iterator[ImportDialog]:
    made = ImportDialog(window, window.desk)
    made.open()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    if shiboken6.isValid(made):
        made.reject()
    settle()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "helpers.csv"
    made.write_text(PEOPLE, encoding="utf-8")
    return made


def look(form: ImportDialog, file: Path, qtbot) -> None:
    """Type the path and press Enter; comes back when it is shown what would happen."""
    form.file.line.clear()
    type_text(qtbot, str(file), form.file.line)
    with qtbot.waitSignal(form.looked):
        press(qtbot, Key.Key_Return, widget=form.file.line)


def bring_in(form: ImportDialog, qtbot) -> None:
    with qtbot.waitSignal(form.written):
        form.try_submit()


def words(widget) -> str:
    QApplication.processEvents()
    return " ".join(one.text() for one in widget.findChildren(Text) if one.isVisible())


def test_the_menu_leads_there(window, qtbot):
    action = next(one for one in window.actions() if "Bring in a" in one.text())
    with qtbot.waitSignal(window.action_asked) as asked:
        action.trigger()
    assert asked.args == ["import"]


def test_a_list_comes_in_with_keys_alone_and_is_taken_back(form, window, group, file, qtbot):
    before = group.health().entries
    look(form, file, qtbot)
    assert group.health().entries == before
    assert "Would add 2 people." in form.summary.text()
    assert form.lists.models[ADDED].rowCount() == 2
    tab_to(qtbot, form.origin)
    form.origin.clear()
    type_text(qtbot, "The library")
    with qtbot.waitSignal(form.written):
        press(qtbot, Key.Key_Return)
    settle()
    assert not shiboken6.isValid(form) or not form.isVisible()
    assert [row.name for row in group.known_people()] == ["Rosa Lindqvist", "Tomas Ferreira"]
    assert "2 added" in window.toast.words
    window.show_page("directories")
    window.page.show_view("in")
    view = window.page.view("in")
    assert isinstance(view, BringInView)
    assert "The library" in words(view)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.focus_first()
    back = view.imports.widgets[0].findChildren(type(view.bring))[0]
    tab_to(qtbot, back)
    with qtbot.waitSignal(view.taken_back):
        press(qtbot, Key.Key_Space)
    assert group.known_people() == []
    assert group.imports()[0].undone


def test_who_will_read_what_stands_beside_is_said_by_column(form, file, qtbot):
    look(form, file, qtbot)
    assert form.origin.text() == ""
    said = "Only you and the stewards will be able to read: Shoe size."
    assert form.readers.text() == said
    with qtbot.waitSignal(form.looked):
        form.about.choose(Sort.PLACE)
        form.about.activated.emit(form.about.currentIndex())
    assert form.readers.isVisible()
    assert form.readers.text().startswith("Everybody in the group will be able to read: ")
    assert "Shoe size" in form.readers.text()
    assert "“Columns”" in form.readers.text()
    with qtbot.waitSignal(form.looked):
        form.lists.mapped.emit(dict.fromkeys(form.lists.columns.boxes, LEFT_OUT) | {"Name": "name"})
    assert form.readers.isHidden()


def test_each_line_that_is_left_alone_says_which_and_why(form, file, qtbot):
    look(form, file, qtbot)
    bad = [*form.lists.models[SKIPPED].rows, *(one for _n, one in form.lists.models[PROBLEMS].rows)]
    assert [one.where for one in bad] == ["line 4"]
    assert bad[0].why
    name = SKIPPED if form.lists.models[SKIPPED].rowCount() else PROBLEMS
    model = form.lists.models[name]
    said = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "line 4" in said
    form.lists.chips[name].click()
    form.lists.views[name].setCurrentIndex(model.index(0))
    assert form.lists.whole.text() == said


def test_a_line_is_taken_out_by_hand(form, group, file, qtbot):
    look(form, file, qtbot)
    assert focused() is form.lists.views[ADDED]
    assert form.ok.text() == "Bring in 2"
    press(qtbot, Key.Key_Home, Key.Key_Space)
    assert form.ok.text() == "Bring in 1"
    bring_in(form, qtbot)
    assert len(group.known_people()) == 1


def test_a_column_is_understood_otherwise(form, file, qtbot):
    look(form, file, qtbot)
    form.lists.chips[COLUMNS].click()
    box = form.lists.columns.boxes["Shoe size"]
    assert box.currentData() == ""
    assert "Shoe size" in box.accessibleName()
    area = form.lists.columns.boxes["Area"]
    assert area.currentData() == "area"
    with qtbot.waitSignal(form.looked):
        area.setCurrentIndex(area.findData("availability"))
        area.activated.emit(area.currentIndex())
    assert form.lists.columns.boxes["Area"].currentData() == "availability"
    assert form.lists.chips[COLUMNS].isChecked()


def test_what_it_is_about_can_be_changed(form, file, qtbot):
    look(form, file, qtbot)
    assert form.about.currentData() == "person"
    with qtbot.waitSignal(form.looked):
        form.about.setCurrentIndex(form.about.findData("place"))
        form.about.activated.emit(form.about.currentIndex())
    assert "places" in form.summary.text()


def test_a_second_time_there_is_nothing_to_bring_in(form, window, group, file, qtbot):
    look(form, file, qtbot)
    bring_in(form, qtbot)
    again = ImportDialog(window, window.desk)
    again.open()
    look(again, file, qtbot)
    assert "Nothing would be added or changed." in again.summary.text()
    assert again.ok.text() == "Close"
    with qtbot.waitSignal(again.accepted):
        again.try_submit()
    assert len(group.known_people()) == 2


def test_repair_data_comes_in(form, group, tmp_path, qtbot):
    file = tmp_path / "repairs.csv"
    rows = [f"m-{n},Mended,GBR,Kettle,Fixed,Mill Lane,2024-05-0{n},Switch" for n in (1, 2)]
    file.write_text("\n".join((REPAIRS, *rows)), encoding="utf-8")
    form.file.line.setText(str(file))
    assert form.format.currentData() == "ords"
    with qtbot.waitSignal(form.looked):
        form.try_submit()
    assert "2 repairs" in form.summary.text()
    bring_in(form, qtbot)
    assert sum(repair.place_name == "Mill Lane" for repair in group.repairs(limit=10_000)) == 2


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"\x00" * 3000], ids=["empty", "png", "zeros"]
)
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx", "list.vcf", "list.json"])
def test_a_file_that_cannot_be_used_is_said_in_words(form, group, tmp_path, qtbot, name, data):
    before = group.health().entries
    file = tmp_path / name
    file.write_bytes(data)
    form.file.line.setText(str(file))
    told: list[str] = []
    form.told.connect(told.append)
    with qtbot.waitSignal(form.work.ended):
        form.try_submit()
    if told:
        assert told[0].endswith(".")
        assert form.banner.isVisible()
        assert form.first.isVisible()
    else:
        assert not form.lists.models[ADDED].rowCount()
    assert group.health().entries == before


def test_a_file_that_is_not_there_is_said_under_its_field(form, tmp_path):
    form.try_submit()
    assert form.file.property("bad") == "true"
    form.file.line.setText(str(tmp_path / "none.csv"))
    form.try_submit()
    assert form.file.property("bad") == "true"
    assert not form.work.busy


def test_stopped_while_reading_nothing_is_written(form, group, file, qtbot, monkeypatch):
    before = group.health().entries
    begun, go_on = threading.Event(), threading.Event()
    real = Group.read_import

    def slow(self, name, path, wanted, tick, **more):
        begun.set()
        assert go_on.wait(30)
        tick(1, 2)
        return real(self, name, path, wanted, tick, **more)

    monkeypatch.setattr(Group, "read_import", slow)
    form.file.line.setText(str(file))
    form.try_submit()
    qtbot.waitUntil(begun.is_set)
    assert form.work.isVisible()
    assert form.work.stop_button.hasFocus()
    with qtbot.waitSignal(form.told) as told:
        press(qtbot, Key.Key_Escape, widget=form)
        go_on.set()
    assert "Stopped" in told.args[0]
    assert form.isVisible()
    assert group.health().entries == before


def test_the_file_is_chosen_in_the_systems_window(form, file, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
    form.file.button.click()
    assert form.file.path == file


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.xlsx", "xlsx"),
        ("a.vcf", "vcard"),
        ("datapackage.json", "hsds"),
        ("a.json", "murmurations"),
        ("a.zip", "hsds"),
        ("a", "csv"),
    ],
)
def test_what_a_file_is_is_guessed_by_its_name(qapp, name, format_):
    assert guessed_format(Path(name)) == format_
    assert format_ in format_words()


def test_people_of_a_list_are_known_of_and_asked_before_their_contacts_show(
    form, window, group, file, qtbot
):
    look(form, file, qtbot)
    bring_in(form, qtbot)
    window.show_page("people")
    page = window.page
    assert isinstance(page, PeoplePage)
    assert page.chip_known.isVisible()
    page.chip_known.click()
    assert [row.name for row in page.known_model.rows] == ["Rosa Lindqvist", "Tomas Ferreira"]
    said = page.known_model.data(page.known_model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "no member" in said
    assert "not asked yet" in said
    page.known_list.opened.emit(page.known_model.row(0))
    assert "0170" not in words(page.known_detail)
    assert "hidden until" in words(page.known_detail)
    assert "only whoever brought it and the stewards can read" in words(page.known_detail)
    assert "Shoe size: 38" in words(page.known_detail)
    page.known_detail.agreed.click()
    asked = dialog(AgreedDialog)
    assert "0170 555 11 22" in words(asked)
    asked.try_submit()
    assert asked.how.property("bad") == "true"
    type_text(qtbot, "At the door", asked.how)
    press(qtbot, Key.Key_Return, widget=asked.how)
    assert "0170 555 11 22" in words(page.known_detail)
    assert "They agreed: At the door Noted by you" in words(page.known_detail)
    assert "A steward has to note" not in words(page.known_detail)
    window.undo()
    assert "0170" not in words(page.known_detail)
    page.known_detail.forget.click()
    assert page.known_detail.question.isVisible()
    page.known_detail.question.action.click()
    assert [row.name for row in group.known_people()] == ["Tomas Ferreira"]
    assert not page.detail_is_shown


def test_somebody_who_is_known_of_is_shown_from_elsewhere(form, window, group, file, qtbot):
    look(form, file, qtbot)
    bring_in(form, qtbot)
    window.show_record("listed", group.known_people()[1].id)
    assert window.page.chip_known.isChecked()
    assert "Tomas Ferreira" in words(window.page.known_detail)
    window.show_record("person", group.me)
    assert window.page.chip_members.isChecked()


def test_while_nobody_is_known_of_the_people_page_says_nothing_of_it(window):
    window.show_page("people")
    assert not window.page.chip_known.isVisible()
    assert not window.page.chip_members.isVisible()
