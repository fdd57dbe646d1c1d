# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves in the window: adding, removing, parcels in files, this machine as a relay."""

import re
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from mutualaid import app as apps
from mutualaid.model.profile import Profile
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.sync.parcel_file import write_file
from mutualaid.sync.service import visit_shelves
from mutualaid.ui.own_relay import OwnRelay, RelayState, list_relay, listed_relays
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.setup.add_shelf import AddShelfDialog
from mutualaid.ui.setup.invite import InviteDialog
from mutualaid.ui.setup.joining import Waiting
from mutualaid.ui.setup.machines import MachinesPage
from mutualaid.ui.setup.parcels import ReadParcelsDialog, WriteParcelsDialog
from mutualaid.ui.setup.shelf_words import (
    breakable,
    heard_words,
    held_words,
    open_words,
    shelf_name,
    shelf_sentence,
)
from mutualaid.ui.theme import Theme
from tests.ui.helpers import Key, press, settle, tab_to, type_text
from tests.ui.test_names import cut, lay_out, look_at

HOUR = 3_600_000
RELAY = "relay:example.org:47471/" + "a" * 52


@pytest.fixture
def own_relay(window, tmp_path) -> Iterator[OwnRelay]:
    """A relay of this machine that is reached by loopback alone."""
    relay = OwnRelay(tmp_path / "relay", host="127.0.0.1")
    window.relay = relay
    yield relay
    relay.stop()


@pytest.fixture
def page(window) -> MachinesPage:
    window.show_page("machines")
    found = window.page
    assert isinstance(found, MachinesPage)
    found.show_shelves()
    return found


@pytest.fixture
def asked(window) -> list[str]:
    names: list[str] = []
    window.action_asked.connect(names.append)
    return names


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def submit(qtbot, form) -> None:
    """Do what the form says, and wait until its thread is done."""
    form.try_submit()
    qtbot.waitUntil(lambda: not form.busy)


# -- on the page


def test_shelves_are_a_view_of_the_page_by_keyboard(window, qtbot):
    window.show_page("machines")
    page = window.page
    assert page.list.isVisible()
    tab_to(qtbot, page.machines_chip)
    press(qtbot, Key.Key_Right)
    assert page.shelves_chip.isChecked()
    assert page.shelves.isVisible()
    assert not page.list.isVisible()
    assert page.shelves.none.isVisible()
    tab_to(qtbot, page.shelves.add)
    tab_to(qtbot, page.shelves.write)
    tab_to(qtbot, page.shelves.read)


@pytest.mark.parametrize("button", ["add", "write", "read"])
def test_buttons_and_menu_ask_for_the_same(page, qtbot, window, asked, button):
    word = {"add": "add-shelf", "write": "write-parcels", "read": "read-parcels"}[button]
    tab_to(qtbot, getattr(page.shelves, button))
    press(qtbot, Key.Key_Space)
    entry = {"add": "Add a s&helf…", "write": "&Write parcels…", "read": "&Read parcels…"}[button]
    next(action for action in window.actions() if action.text() == entry).trigger()
    assert asked == [word, word]


def test_each_shelf_says_how_it_was_found(page, group, profile, tmp_path):
    address = f"folder:{tmp_path / 'stick'}"
    page.desk.run(lambda: group.add_shelf(address))
    page._read()
    card = page.shelves.cards.widget(address)
    assert "not looked at yet" in card.accessibleName()
    assert "Shelves 1" in page.shelves_chip.text()
    (tmp_path / "stick").mkdir()
    visit_shelves(profile, group)
    page._read()
    said = page.shelves.cards.widget(address).accessibleName()
    assert "heard just now" in said
    assert str(tmp_path / "stick") in said
    assert "parcel" in said
    assert "Nothing of yours waits" in said


