# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first minute: a group of one's own, an invitation good or bad, the wait, a look around."""

import time
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication, QWidget

from mutualaid.app import App
from mutualaid.errors import StorageError
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.setup.first_run import FirstRun
from mutualaid.ui.setup.joining import JoinDialog, StartDialog, Waiting
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from tests.ui.helpers import Key, press, settle, tab_to, type_text

GROUP = bytes(range(16))


def front(app: App) -> QWidget | None:
    """The window of the program now."""
    return app.window


def invitation(**changes):
    return Invitation.generate(GROUP, "Elm Street", **changes)


@pytest.fixture
def first(qtbot, empty_profile) -> FirstRun:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    window = FirstRun(empty_profile)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window.start.hasFocus)
    return window


def test_a_group_is_started_by_keyboard(first, qtbot, empty_profile):
    press(qtbot, Key.Key_Space)
    assert first.start_step.fields.me.hasFocus()
    type_text(qtbot, "Mira")
    press(qtbot, Key.Key_Tab)
    type_text(qtbot, "Elm Street")
    with qtbot.waitSignal(first.group_opened) as opened:
        press(qtbot, Key.Key_Return)
    with opened.args[0] as group:
        assert group.joined
        assert (group.name, group.my_name) == ("Elm Street", "Mira")
    assert [info.name for info in empty_profile.groups()] == ["Elm Street"]


@pytest.mark.parametrize("name", ["", "    "])
@pytest.mark.parametrize("field", ["me", "group"])
def test_a_blank_name_begins_nothing(first, empty_profile, name, field):
    first.start.click()
    fields = first.start_step.fields
    fields.me.setText("Mira")
    fields.group.setText("Elm Street")
    getattr(fields, field).setText(name)
    first.start_step.submit()
    assert getattr(fields, field).property("bad") == "true"
    assert empty_profile.groups() == []


@pytest.mark.parametrize("field", ["me", "group"])
def test_a_name_of_10_000_characters_begins_nothing(first, empty_profile, field):
    first.start.click()
    fields = first.start_step.fields
    fields.me.setText("Mira")
    fields.group.setText("Elm Street")
    getattr(fields, field).setText("x" * 10_000)
    first.start_step.submit()
    assert getattr(fields, field).property("bad") == "true"
    assert len(getattr(fields, field).text()) > 9_000
    assert empty_profile.groups() == []


def test_a_disk_that_refuses_is_said_and_what_was_typed_stays(first, empty_profile, monkeypatch):
    def refuse(*_, **__):
        raise StorageError("The disk is read-only. Nothing was changed.")

    monkeypatch.setattr(type(empty_profile), "start", refuse)
    first.start.click()
    fields = first.start_step.fields
    fields.me.setText("Mira")
    fields.group.setText("Elm Street")
    first.start_step.submit()
    assert fields._problems[fields.group].text() == "The disk is read-only. Nothing was changed."
    assert fields.me.text() == "Mira"


def test_an_invitation_is_read_as_it_is_pasted_and_begins_the_wait(first, qtbot, empty_profile):
    press(qtbot, Key.Key_Tab)
    press(qtbot, Key.Key_Space)
    step = first.join_step
    assert step.fields.me.hasFocus()
    type_text(qtbot, "Jo")
    press(qtbot, Key.Key_Tab)
    assert step.fields.invitation.hasFocus()
    step.fields.invitation.insertPlainText(f"Hello!\n  <{invitation().text}>\n")
    assert "Elm Street" in step.fields.read.text()
    tab_to(qtbot, step.ok)
    with qtbot.waitSignal(first.group_opened) as opened:
        press(qtbot, Key.Key_Space)
    with opened.args[0] as group:
        assert not group.joined
        assert group.name == "Elm Street"


