# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places with hours: adding, correcting, confirming, by keyboard."""

import pytest
from PySide6.QtCore import Qt

from mutualaid.model.values import Audience, ContactKind, Fix, PlaceKind
from mutualaid.ui.neighbourhood.place_form import PlaceDialog, next_open_text, read_fixes
from mutualaid.ui.neighbourhood.places import PlacesPage
from mutualaid.ui.widgets import Text
from tests.ui.helpers import Key, dialog, dialogs_open, press, settle, tab_to, type_text


@pytest.fixture
def page(window) -> PlacesPage:
    window.show_page("places")
    found = window.page
    assert isinstance(found, PlacesPage)
    return found


@pytest.fixture
def form(page) -> PlaceDialog:
    page.primary_action()
    return dialog(PlaceDialog)


def test_a_place_is_added_by_keyboard_with_its_hours_in_words(page, form, qtbot, window, group):
    qtbot.waitUntil(form.name.hasFocus)
    type_text(qtbot, "The toolshed", form.name)
    form.kind.choose(PlaceKind.WORKSHOP)
    type_text(qtbot, "every Tuesday 10 to 13", form.hours)
    assert form.read_back.text().startswith("Tuesdays, 10:00 to 13:00")
    type_text(qtbot, "kettles, lamps (small ones)", form.fixes)
    resets = []
    page.model.modelReset.connect(lambda: resets.append(True))
    press(qtbot, Key.Key_Return, widget=form.name)
    assert not dialogs_open()
    row = next(row for row in group.places() if row.name == "The toolshed")
    assert row.fixes == (Fix("Kettle"), Fix("Lamp", "small ones"))
    assert page.detail_is_shown
    assert page.detail._row == row
    assert not resets
    window.undo()
    assert all(one.name != "The toolshed" for one in page.model.rows)
    settle()


@pytest.mark.parametrize("name", ["", "   "])
def test_a_place_needs_a_name(form, name):
    form.name.setText(name)
    form.about.setPlainText("behind the church")
    form.try_submit()
    assert form.isVisible()
    assert form.name.property("bad") == "true"
    assert form.about.toPlainText() == "behind the church"
    form.reject()


def test_a_name_of_10_000_characters_is_refused_and_stays(form, group):
    before = group.places()
    form.name.setText("x" * 10_000)
    form.try_submit()
    assert form.isVisible()
    assert form.banner.isVisible()
    assert len(form.name.text()) > 9_000
    assert group.places() == before
    form.reject()


def test_hours_that_cannot_be_read_are_said_beside_the_field(form, group):
    before = group.places()
    form.name.setText("Here")
    form.hours.setText("whenever the moon is blue")
    assert not form.read_back.isVisible()
    form.try_submit()
    assert form.isVisible()
    assert form.hours.property("bad") == "true"
    assert form.hours.text() == "whenever the moon is blue"
    assert group.places() == before
    form.reject()


def test_a_place_is_confirmed_corrected_and_taken_off(page, qtbot, window, group):
    row = page.model.row(0)
    page.list.setFocus()
    press(qtbot, Key.Key_Home)
    press(qtbot, Key.Key_Return)
    tab_to(qtbot, page.detail.confirm)
    press(qtbot, Key.Key_Space)
    assert group.place(row.id).last_confirmed > (row.last_confirmed or 0)
    tab_to(qtbot, page.detail.edit)
    press(qtbot, Key.Key_Space)
    form = dialog(PlaceDialog)
    assert form.name.text() == row.name
    form.address.setText("New Street 9")
    press(qtbot, Key.Key_Return, widget=form.address)
    assert group.place(row.id).address == "New Street 9"
    assert page.detail._row.address == "New Street 9"
    window.undo()
    assert group.place(row.id).address == row.address
    settle()


def test_my_own_place_can_be_taken_off_and_brought_back(page, form, window, group):
    form.name.setText("For a day")
    form.try_submit()
    page.detail.remove.click()
    assert not page.detail_is_shown
    assert all(row.name != "For a day" for row in page.model.rows)
    window.undo()
    assert any(row.name == "For a day" for row in page.model.rows)
    settle()


def test_search_and_its_empty_state(page, qtbot):
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, "qqqq")
    assert page.empty.isVisible()
    with qtbot.waitSignal(page.search.searched):
        page.empty.action.click()
    assert page.list.isVisible()


def test_rows_say_a_sentence(page):
    assert page.model.rowCount()
    for at in range(page.model.rowCount()):
        assert page.model.index(at).data(Qt.ItemDataRole.AccessibleTextRole).endswith(".")


@pytest.mark.parametrize(
    ("typed", "fixes"),
    [
        ("", ()),
        (" ,; ", ()),
        ("bike", (Fix("Bicycle"),)),
        ("Lamps (big, old)", (Fix("Lamp", "big, old"),)),
        ("Lamps (", (Fix("Lamp"),)),
    ],
)
def test_what_is_repaired_is_read(typed, fixes):
    assert read_fixes(typed) == fixes


def test_unknown_hours_say_nothing():
    assert next_open_text("") == ""
    assert next_open_text("whenever") == ""
    assert next_open_text("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU") == "Open today"


def test_how_a_place_is_reached_and_where_it_is(page, form, window, group):
    form.name.setText("The toolshed")
    form.phone.setText("0123 456")
    form.email.setText("tools@example.org")
    form.point.setText("52.48624, -1.89041")
    form.try_submit()
    assert not dialogs_open()
    row = next(row for row in group.places() if row.name == "The toolshed")
    reached = ((ContactKind.PHONE, "0123 456"), (ContactKind.EMAIL, "tools@example.org"))
    assert (row.contacts, row.point) == (reached, "52.4862,-1.8904")
    page.detail.edit.click()
    again = dialog(PlaceDialog)
    assert again.phone.text() == "0123 456"
    again.phone.setText("")
    again.point.setText("somewhere")
    again.try_submit()
    assert again.isVisible()
    assert again.banner.isVisible()
    again.point.setText("")
    again.try_submit()
    assert not dialogs_open()
    now = group.place(row.id)
    assert now.contacts == ((ContactKind.EMAIL, "tools@example.org"),)
    assert now.point == ""
    window.undo()
    assert group.place(row.id).point == row.point
    settle()


def test_for_whom_a_place_may_leave_is_said_in_its_form_and_undone(page, form, window, group):
    form.name.setText("The toolshed")
    form.share.choose(Audience.PUBLIC)
    form.try_submit()
    place = next(row for row in group.places() if row.name == "The toolshed")
    assert group.place_share(place.id) is Audience.PUBLIC
    words = " ".join(one.text() for one in page.detail.findChildren(Text))
    assert "May leave the group for: everybody" in words
    page.detail.edit.click()
    again = dialog(PlaceDialog)
    assert again.share.currentText() == "everybody"
    again.share.choose(Audience.LINKED)
    again.try_submit()
    assert group.place_share(place.id) is Audience.LINKED
    window.undo()
    assert group.place_share(place.id) is Audience.PUBLIC
    settle()
