# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours' machines, this machine's network, and inviting, by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from mutualaid.errors import NotAllowedError
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.values import MachineRow
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui.setup.invite import InviteDialog, addresses_of
from mutualaid.ui.setup.machines import MachinesPage
from mutualaid.ui.wording import heard_text, machine_sentence, machine_state
from tests.ui.helpers import Key, press, settle, tab_to, type_text


@pytest.fixture
def page(window) -> MachinesPage:
    window.show_page("machines")
    found = window.page
    assert isinstance(found, MachinesPage)
    return found


@pytest.fixture
def asked(window):
    names: list[str] = []
    window.action_asked.connect(names.append)
    return names


def test_each_machine_is_there_with_when_it_was_heard(page, group):
    assert [row.device for row in page.model.rows] == [row.device for row in group.machines()]
    assert page.model.row(0).this
    for at in range(page.model.rowCount()):
        said = page.model.index(at).data(Qt.ItemDataRole.AccessibleTextRole)
        assert said.endswith(".")
        assert "{" not in said
    assert page._reached.text().startswith("Reached ")


def test_a_connected_machine_is_named_as_such(page, window):
    other = page.model.row(1)
    window.desk.bridge.status_told.emit(NetworkStatus("127.0.0.1:47470", True, (other.device,)))
    assert page._face(other).trailing == "connected"
    assert "connected now" in machine_sentence(other, 0, connected=True)
    assert "127.0.0.1:47470" in page.network.listening.text()


def test_a_problem_of_the_network_is_a_lasting_line(page, window):
    window.desk.bridge.status_told.emit(NetworkStatus(problem="Port 47470 is in use."))
    assert page.problem.isVisible()
    assert page.problem.accessibleName() == "Port 47470 is in use."
    window.desk.bridge.status_told.emit(NetworkStatus())
    assert not page.problem.isVisible()


def test_a_copy_of_this_profile_is_told_of(page, group):
    assert page.noticed.isHidden()
    group.replica.begin_new_device(copied=True)
    page.on_change(group.refresh())
    assert "Nothing was lost" in page.noticed.accessibleName()
    assert not page.noticed.isHidden()


@pytest.mark.parametrize("typed", ["", "no address", "1.2.3.4:99999", "http://x/y"])
def test_an_address_that_is_none_is_refused_and_stays(page, qtbot, asked, typed):
    page.network.address.setText(typed)
    press(qtbot, Key.Key_Return, widget=page.network.address)
    assert page.network.address.property("bad") == "true"
    assert page.network.address.text() == typed
    assert asked == []


def test_an_address_is_added_and_removed(page, qtbot, window, asked):
    tab_to(qtbot, page.network.address)
    type_text(qtbot, "192.168.1.20")
    press(qtbot, Key.Key_Return)
    assert window.preferences.peers == ("192.168.1.20:47470",)
    assert page.network.address.text() == ""
    assert asked == ["sync"]
    page.network._remove("192.168.1.20:47470")
    assert window.preferences.peers == ()
    assert asked == ["sync", "sync"]
    settle()


def test_switches_are_kept_and_acted_on(page, qtbot, window, asked):
    switches = page.network.switches
    tab_to(qtbot, switches.announce)
    press(qtbot, Key.Key_Space)
    assert window.preferences.announce is False
    tab_to(qtbot, switches.sync)
    press(qtbot, Key.Key_Space)
    assert window.preferences.sync is False
    assert not switches.announce.isEnabled()
    assert asked == ["sync", "sync"]
    window.show_page("settings")
    assert not window.page.switches.sync.isChecked()


def test_the_network_is_a_page_of_its_own_in_a_small_window(window, qtbot):
    window.resize(1024, 600)
    window.show_page("machines")
    page = window.page
    assert not page.network_chip.isChecked()
    tab_to(qtbot, page.network_chip)
    press(qtbot, Key.Key_Space)
    assert page.network.isVisible()
    assert not page.list.isVisible()
    page.escape()
    assert page.list.isVisible()
    assert not page.network_chip.isChecked()


def test_an_invitation_takes_one_key_and_can_be_taken_back(page, qtbot, window, group):
    form = InviteDialog(window, window.desk)
    form.open()
    qtbot.waitUntil(form.ok.hasFocus)
    press(qtbot, Key.Key_Return)
    assert form.isVisible()
    read = parse_invitation(form.link.text())
    assert read.group == group.id
    assert form.qr.isVisible()
    qtbot.waitUntil(form.copy.hasFocus)
    press(qtbot, Key.Key_Space)
    assert QGuiApplication.clipboard().text() == form.link.text()
    assert "10 people" in form.limits.text()
    form.ok.click()
    assert not form.isVisible()
    page.network.refresh()
    assert len(group.invitations()) == 1
    page.network._take_back(group.invitations()[0].public)
    assert group.invitations() == []
    settle()


def test_an_invitation_in_a_small_window_keeps_its_link_in_sight(window, qtbot):
    window.resize(1024, 600)
    form = InviteDialog(window, window.desk)
    form.open()
    form.try_submit()
    assert form.height() <= 600
    assert form.qr.module_size >= 2
    assert form.link.visibleRegion().boundingRect().height() == form.link.height()
    form.accept()
    settle()


def test_who_is_not_in_yet_cannot_invite(window, monkeypatch, group):
    def refuse(*_):
        raise NotAllowedError("You can invite others later.")

    monkeypatch.setattr(type(group), "invite", refuse)
    form = InviteDialog(window, window.desk)
    form.open()
    form.try_submit()
    assert form.banner.accessibleName() == "You can invite others later."
    assert not form.qr.isVisible()
    form.reject()
    settle()


def test_addresses_in_an_invitation():
    assert addresses_of(None) == ()
    assert addresses_of("not an address") == ()
    assert addresses_of("192.168.1.5:4000") == ("192.168.1.5:4000",)
    for everywhere in (":4000", "*:4000", "0.0.0.0:4000", "[::]:4000"):
        for one in addresses_of(everywhere):
            assert one.endswith(":4000")
            assert not one.startswith(("0.", ":", "localhost", "127."))


@pytest.mark.parametrize(
    ("behind", "frozen", "connected", "words"),
    [
        (0, False, False, "everything"),
        (1, False, False, "Lacks 1 change"),
        (5, False, False, "Lacks 5 changes"),
        (5, False, True, "5 changes to go"),
        (None, False, False, "Nothing is known"),
        (3, True, False, "Set aside"),
    ],
)
def test_what_a_machine_has_in_words(behind, frozen, connected, words):
    row = MachineRow(b"x", "Ana's machine", "Ana", False, None, behind, frozen)
    assert words in machine_state(row, connected=connected)
    assert heard_text(row, 0, connected=connected)
