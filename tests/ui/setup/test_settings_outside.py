# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the group shows itself outside is saved by stewards, and what cannot be is said in words."""

import pytest

from mutualaid.errors import BadValueError
from mutualaid.model.values.directories import GroupContact
from mutualaid.ui.setup.settings import SettingsPage
from mutualaid.ui.setup.settings_outside import OutsideCard, points_text, read_points
from tests.ui.helpers import Key, press, tab_to, type_text

NOTHING = GroupContact()


@pytest.fixture
def card(window, group, qtbot) -> OutsideCard:
    group.set_group_contact(NOTHING)
    window.show_page("settings")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page = window.page
    assert isinstance(page, SettingsPage)
    page.outside.load(again=True)
    page.focus_content()
    return page.outside


def test_it_is_saved_with_keys_alone_and_undone(card, window, group, qtbot):
    assert not card.save.isVisible()
    tab_to(qtbot, card.email)
    type_text(qtbot, "street@example.org")
    tab_to(qtbot, card.points)
    type_text(qtbot, "North side: 52.51, 13.4")
    tab_to(qtbot, card.save)
    press(qtbot, Key.Key_Space)
    assert group.group_contact() == GroupContact(
        email="street@example.org", points={"North side": (52.51, 13.4)}
    )
    assert not card.save.isVisible()
    window.undo()
    assert group.group_contact() == NOTHING
    assert card.email.text() == ""


@pytest.mark.parametrize(("field", "typed"), [("email", "nobody"), ("web", "http://plain")])
def test_what_cannot_be_is_said_under_its_field(card, group, field, typed):
    line = getattr(card, field)
    line.setText(typed)
    card.submit()
    assert line.property("bad") == "true"
    assert line.text() == typed
    assert group.group_contact() == NOTHING
    card.give_up.click()
    assert line.text() == ""


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("North side", "Line 1"),
        ("North side: 52.51", "Line 1"),
        ("North side: 52.51, 13.4\nHill: 91, 3", "Line 2"),
        ("North side: 1, 181", "no point on the map"),
    ],
)
def test_a_point_that_is_none_is_said_by_its_line(card, typed, says):
    with pytest.raises(BadValueError, match=says):
        read_points(typed)
    card.points.setPlainText(typed)
    card.submit()
    assert card.points.property("bad") == "true"


def test_points_come_back_as_they_were_typed():
    typed = "Hill: -1.5, 2\nNorth side: 52.51, 13.4"
    assert points_text(GroupContact(points=read_points(f"\n{typed}\n\n"))) == typed


def test_who_is_no_steward_reads_it(card, group, monkeypatch):
    group.set_group_contact(GroupContact(where="The church door"))
    monkeypatch.setattr(
        type(group.replica.membership()), "is_steward", lambda _self, _person: False
    )
    card.load(again=True)
    assert card.where.text() == "The church door"
    assert card.where.isReadOnly()
    assert card.only.isVisible()


def test_what_is_being_typed_stays_under_a_change(card, window, elsewhere):
    card.where.setText("The library")
    card.where.textEdited.emit("The library")
    elsewhere.set_group_contact(GroupContact(email="street@example.org"))
    window.bridge.look()
    assert card.where.text() == "The library"
    assert card.save.isVisible()