def test_a_shelf_that_is_not_there_says_so_in_a_sentence(page, group, profile, tmp_path):
    (tmp_path / "stick").mkdir()
    page.desk.run(lambda: group.add_shelf(f"folder:{tmp_path / 'stick'}"))
    visit_shelves(profile, group)
    for path in sorted((tmp_path / "stick").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (tmp_path / "stick").rmdir()
    visit_shelves(profile, group)
    page._read()
    (row,) = page.shelves.rows
    assert row.problem
    said = page.shelves.cards.widget(row.address).accessibleName()
    assert "not there, last heard" in said
    assert row.problem.rstrip(".") in said


def test_a_shelf_is_removed_and_that_is_undone(page, qtbot, window, group, tmp_path):
    address = f"folder:{tmp_path}"
    window.desk.run(lambda: group.add_shelf(address))
    page._read()
    tab_to(qtbot, page.shelves.cards.widget(address).remove)
    press(qtbot, Key.Key_Space)
    assert group.shelf_addresses() == []
    assert page.shelves.none.isVisible()
    assert page.shelves.add.hasFocus()
    window.undo()
    assert group.shelf_addresses() == [address]
    settle()


def test_a_secret_is_not_shown_and_comes_back_with_the_undo(page, window, group):
    address = "webdav://cloud.example.org/street#ana:lemon"
    window.desk.run(lambda: group.add_shelf(address))
    page._read()
    (card,) = page.shelves.cards.widgets
    assert "lemon" not in card.accessibleName()
    card.remove.click()
    window.undo()
    assert group.shelf_addresses() == [address]
    settle()


def test_it_is_said_that_nobody_looks_while_switched_off(page, window, group, tmp_path):
    window.desk.run(lambda: group.add_shelf(f"folder:{tmp_path}"))
    page._read()
    assert not page.shelves.idle.isVisible()
    window.preferences.sync = False
    page._read()
    assert page.shelves.idle.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600)])
def test_every_control_has_a_name_and_nothing_is_cut(own_relay, page, qtbot, window, group, size):
    for address in (RELAY, "folder:/media/ana/STICK/a-folder/" + "long/" * 20, "s3://street"):
        window.desk.run(lambda address=address: group.add_shelf(address))
    own_relay.start(free_port())
    qtbot.waitUntil(lambda: own_relay.state is RelayState.RUNNING)
    window.resize(*size)
    page._read()
    lay_out()
    look_at(window)
    assert cut(page.shelves) == []


# -- adding


def test_a_relay_is_added_by_its_address(window, qtbot, group):
    form = AddShelfDialog(window, window.desk)
    form.open()
    qtbot.waitUntil(form.address.line.hasFocus)
    type_text(qtbot, f"  {RELAY} ")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: group.shelf_addresses() == [RELAY])
    window.undo()
    assert group.shelf_addresses() == []
    settle()


def test_a_folder_is_chosen(window, qtbot, group, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path / "stick"))
    form = AddShelfDialog(window, window.desk)
    form.open()
    form.address.button.click()
    submit(qtbot, form)
    assert group.shelf_addresses() == [f"folder:{tmp_path / 'stick'}"]
    settle()


@pytest.mark.parametrize("typed", ["", "no shelf", "relay:", "relay:example.org/short", "ftp//x"])
def test_what_is_no_shelf_is_refused_beside_the_field(window, qtbot, group, typed):
    form = AddShelfDialog(window, window.desk)
    form.open()
    form.address.line.setText(typed)
    submit(qtbot, form)
    assert form.isVisible()
    assert form.address.property("bad") == "true"
    assert form.address.line.text() == typed
    assert group.shelf_addresses() == []
    form.reject()
    settle()


def test_a_shelf_is_not_added_twice(window, qtbot, group):
    window.desk.run(lambda: group.add_shelf(RELAY))
    form = AddShelfDialog(window, window.desk)
    form.open()
    form.address.line.setText(RELAY)
    submit(qtbot, form)
    assert form.isVisible()
    assert form.address.property("bad") == "true"
    form.reject()
    settle()


# -- parcels in files