def _damaged():
    text = invitation().text
    letter = "a" if text[-9] != "a" else "b"
    return text[:-9] + letter + text[-8:]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Paste the invitation"),
        ("   \n ", "Paste the invitation"),
        ("https://example.org/join", "not an invitation"),
        (_damaged(), "damaged"),
        (invitation().text[:60], "missing"),
        (invitation(expires=1_000_000_000_000).text, "ended on 9 September 2001"),
    ],
    ids=["nothing", "only spaces", "a link", "damaged", "cut off", "expired"],
)
def test_an_invitation_that_cannot_be_used_says_why(first, empty_profile, text, says):
    first.join.click()
    fields = first.join_step.fields
    fields.me.setText("Jo")
    fields.invitation.setPlainText(text)
    first.join_step.submit()
    assert says in fields._problems[fields.invitation].text()
    assert fields.invitation.toPlainText() == text
    assert fields.me.text() == "Jo"
    assert empty_profile.groups() == []


def test_an_invitation_to_a_group_already_joined_says_so(window, group, qtbot):
    text = group.invite().text
    form = JoinDialog(window, window.desk)
    form.open()
    assert form.fields.me.text() == group.my_name
    form.fields.invitation.setPlainText(text)
    form.try_submit()
    assert form.isVisible()
    problem = form.fields._problems[form.fields.invitation].text()
    assert "already belong" in problem
    form.reject()
    settle()


def test_a_second_group_is_started_from_the_window(window, qtbot, profile):
    form = StartDialog(window, window.desk)
    form.open()
    form.fields.group.setText("Oak Street")
    with qtbot.waitSignal(form.group_opened) as opened:
        press(qtbot, Key.Key_Return, widget=form.fields.group)
    opened.args[0].close()
    assert sorted(info.name for info in profile.groups()) == ["Elm Street", "Oak Street"]
    settle()


def test_going_back_keeps_the_name(first, qtbot):
    first.start.click()
    first.start_step.fields.me.setText("Mira")
    press(qtbot, Key.Key_Escape, widget=first.start_step.fields.me)
    assert first.welcome.isVisible()
    first.join.click()
    assert first.join_step.fields.me.text() == "Mira"


@pytest.mark.parametrize("starts", [True, False])
def test_looking_around_opens_a_window_of_its_own(first, monkeypatch, starts):
    asked = []

    def start(_program, arguments):
        asked.append(arguments)
        return starts, 0

    monkeypatch.setattr(QProcess, "startDetached", start)
    first.look.click()
    assert asked == [["-m", "mutualaid", "demo"]]
    said = first.welcome._said if starts else first.welcome._warned
    assert said.isVisible()
    assert first.isVisible()


def test_the_wait_says_what_is_known_and_ends_once(qtbot):
    group = SimpleNamespace(name="Elm Street", joined=False)
    waiting = Waiting(cast("Group", group))
    qtbot.addWidget(waiting)
    waiting.show()
    let_in = []
    waiting.let_in.connect(lambda: let_in.append(True))
    waiting.tell_status(NetworkStatus())
    assert waiting.status.text() == "Nobody is near yet."
    waiting.tell_status(NetworkStatus(problem="This invitation is used up. Ask for a new one."))
    assert "used up" in waiting.status.text()
    waiting.tell_status(NetworkStatus(connected=(b"x" * 32,)))
    assert "letting you in" in waiting.status.text()
    assert not let_in
    group.joined = True
    waiting.look()
    waiting.look()
    assert let_in == [True]


def test_the_program_waits_and_then_opens_the_board_by_itself(
    qtbot, empty_profile, monkeypatch, tmp_path
):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    app = App(application, empty_profile, Preferences(tmp_path), None)
    app.begin()
    assert isinstance(front(app), FirstRun)
    ends = int(time.time() * 1000) + 86_400_000
    group = empty_profile.join(invitation(expires=ends), "Jo")
    app.show_group(group)
    waiting = front(app)
    assert isinstance(waiting, Waiting)
    monkeypatch.setattr(type(group), "joined", property(lambda _: True))
    waiting.look()
    assert isinstance(front(app), Shell)
    app.take_down()
    settle()
