# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sweep over every page and dialog: names for screen readers, Tab everywhere, nothing cut."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QPushButton,
    QWidget,
)

from mutualaid.app import DIALOGS
from mutualaid.model.group import Group
from mutualaid.model.values.directories import KnownRow
from mutualaid.ui.neighbourhood.fix_form import FixDialog
from mutualaid.ui.neighbourhood.known_people import AgreedDialog
from mutualaid.ui.neighbourhood.place_form import PlaceDialog
from mutualaid.ui.neighbourhood.repair_form import RepairDialog
from mutualaid.ui.pages import PAGES
from mutualaid.ui.setup.backups import PassphraseDialog
from mutualaid.ui.setup.first_run import FirstRun
from mutualaid.ui.setup.invite import InviteDialog
from mutualaid.ui.setup.joining import Waiting
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme, theme
from tests.ui.helpers import focusables, settle, spoken_name, tab_order


def _of_the_program(module: str, cls: str, window: Shell) -> QDialog:
    made = getattr(import_module(module), cls)(window, window.desk)
    assert isinstance(made, QDialog)
    return made


KNOWN = KnownRow(
    *(1, bytes(16), "K7PQ", "Rosa", "North side", ("sv",), "evenings", ("bread",), ()),
    *("The library", "", (), (), (("phone", "0170 555 11 22"),), True, True),
)

DIALOG_MAKERS: dict[str, Callable[[Shell], QDialog]] = {
    **{name: partial(_of_the_program, *where) for name, where in DIALOGS.items()},
    "fix": lambda window: FixDialog(window, window.desk, "Kettle"),
    "repair": lambda window: RepairDialog(window, window.desk),
    "place": lambda window: PlaceDialog(window, window.desk),
    "correct place": lambda window: PlaceDialog(window, window.desk, window.desk.group.places()[0]),
    "passphrase": lambda window: PassphraseDialog(window, window.desk, lambda: None),
    "agreed": lambda window: AgreedDialog(window, window.desk, KNOWN),
}


def lay_out() -> None:
    """Let nested layouts settle, each asking the next."""
    for _ in range(5):
        QApplication.sendPostedEvents()


def look_at(root: QWidget) -> None:
    """Every control in sight has a name and Tab gets to it."""
    found = focusables(root)
    assert found, "nothing to do here"
    nameless = [repr(widget) for widget in found if not spoken_name(widget)]
    assert not nameless, f"no accessible name: {nameless}"
    order = set(tab_order(root.window()))
    missed = [spoken_name(widget) for widget in found if widget not in order]
    assert not missed, f"Tab never gets to: {missed}"
    for view in root.findChildren(QAbstractItemView):
        if view.isVisibleTo(root) and view.model() is not None:
            for at in range(min(20, view.model().rowCount())):
                said = view.model().index(at, 0).data(Qt.ItemDataRole.AccessibleTextRole)
                assert said, f"row {at} of {spoken_name(view)} says nothing"


def cut(root: QWidget) -> list[str]:
    """Words that do not fit where they stand: labels and buttons only."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or not isinstance(widget, QLabel | QPushButton):
            continue
        if isinstance(widget, QLabel):
            if not widget.text():
                continue
            needed = (
                widget.heightForWidth(widget.width())
                if widget.wordWrap()
                else widget.sizeHint().height()
            )
            wide = 0 if widget.wordWrap() else widget.sizeHint().width()
        elif not widget.text():
            continue
        else:
            needed, wide = widget.sizeHint().height(), widget.sizeHint().width()
        if needed > widget.height() + 1 or wide > widget.width() + 1:
            found.append(widget.text())
    return found


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600)])
@pytest.mark.parametrize("name", [spec.name for spec in PAGES])
def test_every_page(window, name, size):
    window.resize(*size)
    window.show_page(name)
    lay_out()
    look_at(window)
    assert cut(window.page) == []


@pytest.mark.parametrize("name", ["people", "places", "machines"])
def test_every_pane(window, name):
    window.show_page(name)
    page = window.page
    if name == "people":
        other = next(row for row in page.model.rows if not row.mine)
        page.open_record(other.id)
        look_at(window)
        lay_out()
        assert cut(page) == []
        page.edit_about_me()
        page.form.skill.setText("Knots")
        page.form.add_skill()
        window.desk.run(lambda: window.desk.group.add_fix("Kettle"))
    elif name == "places":
        page.open_record(page.model.row(0).id)
    else:
        page.network_chip.setChecked(True)
        page.network.address.setText("192.168.1.20")
        page.network.add_address()
        window.desk.group.invite()
        page.network.refresh()
    lay_out()
    look_at(window)
    assert cut(page) == []
    settle()


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600)])
@pytest.mark.parametrize("name", ["out", "print", "in", "log", "plan"])
def test_every_view_of_directories(window, qtbot, name, size):
    window.resize(*size)
    window.show_page("directories")
    page = window.page
    page.show_view("out" if name == "plan" else name)
    if name == "plan":
        with qtbot.waitSignal(page.view("out").planned):
            page.view("out").make_plan()
    lay_out()
    look_at(window)
    assert cut(page) == []
    theme().set_text_scale(2.0)
    try:
        window.resize(1600, 1000)
        lay_out()
        assert cut(page) == []
    finally:
        theme().set_text_scale(1.0)


@pytest.mark.parametrize("view", ["show_reach", "show_consent"])
def test_every_view_of_my_page(window, view):
    window.show_page("mine")
    getattr(window.page, view)()
    lay_out()
    look_at(window)
    assert cut(window.page) == []


@pytest.mark.parametrize("name", DIALOG_MAKERS)
def test_every_dialog(window, name):
    dialog = DIALOG_MAKERS[name](window)
    dialog.open()
    lay_out()
    look_at(dialog)
    assert cut(dialog) == []
    if isinstance(dialog, InviteDialog):
        dialog.try_submit()
        lay_out()
        look_at(dialog)
        assert cut(dialog) == []
    dialog.close()
    settle()


def test_the_first_run(qtbot, empty_profile):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    first = FirstRun(empty_profile)
    qtbot.addWidget(first)
    first.show()
    for step in (first.welcome, first.start_step, first.join_step):
        first.show_step(step)
        lay_out()
        look_at(first)
        assert cut(step) == []


def test_the_wait(qtbot):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    name = "A very long name of a group that is called after everybody who lives there"
    pending = SimpleNamespace(name=name, joined=False)
    waiting = Waiting(cast("Group", pending))
    qtbot.addWidget(waiting)
    waiting.show()
    lay_out()
    look_at(waiting)
    assert cut(waiting) == []


@pytest.mark.parametrize("name", [spec.name for spec in PAGES])
def test_nothing_is_cut_at_twice_the_text_size(window, name):
    theme().set_text_scale(2.0)
    try:
        window.resize(1600, 1000)
        window.show_page(name)
        lay_out()
        assert cut(window.page) == []
    finally:
        theme().set_text_scale(1.0)


@pytest.mark.parametrize("name", [spec.name for spec in PAGES])
def test_right_to_left(window, name):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        window.show_page(name)
        lay_out()
        assert window.sidebar.mapTo(window, window.sidebar.rect().topLeft()).x() > 600
        window.grab()
        assert cut(window.page) == []
    finally:
        application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