def test_parcels_are_written_to_a_stick_and_read_again(window, qtbot, tmp_path):
    told: list[str] = []
    window.toast.tell = lambda words, *_undo: told.append(words)
    form = WriteParcelsDialog(window, window.desk)
    form.open()
    form.file.line.setText(str(tmp_path / "for-ben.parcels"))
    submit(qtbot, form)
    assert (tmp_path / "for-ben.parcels").stat().st_size > 0
    assert "for-ben.parcels" in told[-1]
    reading = ReadParcelsDialog(window, window.desk)
    reading.open()
    reading.files.line.setText(str(tmp_path / "for-ben.parcels"))
    submit(qtbot, reading)
    assert told[-1] == "All that is in there was here already."
    settle()


def test_what_a_newcomer_wrote_comes_with_a_file(window, qtbot, group, profile, tmp_path):
    (tmp_path / "stick").mkdir()
    shelf = f"folder:{tmp_path / 'stick'}"
    group.add_shelf(shelf)
    invitation = group.invite()
    visit_shelves(profile, group)
    with (
        Profile.open(tmp_path / "nora") as second,
        second.join(invitation, "Nora") as newcomer,
    ):
        # Walks with the stick, to and fro.
        for _ in range(2):
            visit_shelves(second, newcomer, only=shelf)
            visit_shelves(profile, group)
            newcomer.refresh()
        assert newcomer.joined
        newcomer.post(PostDraft(PostKind.NEED, "A ladder"))
        write_file(newcomer, tmp_path / "nora.parcels")
    told: list[str] = []
    window.toast.tell = lambda words, *_undo: told.append(words)
    form = ReadParcelsDialog(window, window.desk)
    form.open()
    form.files.line.setText(str(tmp_path / "nora.parcels"))
    submit(qtbot, form)
    assert "new here" in told[-1]
    assert "A ladder" in {row.title for row in group.posts()}
    settle()


def test_a_file_that_is_none_is_told_of_and_nothing_changes(window, qtbot, tmp_path):
    (tmp_path / "holiday.parcels").write_bytes(b"a letter from the sea")
    form = ReadParcelsDialog(window, window.desk)
    form.open()
    form.files.line.setText(str(tmp_path / "holiday.parcels"))
    submit(qtbot, form)
    assert form.isVisible()
    assert "holiday.parcels is no parcel" in form.problems.toPlainText()
    assert form.said.text().startswith("Nothing was taken in")
    qtbot.waitUntil(form.problems.hasFocus)
    form.ok.click()
    assert not form.isVisible()
    settle()


def test_a_torn_file_is_read_as_far_as_it_goes(window, qtbot, group, tmp_path):
    whole = tmp_path / "whole.parcels"
    write_file(group, whole)
    (tmp_path / "torn.parcels").write_bytes(whole.read_bytes()[:-100])
    form = ReadParcelsDialog(window, window.desk)
    form.open()
    form.files.line.setText(f"{whole} | {tmp_path / 'torn.parcels'}")
    submit(qtbot, form)
    said = form.problems.toPlainText()
    assert "torn.parcels ends in the middle" in said
    assert "whole.parcels" not in said
    form.reject()
    settle()


@pytest.mark.parametrize("typed", ["", "/no/such/folder/x.parcels"])
@pytest.mark.parametrize("kind", [WriteParcelsDialog, ReadParcelsDialog])
def test_a_place_that_is_none_is_refused_beside_the_field(window, kind, typed):
    form = kind(window, window.desk)
    form.open()
    field = form.file if kind is WriteParcelsDialog else form.files
    field.line.setText(typed)
    form.try_submit()
    assert form.isVisible()
    assert field.property("bad") == "true"
    form.reject()
    settle()


def test_files_are_chosen(window, monkeypatch, tmp_path):
    chosen = [str(tmp_path / "a.parcels"), str(tmp_path / "b.parcels")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: (chosen, ""))
    form = ReadParcelsDialog(window, window.desk)
    form.files.button.click()
    assert form.files.line.text() == " | ".join(chosen)
    form.deleteLater()
    settle()


