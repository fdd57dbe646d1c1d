# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening the program, going from group to group, and ending with nothing left running."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import shiboken6

from mutualaid import app as apps
from mutualaid.errors import LockedError, StorageError
from mutualaid.model.profile import Profile
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui import trouble
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.setup.first_run import FirstRun
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from mutualaid.ui.trouble import PassphraseDialog, TroubleDialog
from tests.ui.helpers import Key, type_text

HERE = Path(__file__).resolve().parents[2]


class Sync:
    """A service that writes down what it is told."""

    def __init__(self, told, stored) -> None:
        self.told = told
        self.stored = stored
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")

    def wake(self) -> None:
        self.done.append("wake")


@pytest.fixture
def services() -> list[Sync]:
    return []


@pytest.fixture
def opened(qapp, services):
    """Opens the program on a profile; takes it down after the test."""
    Theme.install(qapp)
    made: list[apps.App] = []

    def make_sync(_profile, told, stored, _preferences) -> Sync:
        services.append(Sync(told, stored))
        return services[-1]

    def open_app(profile: Profile, name: str | None = None) -> apps.App:
        app = apps.App(qapp, profile, Preferences(profile.directory), make_sync)
        made.append(app)
        app.begin(name)
        return app

    yield open_app
    for app in made:
        qapp.aboutToQuit.disconnect(app.take_down)
        app.take_down()
        app.deleteLater()


def test_a_profile_without_a_group_begins_with_the_first_run(opened, empty_profile):
    app = opened(empty_profile)
    assert isinstance(app.window, FirstRun)


def test_from_the_first_run_to_the_board(opened, empty_profile, qtbot):
    app = opened(empty_profile)
    welcome = app.window
    welcome.group_opened.emit(empty_profile.start("Elm Street", "Mira"))
    qtbot.waitUntil(lambda: not shiboken6.isValid(welcome))
    assert isinstance(app.window, Shell)
    assert app.window.page.name == "board"
    assert app.window.isVisible()


def test_a_group_opens_on_the_board_and_the_network_comes_after(opened, profile, qtbot, services):
    app = opened(profile)
    assert app.window.page.name == "board"
    assert not services
    qtbot.waitUntil(lambda: bool(services) and services[0].done == ["start"])


def test_what_is_done_here_is_sent_at_once(opened, profile, qtbot, services):
    app = opened(profile)
    qtbot.waitUntil(lambda: bool(services) and services[0].done == ["start"])
    group = app.window.desk.group
    record = app.window.page.model.row(0).id
    app.window.desk.run(lambda: group.comment(record, "Hello"))
    assert services[0].done == ["start", "wake"]


def test_what_the_network_says_of_itself_reaches_the_window(opened, profile, qtbot, services):
    app = opened(profile)
    qtbot.waitUntil(lambda: bool(services) and services[0].done == ["start"])
    status = NetworkStatus(listening="192.0.2.1:4000")
    thread = threading.Thread(target=services[0].told, args=(status,))
    with qtbot.waitSignal(app.window.desk.bridge.status_told):
        thread.start()
    thread.join()
    assert app.window.desk.bridge.status == status


def test_ending_stops_the_network_and_closes_the_group(qapp, profile, qtbot, services):
    Theme.install(qapp)

    def make_sync(_profile, told, stored, _preferences) -> Sync:
        services.append(Sync(told, stored))
        return services[-1]

    app = apps.App(qapp, profile, Preferences(None), make_sync)
    app.begin()
    window = app.window
    qtbot.waitUntil(lambda: bool(services) and services[0].done == ["start"])
    qapp.aboutToQuit.disconnect(app.take_down)
    app.take_down()
    assert services[0].done == ["start", "stop"]
    assert not shiboken6.isValid(window)
    app.deleteLater()


def test_ending_before_the_network_was_ready(qapp, profile, services):
    Theme.install(qapp)
    go = threading.Event()

    def make_sync(_profile, told, stored, _preferences) -> Sync:
        go.wait()
        services.append(Sync(told, stored))
        return services[-1]

    app = apps.App(qapp, profile, Preferences(None), make_sync)
    app.begin()
    app._start_sync()
    go.set()
    qapp.aboutToQuit.disconnect(app.take_down)
    app.take_down()
    qapp.processEvents()
    assert "start" not in services[0].done
    app.deleteLater()


def test_switching_to_another_group_and_back_at_the_next_start(opened, profile, qtbot):
    other = profile.start("Oak Lane", "Mira")
    folder = other.directory.name
    other.close()
    app = opened(profile, "Elm Street")
    before = app.window
    before.run_action("switch:Oak Lane")
    qtbot.waitUntil(lambda: not shiboken6.isValid(before))
    assert app.window.desk.group.name == "Oak Lane"
    assert Preferences(profile.directory).group == folder
    again = opened(profile)
    assert again.window.desk.group.name == "Oak Lane"


def test_the_look_of_the_last_time_is_kept_out_of_others_sight(opened, profile):
    app = opened(profile)
    app.window.close()
    assert b"Elm Street" not in (profile.directory / "window.ini").read_bytes()


def test_a_locked_profile_asks_until_it_opens_or_is_given_up(qapp, monkeypatch, tmp_path):
    asked: list[str] = []
    answers = iter(["wrong", "right"])

    def open_profile(directory, passphrase=None):
        if passphrase == "right":
            return "profile"
        raise LockedError("This profile is locked by a passphrase.")

    def ask(why: str) -> str | None:
        asked.append(why)
        return next(answers, None)

    monkeypatch.setattr(Profile, "open", open_profile)
    monkeypatch.setattr(trouble, "ask_passphrase", ask)
    assert apps.open_profile(tmp_path) == "profile"
    assert len(asked) == 2
    monkeypatch.setattr(trouble, "ask_passphrase", lambda why: None)
    assert apps.open_profile(tmp_path) is None


def test_the_passphrase_is_asked_for_in_words(qapp, qtbot):
    Theme.install(qapp)
    dialog = PassphraseDialog("This profile is locked by a passphrase.")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.passphrase.accessibleName() == "Passphrase"
    qtbot.keyClick(dialog.passphrase, Key.Key_Return)
    assert dialog.isVisible()
    type_text(qtbot, "open sesame", dialog.passphrase)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog.passphrase, Key.Key_Return)


def test_why_nothing_opens_is_said_in_a_sentence(qapp, qtbot):
    Theme.install(qapp)
    dialog = TroubleDialog("The disk is read-only: choose another folder.")
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog.ok, Key.Key_Return)


def test_a_profile_that_cannot_be_read_ends_with_one(qapp, monkeypatch, tmp_path):
    said: list[str] = []

    def refuse(directory, passphrase=None):
        raise StorageError("The disk reports an error.")

    monkeypatch.setattr(Profile, "open", refuse)
    monkeypatch.setattr(trouble, "show_trouble", said.append)
    monkeypatch.setattr(apps, "make_application", lambda _arguments: qapp)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        assert apps.run(tmp_path, make_sync=None) == 1
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert said == ["The disk reports an error."]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_real_window_ends_in_order_when_it_is_asked_to(profile):
    """A process of its own: opens, is told to end, leaves with 0 and nothing on its lips."""
    code = (
        "import sys; from pathlib import Path; from mutualaid import app;"
        "begin = app.App.begin\n"
        "def told(self, name=None):\n"
        "    begin(self, name); print('open', flush=True)\n"
        "app.App.begin = told\n"
        "sys.exit(app.run(Path(sys.argv[1]), make_sync=None))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(profile.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HERE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
