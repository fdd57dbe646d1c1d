# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is typed or lies on the disk: the window says so in a sentence, and loses nothing."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QLineEdit, QWidget

from mutualaid import app as apps
from mutualaid.errors import StorageError
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.profile import DATABASE, Profile
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.ui import trouble
from mutualaid.ui.neighbourhood.fix_form import FixDialog
from mutualaid.ui.neighbourhood.place_form import PlaceDialog
from mutualaid.ui.neighbourhood.repair_form import RepairDialog
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.setup.first_run import FirstRun
from mutualaid.ui.setup.invite import InviteDialog
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from mutualaid.ui.widgets import Banner
from tests.benchmarks.processes import ROOT, environment
from tests.ui.helpers import Key, dialog, press, settle, type_text

#: Names in which nothing can be seen.
BLANK = ["   ", "\t\u00a0", "\u200b \u2060", "\u3164"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A form in the window, where its name is typed, and what it says when it is refused."""

    line: QLineEdit
    around: QWidget
    finish: Callable[[], None]

    def said(self) -> str:
        """What stands beside the field or above the form."""
        banners = [
            one.accessibleName()
            for one in self.around.findChildren(Banner)
            if one.isVisibleTo(self.around)
        ]
        beside = [
            one.text()
            for form in self.around.findChildren(QWidget)
            for one in getattr(form, "_problems", {}).values()
            if one.isVisibleTo(self.around)
        ]
        return " ".join((*banners, *beside))


def a_post(window: Shell) -> Asked:
    window.show_page("board")
    window.page.primary_action()
    form = dialog(PostDialog)
    return Asked(form.title, form, form.reject)


def a_place(window: Shell) -> Asked:
    form = PlaceDialog(window, window.desk)
    form.open()
    return Asked(form.name, form, form.reject)


def a_fix(window: Shell) -> Asked:
    form = FixDialog(window, window.desk)
    form.open()
    return Asked(form.what, form, form.reject)


def a_repair(window: Shell) -> Asked:
    form = RepairDialog(window, window.desk)
    form.open()
    return Asked(form.what, form, form.reject)


def my_name(window: Shell) -> Asked:
    window.show_page("people")
    window.page.edit_about_me()
    form = window.page.form
    form.name.clear()
    return Asked(form.name, form, form._give_up)


def a_skill(window: Shell) -> Asked:
    window.show_page("people")
    window.page.edit_about_me()
    form = window.page.form
    return Asked(form.skill, form, form._give_up)


FORMS = [a_post, a_place, a_fix, a_repair, my_name, a_skill]


@pytest.fixture(params=FORMS, ids=[form.__name__ for form in FORMS])
def asked(request, window) -> Iterator[Asked]:
    found = request.param(window)
    yield found
    if shiboken6.isValid(found.around):
        found.finish()
    settle()


def entries(group: Group) -> int:
    return group.health().entries


# -- names and titles


@pytest.mark.parametrize("blank", BLANK)
def test_a_name_of_only_spaces(asked, group, qtbot, blank):
    before = entries(group)
    asked.line.setText(blank)
    press(qtbot, Key.Key_Return, widget=asked.line)
    assert asked.said()
    assert asked.line.isVisible()
    assert asked.line.text() == blank
    assert entries(group) == before


@pytest.mark.parametrize("sign", ["x", "\u00e9", "\U0001f600"])
def test_a_name_of_10_000_characters(asked, group, qtbot, sign):
    before = entries(group)
    asked.line.setMaxLength(40_000)
    asked.line.setText(sign * 10_000)
    press(qtbot, Key.Key_Return, widget=asked.line)
    assert asked.said()
    assert asked.line.isVisible()
    assert asked.line.text() == sign * 10_000
    assert entries(group) == before


@pytest.fixture
def first(qtbot, qapp, empty_profile) -> FirstRun:
    Theme.install(qapp)
    window = FirstRun(empty_profile)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.mark.parametrize("blank", BLANK)
def test_beginning_with_names_of_only_spaces(first, empty_profile, qtbot, blank):
    for field in ("me", "group"):
        first.show_step(first.start_step)
        fields = first.start_step.fields
        fields.me.setText("Mira")
        fields.group.setText("Elm Street")
        getattr(fields, field).setText(blank)
        press(qtbot, Key.Key_Return, widget=fields.group)
        assert getattr(fields, field).property("bad") == "true"
    first.show_step(first.join_step)
    fields = first.join_step.fields
    fields.me.setText(blank)
    fields.invitation.setPlainText(Invitation.generate(bytes(range(16)), "Elm Street").text)
    press(qtbot, Key.Key_Return, widget=fields.me)
    assert fields.me.property("bad") == "true"
    assert empty_profile.groups() == []


# -- a disk that takes nothing


def again_and_again(write: Callable[[], object]) -> None:
    for _ in range(1000):
        write()


def fill(group: Group) -> None:
    """Let the disk be full: neither one more short post nor an invitation fits."""
    db = group.replica.store.connection
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    for write in (lambda: group.post(PostDraft(PostKind.NEED, "Filler")), group.invite):
        with pytest.raises(StorageError):
            again_and_again(write)


def make_room(group: Group) -> None:
    group.replica.store.connection.execute("PRAGMA max_page_count = 1000000000")


def forbid_writing(group: Group) -> None:
    group.replica.store.connection.execute("PRAGMA query_only = ON")


def allow_writing(group: Group) -> None:
    group.replica.store.connection.execute("PRAGMA query_only = OFF")


DISKS = [(fill, make_room, "disk is full"), (forbid_writing, allow_writing, "cannot write")]


@pytest.mark.parametrize(("refuse", "allow", "says"), DISKS, ids=["full", "read-only"])
def test_a_disk_that_refuses_is_said_and_what_was_typed_is_saved_later(
    asked, group, qtbot, refuse, allow, says
):
    refuse(group)
    before = entries(group)
    typed = "Something rather long, with many a word that needs its room"
    type_text(qtbot, typed, asked.line)
    press(qtbot, Key.Key_Return, widget=asked.line)
    assert says in asked.said()
    assert asked.line.isVisible()
    assert asked.line.text() == typed
    assert entries(group) == before
    allow(group)
    press(qtbot, Key.Key_Return, widget=asked.line)
    assert entries(group) > before


@pytest.mark.parametrize(("refuse", "allow", "says"), DISKS, ids=["full", "read-only"])
def test_a_disk_that_refuses_a_comment_and_an_invitation(window, group, qtbot, refuse, allow, says):
    window.show_page("board")
    page = window.page
    press(qtbot, Key.Key_Return, widget=page.list)
    refuse(group)
    before = entries(group)
    words = page.pane.words
    type_text(qtbot, "word " * 50, words)
    press(qtbot, Key.Key_Return, widget=words)
    assert says in window.toast.words
    assert words.text() == "word " * 50
    form = InviteDialog(window, window.desk)
    form.open()
    form.try_submit()
    assert says in form.banner.accessibleName()
    form.reject()
    settle()
    assert entries(group) == before
    allow(group)
    press(qtbot, Key.Key_Return, widget=words)
    assert words.text() == ""
    assert entries(group) == before + 1


# -- what lies on the disk


def make_newer(profile: Profile, directory: Path) -> str:
    store = profile.store(directory)
    store.connection.execute("PRAGMA user_version = 999")
    store.close()
    return "update the program"


def truncate(profile: Profile, directory: Path) -> str:
    with (directory / DATABASE).open("r+b") as file:
        file.truncate(20_000)
    return "Restore a backup"


def image(profile: Profile) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in profile.directory.rglob("*.db")}


@pytest.mark.parametrize("harm", [make_newer, truncate])
def test_a_database_that_cannot_be_opened(qapp, profile, monkeypatch, harm):
    """The only group: a dialog with the sentence, nothing touched, exit code 1."""
    (directory,) = profile.directories()
    says = harm(profile, directory)
    before = image(profile)
    said: list[str] = []
    monkeypatch.setattr(trouble, "show_trouble", said.append)
    monkeypatch.setattr(apps, "make_application", lambda _arguments: qapp)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        assert apps.run(profile.directory, make_sync=None) == 1
    finally:
        signal.signal(signal.SIGTERM, handlers[0])
        signal.signal(signal.SIGINT, handlers[1])
    (sentence,) = said
    assert says in sentence
    assert image(profile) == before


@pytest.mark.parametrize("harm", [make_newer, truncate])
def test_beside_a_database_that_cannot_be_opened_another_group_goes_on(
    qapp, profile, tmp_path, harm
):
    profile.start("Oak Lane", "Mira").close()
    elm = next(info for info in profile.groups() if info.name == "Elm Street")
    preferences = Preferences(tmp_path)
    preferences.group = elm.directory.name
    says = harm(profile, elm.directory)
    before = (elm.directory / DATABASE).read_bytes()
    Theme.install(qapp)
    app = apps.App(qapp, profile, preferences, None)
    app.begin()
    try:
        assert isinstance(app.window, Shell)
        assert app.window.desk.group.name == "Oak Lane"
        assert says in app.window.toast.words
        assert (elm.directory / DATABASE).read_bytes() == before
    finally:
        qapp.aboutToQuit.disconnect(app.take_down)
        app.take_down()
        app.deleteLater()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_what_is_said_before_there_is_a_window_ends_when_asked_to(profile):
    """A process of its own: says why it cannot open, and does not outlive SIGTERM."""
    make_newer(profile, *profile.directories())
    code = (
        "import sys; from pathlib import Path; from mutualaid import app;"
        "from mutualaid.ui.trouble import TroubleDialog\n"
        "class Told(TroubleDialog):\n"
        "    def showEvent(self, event):\n"
        "        super().showEvent(event); print('said', flush=True)\n"
        "app.import_module('mutualaid.ui.trouble').TroubleDialog = Told\n"
        "sys.exit(app.run(Path(sys.argv[1]), make_sync=None))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(profile.directory)],
        cwd=ROOT,
        env=environment(profile.directory),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "said\n"
        running.terminate()
        _out, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Traceback" not in errors