# -- this machine as a relay


def test_one_switch_makes_this_machine_a_relay_of_the_group(own_relay, page, qtbot, window, group):
    card = page.shelves.own
    card.port.setValue(free_port())
    tab_to(qtbot, card.switch)
    press(qtbot, Key.Key_Space)
    assert not card.port.isEnabled()
    qtbot.waitUntil(lambda: own_relay.state is RelayState.RUNNING)
    assert group.shelf_addresses() == [own_relay.address]
    assert f":{card.port.value()}/" in own_relay.address
    assert "the group knows its address" in card.state.text()
    assert window.preferences.relay is True
    card.copy.click()
    assert QGuiApplication.clipboard().text() == own_relay.address
    rows = visit_shelves(page.desk.profile, group)
    assert [row.reachable for row in rows] == [True]
    assert rows[0].held > 0
    card.switch.click()
    assert own_relay.state is RelayState.OFF
    assert group.shelf_addresses() == []
    assert window.preferences.relay is False
    assert card.port.isEnabled()
    assert not card.copy.isVisible()


def test_a_port_that_is_taken_is_told_of(own_relay, page, qtbot, group):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        card = page.shelves.own
        card.port.setValue(port)
        card.switch.click()
        qtbot.waitUntil(lambda: own_relay.state is RelayState.FAILED)
        assert f"Port {port} is taken" in card.problem.accessibleName()
        assert card.problem.isVisible()
        assert not card.switch.isChecked()
        assert card.port.isEnabled()
        assert group.shelf_addresses() == []
        assert page.desk.window.preferences.relay is False


def test_a_folder_that_another_relay_uses_is_told_of(own_relay, page, qtbot):
    second = OwnRelay(own_relay.directory, host="127.0.0.1")
    second.start(free_port())
    qtbot.waitUntil(lambda: second.state is RelayState.RUNNING)
    own_relay.start(free_port())
    qtbot.waitUntil(lambda: own_relay.state is RelayState.FAILED)
    assert "another window" in own_relay.problem
    second.stop()


def test_a_relay_that_moved_is_listed_by_its_new_address(group):
    first, second = RELAY, RELAY.replace("example.org", "192.168.1.9")
    assert list_relay(group, first, add=False) is None
    assert list_relay(group, first, add=True) is not None
    assert list_relay(group, first, add=True) is None
    assert list_relay(group, second, add=False) is not None
    assert group.shelf_addresses() == [second]
    assert listed_relays(group, first) == [second]


def test_a_relay_taken_from_the_list_is_offered_again(own_relay, page, qtbot, window, group):
    own_relay.start(free_port())
    qtbot.waitUntil(lambda: own_relay.state is RelayState.RUNNING)
    card = page.shelves.own
    assert group.shelf_addresses() == []
    assert "does not know it yet" in card.state.text()
    tab_to(qtbot, card.list_it)
    press(qtbot, Key.Key_Space)
    assert group.shelf_addresses() == [own_relay.address]
    assert not card.list_it.isVisible()


def test_a_relay_that_is_wanted_runs_as_long_as_the_program(
    qapp, qtbot, profile, tmp_path, monkeypatch
):
    Theme.install(qapp)
    monkeypatch.setattr(apps, "OwnRelay", partial(OwnRelay, host="127.0.0.1"))
    preferences = Preferences(tmp_path)
    preferences.relay, preferences.relay_port, preferences.sync = True, free_port(), False
    app = apps.App(qapp, profile, preferences, lambda *_settings: None)
    app.begin()
    relay = app.relay
    qtbot.waitUntil(lambda: relay.state is RelayState.RUNNING)
    assert app.window.relay is relay
    assert app.window.desk.group.shelf_addresses() == [], "it is told to nobody by itself"
    qapp.aboutToQuit.disconnect(app.take_down)
    app.take_down()
    assert relay.state is RelayState.OFF
    assert "relay" not in {thread.name for thread in threading.enumerate()}
    app.deleteLater()


