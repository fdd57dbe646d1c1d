# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in a file of repairs by keyboard, and what is said of files and lines that are bad."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QFileDialog

from mutualaid.model.group import Group
from mutualaid.ui.setup.imports import ImportDialog
from mutualaid.ui.shell import Shell
from tests.ui.helpers import Key, press, settle, tab_to, type_text

HEADER = (
    "id,data_provider,country,partner_product_category,repair_status,group_identifier,event_date,"
    "problem"
)


def row(number: int, date: str = "2024-05-01") -> str:
    return f"mended-{number},Mended,GBR,Kettle,Fixed,Mill Lane,{date},Switch"


@pytest.fixture
def form(window: Shell) -> Iterator[ImportDialog]:
    dialog = ImportDialog(window, window.desk)
    dialog.open()
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.reject()
    settle()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "repairs.csv"


def bring_in(form: ImportDialog, file: Path, qtbot) -> None:
    """Type the path and press Enter; comes back when the file has been read."""
    form.file.line.clear()
    type_text(qtbot, str(file), form.file.line)
    with qtbot.waitSignal(form.reported, timeout=20_000):
        press(qtbot, Key.Key_Return, widget=form.file.line)


def at_mill_lane(group: Group) -> int:
    return sum(repair.place_name == "Mill Lane" for repair in group.repairs(limit=10_000))


def test_the_menu_leads_there(window, qtbot):
    action = next(one for one in window.actions() if "repair" in one.text())
    with qtbot.waitSignal(window.action_asked) as asked:
        action.trigger()
    assert asked.args == ["import"]


def test_a_file_is_brought_in_and_shown(form, window, group, file, qtbot):
    window.show_page("places")
    before = window.page.model.rowCount()
    file.write_text("\n".join((HEADER, row(1), row(2))), encoding="utf-8")
    bring_in(form, file, qtbot)
    assert not form.isVisible()
    assert window.toast.words == "3 records were added."
    assert at_mill_lane(group) == 2
    assert window.page.model.rowCount() == before + 1


def test_bad_rows_are_listed_by_line_and_the_rest_is_in(form, group, file, qtbot):
    rows = (HEADER, row(1), "mended-2,Mended,GBR", row(3), row(4, "last May"), row(5))
    file.write_text("\n".join(rows), encoding="utf-8")
    bring_in(form, file, qtbot)
    assert form.isVisible()
    assert at_mill_lane(group) == 3
    assert "4 records were added." in form.said.text()
    assert "2 lines could not be used" in form.said.text()
    first, second = form.lines.toPlainText().splitlines()
    assert first.startswith("Line 3: The row has 3 columns")
    assert second.startswith("Line 5: ")
    assert "last May" in second
    assert form.lines.hasFocus()
    # The corrected file, without leaving the form: what is in already is left alone.
    tab_to(qtbot, form.again)
    press(qtbot, Key.Key_Space)
    assert form.file.line.hasFocus()
    file.write_text("\n".join((HEADER, *map(row, range(1, 6)))), encoding="utf-8")
    bring_in(form, file, qtbot)
    assert not form.isVisible()
    assert at_mill_lane(group) == 5


def test_the_report_is_left_by_enter(form, file, qtbot):
    file.write_text("\n".join((HEADER, row(1), "short")), encoding="utf-8")
    bring_in(form, file, qtbot)
    tab_to(qtbot, form.ok)
    with qtbot.waitSignal(form.accepted):
        press(qtbot, Key.Key_Return)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"name,phone\nAna,1\n", "lacks the columns"),
        ("\n".join((HEADER, row(1).replace("Lane", "Stra\u00dfe"))).encode("latin-1"), "UTF-8"),
        ("\n".join((HEADER, row(1))).encode("utf-16"), "UTF-8"),
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_imports_nothing(form, group, file, qtbot, data, says):
    before = group.health().entries
    file.write_bytes(data)
    type_text(qtbot, str(file), form.file.line)
    with qtbot.waitSignal(form.told, timeout=20_000) as told:
        press(qtbot, Key.Key_Return, widget=form.file.line)
    assert says in told.args[0]
    assert "Nothing was imported" in told.args[0]
    assert form.banner.isVisible()
    assert form.file.line.text() == str(file)
    assert group.health().entries == before
    press(qtbot, Key.Key_Escape, widget=form.file.line)
    assert not form.isVisible()


@pytest.mark.parametrize("path", ["", "   ", "nowhere.csv", "."])
def test_no_file_is_said_beside_the_field(form, qtbot, tmp_path, path):
    form.file.line.setText(str(tmp_path / path) if path.strip() else path)
    press(qtbot, Key.Key_Return, widget=form.file.line)
    assert not form.busy
    assert form.file.property("bad") == "true"
    assert form.isVisible()


def test_the_file_can_be_chosen(form, file, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileName",
        lambda *arguments: asked.append(arguments) or (str(file), ""),
    )
    tab_to(qtbot, form.file.button)
    press(qtbot, Key.Key_Space)
    assert asked
    assert form.file.line.text() == str(file)