def test_without_a_profile_there_is_no_relay(page):
    card = page.shelves.own
    assert not card.switch.isEnabled()
    assert card.state.text()


# -- inviting


@pytest.mark.parametrize(
    ("shelf", "words"),
    [
        ("", ""),
        (RELAY, "waits on the group's shelves"),
        ("folder:/media/stick", "by the folder or stick"),
        ("webdav://cloud.example.org/street#ana:lemon", ""),
    ],
)
def test_an_invitation_says_whether_it_works_while_nobody_is_online(window, group, shelf, words):
    if shelf:
        window.desk.run(lambda: group.add_shelf(shelf))
    form = InviteDialog(window, window.desk)
    form.open()
    form.try_submit()
    assert ("when nobody is online" in form.limits.text()) is bool(words)
    assert words in form.limits.text()
    form.accept()
    settle()


def test_a_newcomer_points_at_a_stick_and_is_let_in(
    qtbot, qapp, group, profile, tmp_path, monkeypatch
):
    Theme.install(qapp)
    stick = tmp_path / "stick"
    stick.mkdir()
    invitation = group.invite()
    group.add_shelf(f"folder:{stick}")
    visit_shelves(profile, group)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(stick))
    with Profile.open(tmp_path / "nora") as second, second.join(invitation, "Nora") as newcomer:
        waiting = Waiting(newcomer)
        qtbot.addWidget(waiting)
        waiting.show()
        let_in: list[bool] = []
        waiting.let_in.connect(lambda: let_in.append(True))
        press(qtbot, Key.Key_Space, widget=waiting.stick)
        assert str(stick) in waiting.folder.text()
        assert waiting.folder.isVisible()
        for _ in range(2):
            visit_shelves(second, newcomer)
            visit_shelves(profile, group)
            newcomer.refresh()
        waiting.look()
        assert let_in == [True]
    settle()


# -- words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ShelfRow(RELAY, False), "not looked at yet"),
        (ShelfRow(RELAY, False, problem="Nothing answers."), "never reached"),
        (ShelfRow(RELAY, False, True, last_heard=0), "heard 2 hours ago"),
        (ShelfRow(RELAY, False, False, last_heard=0), "not there, last heard 2 hours ago"),
        (ShelfRow(RELAY, False, True, 0, last_heard=0), "Nothing lies on it yet"),
        (ShelfRow(RELAY, False, True, 1, 10, last_heard=0), "1 parcel lies on it"),
        (ShelfRow(RELAY, False, True, 9, 10, last_heard=0), "9 parcels lie on it"),
        (ShelfRow(RELAY, False, waiting=1), "1 change of yours waits to be put there"),
        (ShelfRow(RELAY, False, unread=2), "2 parcels on it cannot be opened yet"),
        (ShelfRow(RELAY, False, missing=3), "3 changes of others are not on it"),
        (ShelfRow(RELAY, False, notice="It was made good."), "It was made good"),
    ],
)
def test_a_shelf_in_words(row, words):
    said = shelf_sentence(row, 2 * HOUR)
    assert words in said
    assert said.startswith("Relay example.org:47471, ")
    assert "{" not in said
    for part in (heard_words(row, 0), held_words(row), *open_words(row)):
        assert not any(word in part for word in ("peer", "node", "epoch", "entries"))


def test_long_addresses_go_on_in_another_line():
    parted = breakable(f"It is {RELAY} now.")
    assert parted.replace("\u200b", "") == f"It is {RELAY} now."
    assert max(map(len, re.split("[ \u200b]", parted))) < 25


def test_names_of_shelves():
    assert shelf_name(RELAY) == "example.org:47471"
    assert shelf_name(f"folder:{Path('/media/stick')}") == str(Path("/media/stick"))
    assert shelf_name("s3://street") == "s3://street"
